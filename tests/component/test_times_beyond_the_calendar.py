"""A time that overflows, or that the store takes for infinity, is refused where it comes in."""

import base64
import json
from uuid import UUID

import pytest

from shared.events.engagement import GoalSet, SessionLogged
from tests.component.conftest import HarnessFactory
from tests.component.engagement.engagement_world import ANA, MATCH, get, pair, post
from tests.component.scheduling.scheduling_world import ANNA, person

GOALS, LOGS = f"/matches/{MATCH}/goals", f"/matches/{MATCH}/session-logs"
MOMENTS = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]


def cursor_at(moment: str) -> str:
    """A cursor as a route that lists by time writes it."""
    return base64.urlsafe_b64encode(json.dumps([f"{moment} {UUID(int=1)}"]).encode()).decode()


@pytest.mark.parametrize("due_on", ["0001-01-01", "9999-12-31"])
async def test_a_goal_that_is_due_beyond_the_calendar_is_refused(
    harness_factory: HarnessFactory, due_on: str
) -> None:
    engagement = await harness_factory("engagement")
    await pair(engagement)

    answer = await post(engagement, ANA, GOALS, {"words": "Lead a retrospective", "due_on": due_on})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.due_on")
    assert await engagement.events(GoalSet) == []


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_session_beyond_the_calendar_cannot_be_logged(
    harness_factory: HarnessFactory, moment: str
) -> None:
    engagement = await harness_factory("engagement")
    await pair(engagement)

    answer = await post(engagement, ANA, LOGS, {"outcome": "held", "minutes": 45, "occurred_at": moment})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.occurred_at")
    assert await engagement.events(SessionLogged) == []


@pytest.mark.parametrize("moment", [*MOMENTS, "2027-01-04T09:00:00"])
async def test_a_cursor_beyond_the_calendar_or_without_an_offset_is_refused_by_name(
    harness_factory: HarnessFactory, moment: str
) -> None:
    engagement, scheduling = await harness_factory("engagement"), await harness_factory("scheduling")
    await pair(engagement)
    await scheduling.deliver(person(ANNA, "anna"))
    cursor = cursor_at(moment)

    log = await get(engagement, ANA, f"{LOGS}?cursor={cursor}")
    async with scheduling.client("anna") as anna:
        mine = await anna.get(f"/api/scheduling/v1/me/sessions?cursor={cursor}")

    assert [(a.status_code, a.json()["code"]) for a in (log, mine)] == [(400, "cursor_invalid")] * 2
