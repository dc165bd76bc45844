"""What coordinators see of their programs, and the figures for operators."""

import httpx
import pytest

from shared.http.auth import Permission, Public, permissions
from tests.component.scheduling.scheduling_world import (
    ANNA,
    BELA,
    CORA,
    DORA,
    MATCH,
    OTHER_MATCH,
    PROGRAM,
    activated,
    booked_pair,
    person,
)
from tests.support.harness import Harness

API = "/api/scheduling/v1"


async def test_a_coordinator_sees_times_and_states_of_the_own_program(scheduling: Harness) -> None:
    """No link, no answers, no names."""
    session_id = await booked_pair(scheduling)
    await scheduling.deliver(person(DORA, "dora"))
    async with scheduling.client("dora", ["coordinator"]) as dora:
        answer = await dora.get(f"{API}/matches/{MATCH}/sessions")

    assert answer.json() == {
        "items": [
            {
                "session_id": str(session_id),
                "state": "scheduled",
                "starts_at": "2027-06-08T10:30:00Z",
                "ends_at": "2027-06-08T11:30:00Z",
            }
        ],
        "next_cursor": None,
    }


async def test_a_coordinator_sees_who_has_to_name_a_zone_and_what_that_holds_up(scheduling: Harness) -> None:
    """By id, with the kind of doubt; only people in the program's open matches."""
    await booked_pair(scheduling)
    await scheduling.deliver(
        person(DORA, "dora"),
        person(CORA, country="US"),
        person(OTHER_MATCH, country="US"),
        activated(OTHER_MATCH, (ANNA, CORA)),
    )
    await scheduling.run_due()
    async with scheduling.client("dora", ["coordinator"]) as dora:
        questions = await dora.get(f"{API}/programs/{PROGRAM}/zone-questions")
        unscheduled = await dora.get(f"{API}/programs/{PROGRAM}/unscheduled")

    assert questions.json()["items"] == [{"person_id": str(CORA), "doubt": "several_zones"}]
    assert unscheduled.json()["items"] == [
        {"match_id": str(OTHER_MATCH), "reason": "zone_unknown", "since": "2027-06-07T08:00:00Z"}
    ]


@pytest.mark.parametrize(
    ("login", "roles", "status"),
    [
        ("anna", ["coordinator"], 404),
        ("anna", ["participant", "analyst", "ops"], 403),
        ("dora", [], 403),
        ("nobody", ["coordinator"], 403),
        (None, [], 401),
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        f"/matches/{MATCH}/sessions",
        f"/programs/{PROGRAM}/unscheduled",
        f"/programs/{PROGRAM}/zone-questions",
    ],
)
async def test_a_program_is_shown_to_its_own_coordinators_only(
    scheduling: Harness, login: str | None, roles: list[str], status: int, path: str
) -> None:
    """Not to coordinators of others, not to its members, not without the role."""
    await booked_pair(scheduling)
    await scheduling.deliver(person(DORA, "dora"))
    async with scheduling.client(login, roles) as client:
        answer: httpx.Response = await client.get(f"{API}{path}")

    assert answer.status_code == status


async def test_every_route_says_who_may_call_it(scheduling: Harness) -> None:
    """Own data needs a token, a program the coordinator's role; nothing of the API is public."""
    table = {
        path: guard
        for (_, path), guard in permissions(scheduling.service.app).items()
        if path.startswith(f"{API}/") and not path.endswith(("/docs", "/openapi.json"))
    }
    own = {path for path, guard in table.items() if isinstance(guard, Permission) and not guard.roles}
    coordinators = {path for path, guard in table.items() if isinstance(guard, Permission) and guard.roles}

    assert not any(isinstance(guard, Public) or guard is None for guard in table.values())
    assert all(path.startswith((f"{API}/me/", f"{API}/sessions/")) for path in own)
    assert all(path.startswith((f"{API}/matches/", f"{API}/programs/")) for path in coordinators)


async def test_operators_count_sessions_searches_and_questions(scheduling: Harness) -> None:
    """Counters as it happens, gauges from the store."""
    session_id = await booked_pair(scheduling)
    await scheduling.deliver(person(CORA, country="US"), activated(OTHER_MATCH, (BELA, CORA)))
    await scheduling.run_due()
    async with scheduling.client("anna") as anna:
        await anna.post(f"{API}/sessions/{session_id}/move", json={"starts_at": "2027-06-09T10:30:00Z"})
        await anna.post(f"{API}/sessions/{session_id}/cancel")
    await scheduling.run_due()
    registry = scheduling.service.kernel.registry

    assert registry.get_sample_value("mentoring_sessions_booked_total", {"session": "first"}) == 1
    assert registry.get_sample_value("mentoring_sessions_booked_total", {"session": "next"}) == 1
    assert registry.get_sample_value("mentoring_sessions_moved_total") == 1
    assert registry.get_sample_value("mentoring_sessions_cancelled_total", {"reason": "member"}) == 1
    assert (
        registry.get_sample_value("mentoring_session_searches_failed_total", {"reason": "zone_unknown"}) == 1
    )

    await scheduling.service.read_gauges()
    assert registry.get_sample_value("mentoring_zone_questions_open", {"doubt": "several_zones"}) == 1
    assert registry.get_sample_value("mentoring_unscheduled_matches", {"reason": "zone_unknown"}) == 1
