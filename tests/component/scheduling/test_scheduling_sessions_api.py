"""What members do with their sessions over HTTP, and what nobody else does."""

from datetime import timedelta
from uuid import UUID

import pytest

from shared.events.sessions import CancellationReason, SessionCancelled, SessionRescheduled
from tests.component.scheduling.scheduling_world import (
    ANNA,
    BELA,
    CORA,
    MATCH,
    MATCH_ENDS,
    PROGRAM,
    TUESDAY,
    TWO_WEEKS_LATER,
    booked_pair,
    person,
    starts,
)
from tests.support.harness import Harness

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SESSIONS = "/api/scheduling/v1/sessions"
WEDNESDAY = TUESDAY + DAY


async def test_a_member_sees_the_session_with_its_link(scheduling: Harness) -> None:
    """In the list of what is to come, and by itself."""
    session_id = await booked_pair(scheduling)
    async with scheduling.client("anna") as anna:
        one = await anna.get(f"{SESSIONS}/{session_id}")
        mine = await anna.get("/api/scheduling/v1/me/sessions")

    assert one.json() == {
        "session_id": str(session_id),
        "match_id": str(MATCH),
        "program_id": str(PROGRAM),
        "state": "scheduled",
        "starts_at": "2027-06-08T10:30:00Z",
        "ends_at": "2027-06-08T11:30:00Z",
        "revision": 0,
        "members": [str(ANNA), str(BELA)],
        "accepted": [],
        "accepted_by_me": False,
        "meeting_link": f"https://meet.example/{session_id}",
        "cancellation": None,
    }
    assert mine.json() == {"items": [one.json()], "next_cursor": None}


async def test_a_session_that_is_over_is_listed_since_an_earlier_moment_only(scheduling: Harness) -> None:
    """The list begins now unless it is told otherwise."""
    session_id = await booked_pair(scheduling)
    await scheduling.run_due(WEDNESDAY)
    async with scheduling.client("bela") as bela:
        now = await bela.get("/api/scheduling/v1/me/sessions")
        before = await bela.get(
            "/api/scheduling/v1/me/sessions", params={"since": "2027-06-01T00:00:00+02:00"}
        )

    assert now.json()["items"] == []
    assert [each["session_id"] for each in before.json()["items"]] == [str(session_id)]


async def test_members_accept_one_by_one(scheduling: Harness) -> None:
    """Each for themselves, and twice is once."""
    session_id = await booked_pair(scheduling)
    async with scheduling.client("anna") as anna, scheduling.client("bela") as bela:
        await anna.post(f"{SESSIONS}/{session_id}/accept")
        await anna.post(f"{SESSIONS}/{session_id}/accept")
        first = (await anna.get(f"{SESSIONS}/{session_id}")).json()
        second = (await bela.post(f"{SESSIONS}/{session_id}/accept")).json()

    assert (first["accepted"], first["accepted_by_me"]) == ([str(ANNA)], True)
    assert second["accepted"] == [str(ANNA), str(BELA)]


async def test_a_member_moves_the_session_and_the_other_is_asked_again(scheduling: Harness) -> None:
    """The revision rises, who moved it has accepted, and the event does not say who it was."""
    session_id = await booked_pair(scheduling)
    async with scheduling.client("anna") as anna, scheduling.client("bela") as bela:
        await bela.post(f"{SESSIONS}/{session_id}/accept")
        answer = await anna.post(
            f"{SESSIONS}/{session_id}/move", json={"starts_at": "2027-06-09T12:30:00+02:00"}
        )

    moved = answer.json()
    assert moved["warnings"] == []
    assert moved["session"]["starts_at"] == "2027-06-09T10:30:00Z"
    assert moved["session"]["revision"] == 1
    assert moved["session"]["accepted"] == [str(ANNA)]
    assert await scheduling.events(SessionRescheduled) == [
        SessionRescheduled(
            session_id=session_id,
            match_id=MATCH,
            program_id=PROGRAM,
            starts_at=WEDNESDAY,
            ends_at=WEDNESDAY + HOUR,
            revision=1,
        )
    ]
    (record,) = [each for each in await scheduling.records() if each["type"] == SessionRescheduled.type]
    assert record["headers"]["ce_actortype"] == b"person"
    assert "ce_actorid" not in record["headers"]


async def test_a_time_outside_working_hours_is_allowed_with_a_warning(scheduling: Harness) -> None:
    """Eight in the evening in Berlin: both are named."""
    session_id = await booked_pair(scheduling)
    async with scheduling.client("anna") as anna:
        answer = await anna.post(f"{SESSIONS}/{session_id}/move", json={"starts_at": "2027-06-09T18:00:00Z"})

    assert answer.status_code == 200
    assert answer.json()["warnings"] == [
        {"code": "outside_working_hours", "person_id": str(ANNA)},
        {"code": "outside_working_hours", "person_id": str(BELA)},
    ]


