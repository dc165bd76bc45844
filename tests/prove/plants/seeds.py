"""Facts to begin with: records as a service would have sent them, and rows that agree with them."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tests.prove.plants.stage import Stage

NOW: Final = datetime.now(UTC).replace(microsecond=0)
PROGRAM: Final = UUID("0198a3f0-0000-7000-8000-00000000000a")
COHORT: Final = UUID("0198a3f0-0000-7000-8000-00000000000b")
MENTOR_LOGIN: Final = "mentor@enterprise.example"
_OWNERS: Final = {"sessions": "scheduling", "availability": "scheduling", "engagement": "engagement"}

Seed = dict[str, Any]


def ident(kind: int, number: int) -> UUID:
    """The same id every time."""
    return UUID(f"0198a3f0-0000-7000-8{kind:03x}-{number:012x}")


MATCHES: Final = [ident(1, number) for number in range(4)]
MENTOR, MENTEE = ident(2, 0), ident(2, 1)


def seed(topic: str, event: str, key: UUID, sequence: int, body: Mapping[str, Any] | None) -> Seed:
    """A record of the contract; `topic` and `event` without their common parts."""
    recorded = datetime.now(UTC)
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid.uuid4()),
        "ce_type": f"mentoring.{event}.v1",
        "ce_source": f"urn:mentoring:{_OWNERS.get(topic, 'matching')}",
        "ce_subject": str(key),
        "ce_time": NOW.isoformat(),
        "ce_recordedtime": recorded.isoformat(),
        "ce_dataschema": f"urn:mentoring.{event}.v1",
        "content-type": "application/json",
        "ce_correlationid": str(uuid.uuid4()),
        "ce_actortype": "system",
        "ce_sequence": f"{sequence:019d}",
    }
    return {
        "topic": f"mentoring.{topic}.v1",
        "key": str(key).encode(),
        "value": None if body is None else json.dumps(body, default=str).encode(),
        "headers": [(name, value.encode()) for name, value in headers.items()],
    }


def of_match(match: UUID, sequence: int, event: str, **more: Any) -> Seed:
    """A fact of a match's life."""
    ids = {"match_id": match, "program_id": PROGRAM, "cohort_id": COHORT}
    return seed("matches", f"match.{event}", match, sequence, ids | more)


def activated(match: UUID, sequence: int) -> Seed:
    """The relationship began."""
    return of_match(
        match,
        sequence,
        "activated",
        format="one_to_one",
        members=members(match),
        activated_at=NOW,
        ends_at=NOW + timedelta(days=90),
    )


def members(match: UUID) -> list[dict[str, Any]]:
    """Who is in a match: the same two people, as participants of their own."""
    number = match.int & 0xFFFF
    return [
        {"participant_id": ident(3, 2 * number), "person_id": MENTOR, "role": "mentor"},
        {"participant_id": ident(3, 2 * number + 1), "person_id": MENTEE, "role": "mentee"},
    ]


def person(number: int, sequence: int, **more: Any) -> Seed:
    """The state of a person."""
    body = {"person_id": ident(2, number), "status": "active", "given_name": f"P{number}", **more}
    return seed("people", "person.changed", ident(2, number), sequence, body)


def lives(matches: Sequence[UUID] = MATCHES) -> list[Seed]:
    """What a reader of everything meets: people, one of them erased, a program, matches, answers, nudges."""
    terms = {
        "program_id": PROGRAM,
        "version": 1,
        "title": "Leading well",
        "format": "one_to_one",
        "coordinator_ids": [ident(2, 9)],
        "cadence_days": 14,
        "session_minutes": 45,
        "first_session_within_days": 14,
        "duration_days": 90,
    }
    found = [person(number, 1) for number in range(3)]
    found += [person(0, 2, job_title="Head"), seed("people", "person.erased", ident(2, 2), 2, None)]
    found.append(seed("programs", "program.published", PROGRAM, 1, terms))
    for match in matches:
        found += [
            of_match(
                match, 1, "proposed", match_run_id=None, format="one_to_one", members=members(match), score=1
            ),
            of_match(match, 2, "offered", expires_at=NOW + timedelta(days=7)),
            of_match(match, 3, "accepted"),
            activated(match, 4),
            *answers(match),
        ]
    return found


def answers(match: UUID) -> list[Seed]:
    """Facts that are counted: each answer and nudge makes a number larger."""
    ids = {"match_id": match, "program_id": PROGRAM}
    found = []
    for sequence in range(1, 6):
        body = ids | {"question": "trust", "rating": 1 + sequence % 2}
        found.append(seed("engagement", "pulse.answered", match, sequence, body))
    nudge = ids | {"nudge_id": ident(4, match.int & 0xFFFF), "code": "session_overdue"}
    found.append(seed("engagement", "nudge.sent", match, 6, nudge))
    return found


async def pair_in_engagement(stage: Stage, match: UUID = MATCHES[0]) -> None:
    """A pair that engagement knows, with a mentor who can sign in; the topics say the same."""
    people = [
        person(number, 1, login_subject=login)
        for number, login in ((0, MENTOR_LOGIN), (1, "mentee@x.example"))
    ]
    start = activated(match, 1)
    await stage.publish([*people, start])
    async with stage.store("engagement") as store:
        for number, each in enumerate(people):
            body = json.loads(each["value"])
            await store.execute(
                "insert into person values ($1, $2, null, $3, false)",
                ident(2, number),
                body["given_name"],
                body["login_subject"],
            )
        await store.execute(
            "insert into match (match_id, program_id, state, activated_at, ends_at, pauses, pulses) "
            "values ($1, $2, 'active', $3, $4, '[]', 0)",
            match,
            PROGRAM,
            NOW,
            NOW + timedelta(days=90),
        )
        for position, member in enumerate(members(match)):
            await store.execute(
                "insert into match_member values ($1, $2, $3, $4, $5)",
                match,
                member["participant_id"],
                member["person_id"],
                member["role"],
                position,
            )
        for each in (*people, start):
            await store.execute(
                "insert into incoming_stream values ($1, $2, 1)", each["topic"], each["key"].decode()
            )


async def insert_goal(connection: Any, goal: UUID, match: UUID = MATCHES[0]) -> None:
    """The row of a goal, in somebody's transaction."""
    await connection.exec_driver_sql(
        "insert into goal (goal_id, match_id, set_by, set_at, percent) values ($1, $2, $3, $4, 0)",
        (goal, match, MENTOR, NOW),
    )
