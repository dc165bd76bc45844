"""Flags for coordinators, and who may do what."""

from uuid import UUID, uuid4

import pytest
from prometheus_client import CollectorRegistry

from services.engagement.metrics import EngagementMetrics, StoreGauges
from shared.events.engagement import FlagRaised, FlagResolved
from shared.events.matches import MatchFlagCode
from shared.http.auth import GlobalRole, Permission, permissions
from tests.component.engagement.engagement_world import (
    ANA,
    API,
    CLEO,
    LIFE,
    MATCH,
    PEOPLE,
    PROGRAM,
    client,
    day,
    get,
    pair,
    program,
)
from tests.support.harness import Harness

FLAGS = f"/programs/{PROGRAM}/flags"


async def resolve(h: Harness, who: UUID, flag: UUID, resolution: str) -> tuple[int, str | None]:
    async with client(h, who, "coordinator") as c:
        answer = await c.post(f"{API}/flags/{flag}/resolve", json={"resolution": resolution})
    return answer.status_code, answer.json()["code"] if answer.content else None


async def test_a_flag_of_matching_reaches_the_coordinator_once_until_it_is_resolved(
    engagement: Harness,
) -> None:
    await pair(engagement)
    await engagement.deliver(LIFE.flagged(), LIFE.flagged(), LIFE.flagged(MatchFlagCode.OUT_OF_AUDIENCE))

    raised = await engagement.events(FlagRaised)
    shown = (await get(engagement, CLEO, FLAGS, "coordinator")).json()["items"]
    assert [flag.code for flag in raised] == ["reporting_line", "out_of_audience"]
    assert {item["flag_id"] for item in shown} == {str(flag.flag_id) for flag in raised}

    assert await resolve(engagement, CLEO, raised[0].flag_id, "members_contacted") == (204, None)
    await engagement.deliver(LIFE.flagged())

    assert [flag.code for flag in await engagement.events(FlagRaised)][2:] == ["reporting_line"]
    still = (await get(engagement, CLEO, f"{FLAGS}?open_only=false", "coordinator")).json()["items"]
    assert sorted(str(item["resolution"]) for item in still) == ["None", "None", "members_contacted"]