@pytest.mark.parametrize(
    ("start", "status", "code"),
    [
        ("2027-06-07T07:00:00Z", 422, "session_time_past"),
        ("2027-06-09T10:30:01Z", 422, "start_not_on_minute"),
        ("2028-06-30T10:30:00Z", 422, "session_too_far"),
        ("2027-06-09T10:30:00", 422, "validation_failed"),
        ("0001-01-01T00:00:00+14:00", 422, "validation_failed"),
        (MATCH_ENDS.isoformat(), 409, "session_after_match"),
    ],
)
async def test_a_time_that_cannot_be_is_refused(
    scheduling: Harness, start: str, status: int, code: str
) -> None:
    """And the session stays where it was."""
    session_id = await booked_pair(scheduling)
    async with scheduling.client("anna") as anna:
        answer = await anna.post(f"{SESSIONS}/{session_id}/move", json={"starts_at": start})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await starts(scheduling) == [("scheduled", TUESDAY)]


async def test_a_session_that_a_member_cancels_is_followed_an_interval_later(scheduling: Harness) -> None:
    """It is skipped, not sought again on another day: for that there is moving."""
    session_id = await booked_pair(scheduling)
    async with scheduling.client("bela") as bela:
        answer = await bela.post(f"{SESSIONS}/{session_id}/cancel")
    await scheduling.run_due()

    assert (answer.json()["state"], answer.json()["cancellation"]) == ("cancelled", "member")
    assert await starts(scheduling) == [("cancelled", TUESDAY), ("scheduled", TWO_WEEKS_LATER)]
    (event,) = await scheduling.events(SessionCancelled)
    assert event.reason is CancellationReason.MEMBER
    (record,) = [each for each in await scheduling.records() if each["type"] == SessionCancelled.type]
    assert "ce_actorid" not in record["headers"]


async def test_nothing_more_is_done_to_a_session_that_is_off_or_has_begun(scheduling: Harness) -> None:
    """Neither accepting, nor moving, nor cancelling."""
    session_id = await booked_pair(scheduling)
    move = {"starts_at": WEDNESDAY.isoformat()}
    async with scheduling.client("anna") as anna:
        await scheduling.run_due(TUESDAY)
        begun = [
            await anna.post(f"{SESSIONS}/{session_id}/accept"),
            await anna.post(f"{SESSIONS}/{session_id}/move", json=move),
            await anna.post(f"{SESSIONS}/{session_id}/cancel"),
        ]

    assert [(each.status_code, each.json()["code"]) for each in begun] == [(409, "session_begun")] * 3


async def test_the_same_command_sent_twice_is_done_once(scheduling: Harness) -> None:
    """The second answer is the first one's, and the audit has one row."""
    session_id = await booked_pair(scheduling)
    async with scheduling.client("anna") as anna:
        answers = [
            await anna.post(
                f"{SESSIONS}/{session_id}/move",
                json={"starts_at": WEDNESDAY.isoformat()},
                headers={"Idempotency-Key": "once"},
            )
            for _ in range(2)
        ]

    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert len(await scheduling.events(SessionRescheduled)) == 1
    assert await scheduling.fetch("select action, actor_id, subject_id from audit") == [
        {"action": "session_moved", "actor_id": str(ANNA), "subject_id": session_id}
    ]


async def test_other_times_are_offered_on_other_days(scheduling: Harness) -> None:
    """Three of them, none less than twelve hours from another, the present one not among them."""
    session_id = await booked_pair(scheduling)
    async with scheduling.client("anna") as anna:
        slots = (await anna.get(f"{SESSIONS}/{session_id}/slots")).json()["slots"]
        await anna.post(f"{SESSIONS}/{session_id}/cancel")
        none = (await anna.get(f"{SESSIONS}/{session_id}/slots")).json()["slots"]

    # On Tuesday itself an hour earlier or later is equally far from the middle; the earlier one wins.
    assert [slot["starts_at"] for slot in slots] == [
        "2027-06-08T09:30:00Z",
        "2027-06-09T10:30:00Z",
        "2027-06-10T10:30:00Z",
    ]
    assert none == []


@pytest.mark.parametrize("login", ["cora", "stranger", None])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/slots"),
        ("GET", "/invitation.ics"),
        ("POST", "/accept"),
        ("POST", "/move"),
        ("POST", "/cancel"),
    ],
)
async def test_a_session_does_not_exist_for_others(
    scheduling: Harness, login: str | None, method: str, path: str
) -> None:
    """Neither for another person, not even a coordinator, nor for strangers, nor without a token."""
    session_id = await booked_pair(scheduling)
    await scheduling.deliver(person(CORA, "cora"))
    body = {"starts_at": WEDNESDAY.isoformat()} if path == "/move" else None
    async with scheduling.client(login, ["coordinator"]) as client:
        answer = await client.request(method, f"{SESSIONS}/{session_id}{path}", json=body)
        unknown = await client.request(method, f"{SESSIONS}/{UUID(int=1)}{path}", json=body)

    status = {"cora": 404, "stranger": 403, None: 401}[login]
    assert (answer.status_code, unknown.status_code) == (status, status)
    assert answer.json()["code"] == unknown.json()["code"]
    assert await starts(scheduling) == [("scheduled", TUESDAY)]
