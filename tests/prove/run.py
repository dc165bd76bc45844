"""One run from an empty broker to a verdict."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from deploy.local.probe import free_ports
from shared.events.catalog import SERVICES
from tests.prove.forks import Forks, fork_server
from tests.prove.platform import HR_TOPIC, PREFIX, Platform, running_platform
from tests.prove.replicas import Replica, Tally
from tests.prove.run_directory import RunDirectory
from tests.prove.schedule import SKEW_SECONDS, SLOTS, Kind, Plan, Schedule, make_schedule
from tests.prove.settings import RunSettings
from tests.support.processes import Fleet, published_keys
from tests.support.tokens import TestIssuer

MORE_SLOTS: Final = (2, 3, 4)
_MIGRATION_SECONDS: Final = 40.0


@dataclass(slots=True)
class Run:
    """A run under way."""

    settings: RunSettings
    directory: RunDirectory
    schedule: Schedule
    platform: Platform
    forks: Forks
    fleet: Fleet
    world_ended: bool = False
    tally: Tally = field(init=False)
    replicas: dict[tuple[str, int], Replica] = field(default_factory=dict)
    ports: dict[tuple[str, int], int] = field(default_factory=dict)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    told: dict[str, Any] = field(default_factory=dict)
    lives: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tally = Tally(self.settings.kills)

    def environment(self, service: str, slot: int | None) -> dict[str, str]:
        """What a process of a service is told; a job has no slot."""
        port = 0 if slot is None else self.ports[service, slot]
        return self.fleet.environment(service, slot, port)

    async def migrate(self) -> None:
        """Bring the stores up by jobs that die at their points and are started again."""
        ends = [*self.schedule.migrations, *((service, None) for service in SERVICES)]
        for service, plan in ends:
            await self._migration(service, plan)

    async def _migration(self, service: str, plan: Plan | None) -> None:
        armed = plan and {
            "point": plan.point,
            "passing": plan.passing,
            "crashes": str(self.directory.crashes),
        }
        job = await self.forks.start(
            service,
            self.environment(service, None),
            self.directory.log(service, "migrate"),
            arguments=["migrate"],
            plan=armed,
            plant=self.settings.plant,
        )
        code = await job.wait(_MIGRATION_SECONDS)
        if plan is None and code != 0:
            raise RuntimeError(f"migration of {service} ended with {code}")
        if plan is not None and code == -9:
            self.tally.kills += 1
            self.tally.started += 1
            self.directory.fault("kill", f"{service}-migrate", point=plan.point)

    def populate(self) -> None:
        """Make the replicas, with what will become of them."""
        for service in SERVICES:
            for slot in SLOTS:
                replica = self._replica(service, slot, self.environment(service, slot))
                replica.plans.extend(self.schedule.plans[service, slot])
                self.replicas[service, slot] = replica

    @contextlib.asynccontextmanager
    async def more_of(self, service: str) -> AsyncIterator[None]:
        """Three more replicas of a service, which nobody kills; they leave again."""
        more = []
        for slot, port in zip(MORE_SLOTS, free_ports(len(MORE_SLOTS)), strict=True):
            environment = self.fleet.environment(service, slot, port)
            more.append(self._replica(service, slot, environment))
        lives = [asyncio.create_task(replica.live()) for replica in more]
        try:
            yield
        finally:
            await asyncio.gather(*(replica.end() for replica in more))
            for life in lives:
                life.cancel()
            await asyncio.gather(*lives, return_exceptions=True)

    def _replica(self, service: str, slot: int, environment: dict[str, str]) -> Replica:
        return Replica(
            service, slot, environment, self.forks, self.directory, self.tally, self.settings.plant
        )

    def hits(self) -> Counter[str]:
        """How often each point was hit so far."""
        return Counter(line["point"] for line in self.directory.lines("crashes.jsonl"))

    def describe(self, **more: Any) -> None:
        """Write down where everything is."""
        self.told |= more
        self.directory.describe(
            {
                "seed": self.settings.seed,
                "bootstrap": self.platform.bootstrap,
                "topic_prefix": PREFIX,
                "hr_topics": [HR_TOPIC],
                "environments": {service: self.environment(service, None) for service in SERVICES},
                "databases": {service: self.platform.readable(service) for service in SERVICES},
                "groups": {service: f"{PREFIX}{service}" for service in SERVICES},
                "addresses": {
                    service: [f"http://127.0.0.1:{self.ports[service, slot]}" for slot in SLOTS]
                    for service in SERVICES
                },
                "clock_skew_s": max(
                    (SKEW_SECONDS for fault in self.schedule.faults if fault.kind is Kind.CLOCK), default=0.0
                ),
                "fork_server_pid": self.forks.pid,
                "started_at": self.started.isoformat(),
                "settings": {
                    "kills": self.settings.kills,
                    "minutes": self.settings.minutes,
                    "seconds": self.settings.seconds,
                    "plant": self.settings.plant,
                    "rate": self.settings.rate,
                    "session_seconds": self.settings.session_seconds,
                },
                **self.told,
            }
        )


@contextlib.asynccontextmanager
async def prepared(settings: RunSettings) -> AsyncIterator[Run]:
    """Broker, database, fork server, keys: all but the replicas; nothing is left at the end."""
    directory = RunDirectory(settings.folder)
    schedule = make_schedule(
        settings.seed,
        kills=settings.kills,
        seconds=settings.seconds,
        session_seconds=settings.session_seconds,
        only=settings.only,
    )
    issuer = TestIssuer()
    async with contextlib.AsyncExitStack() as stack:
        jwks_url = stack.enter_context(published_keys(issuer))
        platform = await stack.enter_async_context(running_platform())
        extra = {service: {"SESSION_TIMEOUT": f"{settings.session_seconds:g}"} for service in SERVICES}
        extra["matching"] |= {"MASS_LEAVERS_FLOOR": "100000", "HRIS_TOPICS": f"{HR_TOPIC}=adp"}
        fleet = Fleet(platform.databases, platform.broker, PREFIX, issuer, jwks_url, settings.folder, extra)
        warm = {service: fleet.environment(service, None, 0) for service in SERVICES}
        forks = await stack.enter_async_context(fork_server(warm, settings.folder))
        run = Run(settings, directory, schedule, platform, forks, fleet)
        places = [(service, slot) for service in SERVICES for slot in SLOTS]
        run.ports = dict(zip(places, free_ports(len(places)), strict=True))
        run.describe()
        yield run


def say(line: str) -> None:
    """Tell whoever watches."""
    print(line, flush=True)  # noqa: T201  a command's output
