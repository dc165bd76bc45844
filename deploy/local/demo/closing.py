"""The program report at the end of the story, as an analyst reads it."""

from deploy.local.demo.opening import Cast
from deploy.local.demo.stage import COORDINATOR, Stage


async def tell_report(stage: Stage, cast: Cast) -> None:
    """The figures that reporting tells the coordinator."""
    stage.teller.chapter("The program report")
    path = f"/api/reporting/v1/programs/{cast.program_id}/report"
    report = await stage.api.get(path, cast.coordinator.email, COORDINATOR)
    for title, part in (
        ("Funnel", "funnel"),
        ("Matches", "matches"),
        ("Health", "health"),
        ("Fit checks", "fit"),
    ):
        stage.teller.table(
            title, ("what", "count"), [[row["code"], _shown(row["count"])] for row in report[part]]
        )
    sessions = report["sessions"]
    held, missed, minutes = (_shown(sessions[name]) for name in ("held", "no_show", "minutes"))
    stage.teller.say(f"{held} sessions held, {missed} missed, {minutes} minutes.")


def _shown(count: int | None) -> str:
    return "withheld" if count is None else f"{count:,}"