async def test_a_flag_is_resolved_by_a_coordinator_of_its_program_and_once(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.run_due(day(29))
    flag = (await engagement.events(FlagRaised))[0].flag_id

    assert await resolve(engagement, ANA, flag, "no_action_needed") == (404, "flag_not_found")
    assert await resolve(engagement, CLEO, uuid4(), "no_action_needed") == (404, "flag_not_found")
    assert await resolve(engagement, CLEO, flag, "health_recovered") == (422, "invalid")
    assert await resolve(engagement, CLEO, flag, "no_action_needed") == (204, None)
    assert await resolve(engagement, CLEO, flag, "no_action_needed") == (409, "flag_already_resolved")

    resolved = [record for record in await engagement.records() if record["type"] == FlagResolved.type]
    assert len(resolved) == 1
    assert resolved[0]["headers"]["ce_actortype"] == b"coordinator"
    audit = await engagement.fetch("select actor_id, role, reason from audit")
    assert audit == [{"actor_id": str(CLEO), "role": "coordinator", "reason": "no_action_needed"}]


async def test_a_match_that_never_begins_takes_its_flags_with_it(engagement: Harness) -> None:
    await engagement.deliver(*PEOPLE, program(), LIFE.flagged(), LIFE.ended())

    assert [flag.resolution for flag in await engagement.events(FlagResolved)] == ["match_closed"]


async def test_every_route_says_who_may_call_it(engagement: Harness) -> None:
    """Members' routes need a token, for membership is checked; those of coordinators need the role."""
    table = {
        (method, path.removeprefix(API)): guard.roles
        for (method, path), guard in permissions(engagement.service.app).items()
        if path.startswith(API) and isinstance(guard, Permission)
    }

    of_coordinators = {route for route, roles in table.items() if roles == (GlobalRole.COORDINATOR,)}
    assert of_coordinators == {
        ("GET", "/programs/{program_id}/flags"),
        ("GET", "/programs/{program_id}/health"),
        ("GET", "/programs/{program_id}/pulses"),
        ("POST", "/flags/{flag_id}/resolve"),
    }
    assert {route for route, roles in table.items() if roles == ()} == {
        ("GET", "/matches"),
        ("GET", "/matches/{match_id}"),
        ("GET", "/matches/{match_id}/notes"),
        ("GET", "/matches/{match_id}/session-logs"),
        ("GET", "/nudges"),
        ("DELETE", "/matches/{match_id}/notes/{note_id}"),
        ("PUT", "/matches/{match_id}/goals/{goal_id}/progress"),
        ("PUT", "/matches/{match_id}/notes/{note_id}"),
        ("POST", "/matches/{match_id}/fit-check"),
        ("POST", "/matches/{match_id}/goals"),
        ("POST", "/matches/{match_id}/goals/{goal_id}/reached"),
        ("POST", "/matches/{match_id}/milestones/{milestone}/reached"),
        ("POST", "/matches/{match_id}/milestones/{milestone}/tasks/{task}/done"),
        ("POST", "/matches/{match_id}/notes"),
        ("POST", "/matches/{match_id}/pulse"),
        ("POST", "/matches/{match_id}/session-logs"),
        ("POST", "/nudges/{nudge_id}/seen"),
    }


COMMANDS = [
    ("POST", f"/matches/{MATCH}/fit-check", {"answer": "good_fit"}),
    ("POST", f"/matches/{MATCH}/pulse", {"answers": {"trust": 3}}),
    ("POST", f"/matches/{MATCH}/goals", {"words": "a goal"}),
    ("PUT", f"/matches/{MATCH}/goals/{UUID(int=7)}/progress", {"percent": 5}),
    ("POST", f"/matches/{MATCH}/goals/{UUID(int=7)}/reached", None),
    ("POST", f"/matches/{MATCH}/milestones/half_time/reached", None),
    ("POST", f"/matches/{MATCH}/milestones/getting_started/tasks/agree_on_rules/done", None),
    ("POST", f"/matches/{MATCH}/notes", {"words": "a note"}),
    ("PUT", f"/matches/{MATCH}/notes/{UUID(int=7)}", {"words": "a note"}),
    ("DELETE", f"/matches/{MATCH}/notes/{UUID(int=7)}", None),
    ("GET", f"/matches/{MATCH}", None),
    ("GET", f"/matches/{MATCH}/notes", None),
    ("GET", f"/matches/{MATCH}/session-logs", None),
]


@pytest.mark.parametrize(("method", "path", "body"), COMMANDS, ids=lambda value: str(value)[-40:])
async def test_a_match_of_others_does_not_exist_for_anybody_else(
    engagement: Harness, method: str, path: str, body: object
) -> None:
    await pair(engagement)
    before = len(await engagement.records())
    statuses = []
    for login in (None, "nobody-in-hr", "eve", "cleo"):
        async with engagement.client(login, [role.value for role in GlobalRole]) as c:
            answer = await c.request(method, API + path, json=body, headers={"If-Match": '"1"'})
        statuses.append(answer.status_code)

    assert statuses == [401, 403, 404, 404]
    assert len(await engagement.records()) == before
    assert await engagement.fetch("select * from audit") == []


async def test_figures_of_the_store_are_gauges(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.run_due(day(29))
    await engagement.deliver(LIFE.flagged())
    async with engagement.client() as c:
        scraped = (await c.get("/metrics")).text

    assert 'mentoring_flags_raised_total{code="stalled"} 1.0' in scraped
    assert 'mentoring_nudges_sent_total{code="session_overdue"} 1.0' in scraped
    assert 'mentoring_match_health_matches{health="stalled"} 0.0' in scraped

    metrics = EngagementMetrics(CollectorRegistry())
    async with engagement.service.kernel.units.read() as connection:
        await StoreGauges(metrics).refresh(connection)

    assert metrics.match_health.labels("stalled")._value.get() == 1.0
    assert metrics.open_flags.labels("reporting_line")._value.get() == 1.0
    assert metrics.open_flags.labels("stalled")._value.get() == 1.0
    assert metrics.open_flags.labels("out_of_audience")._value.get() == 0.0
