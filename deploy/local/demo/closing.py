"""The program report at the end of the story, as the coordinator reads it, and where to look."""

from typing import Any, Final

from deploy.local.demo.cast import Cast
from deploy.local.demo.stage import COORDINATOR, Stage
from deploy.local.demo.telling import Teller
from deploy.local.issuer import SignIn
from deploy.local.platform import Platform

_HOUR: Final = 3600


async def tell_report(stage: Stage, cast: Cast) -> None:
    """The figures that reporting tells the coordinator; what is small is withheld."""
    teller = stage.teller
    teller.chapter("The program report")
    path = f"/api/reporting/v1/programs/{cast.program_id}/report"
    report = await stage.api.get(path, cast.coordinator.email, COORDINATOR)
    for title, part in (("Funnel", "funnel"), ("Matches", "matches"), ("Health", "health")):
        teller.bars(title, "what", [(row["code"], row["count"]) for row in report[part]])
    sessions, cadence = report["sessions"], report["cadence"]
    teller.table(
        "In time",
        ("what", "figure"),
        [
            ["time to match, half of the people", _time(report["time_to_match"])],
            ["time to first session, half of the pairs", _time(report["time_to_first_session"])],
            [f"rhythm of {cadence['days']} days kept", _share(cadence["overall"])],
            ["sessions held", _shown(sessions["held"])],
            ["sessions missed", _shown(sessions["no_show"])],
            ["minutes together", _shown(sessions["minutes"])],
        ],
    )


def tell_addresses(teller: Teller, platform: Platform, program_id: str, people: list[SignIn]) -> None:
    """The page and the API documents, and who may sign in."""
    base = platform.base_url
    rows = [["the program's page", f"{base}/programs/{program_id}"]] if program_id else []
    rows.append(["console", base])
    rows += [[f"{name} API", f"{base}/api/{name}/docs"] for name in platform.services]
    rows += [[f"{name} metrics", f"{base}/{name}/metrics"] for name in platform.services]
    teller.table("Where to look", ("what", "address"), rows)
    teller.table(
        "Sign in on the page as one of these; there is no password here",
        ("e-mail", "who"),
        [[person.login, person.label] for person in people],
    )


def _shown(count: int | None) -> str:
    return "withheld" if count is None else f"{count:,}"


def _time(spread: dict[str, Any]) -> str:
    """A median in days, or in hours where it is short."""
    median = spread["median"]
    if median is None:
        return "withheld"
    hours = median / _HOUR
    if hours < 1:
        return "less than an hour"
    return f"{hours / 24:.1f} days" if hours >= 48 else f"{hours:.0f} hours"  # noqa: PLR2004  two days


def _share(interval: dict[str, Any]) -> str:
    return "withheld" if interval["share"] is None else f"{interval['share'] / 10_000:.0f} %"
