"""A made-up enterprise: 500 people in nine countries, with a reporting line and a past in HR."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

FUNCTIONS: Final = (
    "engineering",
    "product",
    "sales",
    "marketing",
    "finance",
    "people",
    "operations",
    "legal",
)
SKILLS: Final = (
    "strategy",
    "negotiation",
    "public_speaking",
    "budgeting",
    "coaching",
    "delegation",
    "data_analysis",
    "stakeholder_management",
    "change_management",
    "product_discovery",
    "hiring",
    "conflict_resolution",
)
_LANGUAGES: Final = {"DE": "de", "FR": "fr", "ES": "es", "PL": "pl"}
_GIVEN_NAMES: Final = (
    "Ada Ben Chiara Deniz Elif Femi Greta Hugo Ines Jonas Kavya Lena Mateo Nia Omar Priya Quentin Rosa Sana "
    "Tomasz Uma Viktor Wanda Xenia Yusuf Zoe Arjun Bianca Carlos Dorota Emil Fatima"
)
_FAMILY_NAMES: Final = (
    "Abara Bauer Costa Dlamini Evans Fischer Garcia Hughes Iyer Jansen Kowalski Lefevre Moreau Nowak Okafor "
    "Patel Quinn Rossi Schmidt Tremblay Urban Vidal Walker Xavier Young Zulu Brandt Campbell Duarte"
)


@dataclass(frozen=True, slots=True)
class Site:
    """A work location; `zone` is what the location table of the platform says, None where it says nothing."""

    code: str
    country: str
    subdivision: str | None
    city: str
    zone: str | None


SITES: Final = (
    Site("NYC", "US", "NY", "New York", "America/New_York"),
    Site("TOR", "CA", "ON", "Toronto", "America/Toronto"),
    Site("LON", "GB", "ENG", "London", "Europe/London"),
    Site("BER", "DE", "BE", "Berlin", "Europe/Berlin"),
    Site("MUC", "DE", "BY", "Munich", "Europe/Berlin"),
    Site("PAR", "FR", None, "Paris", "Europe/Paris"),
    Site("WAW", "PL", None, "Warsaw", "Europe/Warsaw"),
    Site("MAD", "ES", "MD", "Madrid", "Europe/Madrid"),
    Site("BLR", "IN", "KA", "Bengaluru", "Asia/Kolkata"),
    Site("CPT", "ZA", "WC", "Cape Town", "Africa/Johannesburg"),
    Site("HOME-US", "US", None, "at home", None),
)
LOCATION_ZONES: Final = {site.code: site.zone for site in SITES if site.zone}


@dataclass(frozen=True, slots=True)
class Worker:
    """What HR knows of one person; `manager` is another worker's key, or one that HR forgot."""

    key: str
    given_name: str
    family_name: str
    email: str
    hired: date
    function: str
    level: int
    site: Site
    manager: str | None

    @property
    def name(self) -> str:
        """As colleagues say it."""
        return f"{self.given_name} {self.family_name}"

    @property
    def languages(self) -> tuple[str, ...]:
        """English, and the language of the country."""
        own = _LANGUAGES.get(self.site.country)
        return ("en", own) if own else ("en",)


def make_enterprise(random: Random, *, size: int, today: date) -> list[Worker]:
    """People by seniority: everybody's manager is somebody above, in the same function where there is one."""
    workers: list[Worker] = []
    for number in range(size):
        level = _level(number, size)
        above = [worker for worker in workers if worker.level > level]
        near = [worker for worker in above if worker.level <= level + 2] or above
        function = FUNCTIONS[number % len(FUNCTIONS)]
        own = [worker for worker in near if worker.function == function] or near
        given, family = random.choice(_GIVEN_NAMES.split()), random.choice(_FAMILY_NAMES.split())
        workers.append(
            Worker(
                key=f"G3{number:04d}{random.randrange(16**10):010X}",
                given_name=given,
                family_name=family,
                email=f"{given}.{family}.{number}@enterprise.example".lower(),
                hired=today - timedelta(days=random.randrange(200, 4000)),
                function=function,
                level=level,
                site=_site(random, number, size),
                manager=random.choice(own).key if own else None,
            )
        )
    return workers


def with_dangling_managers(random: Random, workers: list[Worker], share: float) -> list[Worker]:
    """Some people report to somebody of whom HR knows no more than a key."""
    unlucky = set(random.sample(range(1, len(workers)), round(share * len(workers))))
    return [
        replace(worker, manager=f"G9UNKNOWN{number:06d}") if number in unlucky else worker
        for number, worker in enumerate(workers)
    ]


def _level(number: int, size: int) -> int:
    shares = ((1 / size, 9), (0.02, 8), (0.08, 7), (0.20, 6), (0.40, 5), (0.65, 4), (0.85, 3), (1.0, 2))
    return next(level for share, level in shares if number < share * size or share == 1.0)


def _site(random: Random, number: int, size: int) -> Site:
    if number > size // 4 and random.random() < 0.03:  # noqa: PLR2004  a few work where no table says when
        return SITES[-1]
    return SITES[number % (len(SITES) - 1)]
