"""What must be true at the end, each fact read from every place that should know it."""

from typing import Any, Final

from deploy.local.demo.checks import Checks
from deploy.local.demo.dump import Dump, dump_topics
from deploy.local.demo.expect_delivery import expect_delivery, expect_privacy
from deploy.local.demo.expect_matches import expect_enrolments_and_runs, expect_matches
from deploy.local.demo.expect_meetings import expect_meetings
from deploy.local.demo.expect_people import expect_people
from deploy.local.demo.feed import TOPIC
from deploy.local.demo.stage import Stage
from shared.events.catalog import TOPICS

_STORY: Final = (
    "cohort.opened",
    "match-run.completed",
    "match.accepted",
    "match.declined",
    "match.expired",
    "match.activated",
    "match.paused",
    "match.resumed",
    "match.completed",
    "match.ended",
    "session.scheduled",
    "session.rescheduled",
    "session.cancelled",
    "session.reminder-due",
    "session.logged",
    "goal.set",
    "goal.progressed",
    "milestone.reached",
    "fit-check.answered",
    "health.changed",
    "nudge.sent",
    "flag.raised",
)


async def read_back(stage: Stage, checks: Checks, cohort_id: str) -> dict[str, Any]:
    """Read everything back by SQL and from a raw dump of the topics; the figures of the last line."""
    at_least = await stage.stores.published() + len(stage.sent)
    dump = await dump_topics(stage.platform.cluster, [*TOPICS, TOPIC], at_least=at_least)
    figures = await expect_people(stage, dump, checks)
    figures |= await expect_enrolments_and_runs(stage, dump, checks, cohort_id)
    figures |= await expect_matches(stage, dump, checks)
    figures |= await expect_meetings(stage, dump, checks)
    figures |= await expect_delivery(stage, dump, checks)
    await expect_privacy(stage, dump, checks)
    _expect_story(dump, checks)
    return figures


def _expect_story(dump: Dump, checks: Checks) -> None:
    checks.about("What the story must hold")
    for name in _STORY:
        checks.some(f"the story has {name}", dump.count(f"mentoring.{name}.v1"))
