"""A tiny sound run, written by hand, for tests that spoil one thing in it."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.prove.verdict.judge import examine
from tests.prove.verdict.model import Raw, Run

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
MATCH, OTHER = "0198a3f0-0000-7000-8000-0000000000c1", "0198a3f0-0000-7000-8000-0000000000c2"
PROGRAM, COHORT = "0198a3f0-0000-7000-8000-00000000000a", "0198a3f0-0000-7000-8000-00000000000b"
MENTOR, MENTEE = "0198a3f0-0000-7000-8000-0000000000e1", "0198a3f0-0000-7000-8000-0000000000e2"
THIRD = "0198a3f0-0000-7000-8000-0000000000e3"
GOAL, NEW_GOAL = "0198a3f0-0000-7000-8000-0000000000f1", "0198a3f0-0000-7000-8000-0000000000f2"
ENGAGEMENT, MATCHES = "mentoring.engagement.v1", "mentoring.matches.v1"
SESSIONS, PEOPLE, PARTICIPANTS = (
    "mentoring.sessions.v1",
    "mentoring.people.v1",
    "mentoring.participants.v1",
)
HR = "hris.adp"
_OWNERS = {SESSIONS: "scheduling", ENGAGEMENT: "engagement", "mentoring.availability.v1": "scheduling"}


def event_id(number: int) -> str:
    """An id that is easy to read."""
    return f"00000000-0000-7000-8000-{number:012d}"


def number_of(topic: str, key: str, sequence: int) -> int:
    """What an event's id is made of, where a test does not say."""
    return len(topic) * 1_000_000 + int(key[-2:], 16) * 1000 + sequence


def record(
    topic: str,
    kind: str,
    key: str,
    sequence: int,
    body: dict[str, Any] | None,
    *,
    offset: int | None = None,
    number: int | None = None,
    cause: int | None = None,
    at: datetime = NOON,
) -> Raw:
    """A record of the contract; its offset and its id follow from its sequence where nothing else is said."""
    headers = {
        "ce_id": event_id(number if number is not None else number_of(topic, key, sequence)),
        "ce_type": f"mentoring.{kind}.v1",
        "ce_source": f"urn:mentoring:{_OWNERS.get(topic, 'matching')}",
        "ce_subject": key,
        "ce_time": NOON.isoformat(),
        "ce_recordedtime": at.isoformat(),
        "ce_sequence": f"{sequence:019d}",
        **({"ce_causationid": event_id(cause)} if cause is not None else {}),
    }
    value = None if body is None else json.dumps(body).encode()
    raw_headers = tuple((name, text.encode()) for name, text in headers.items())
    return Raw(topic, 0, sequence - 1 if offset is None else offset, key.encode(), value, raw_headers)


def of_pair(**more: Any) -> dict[str, Any]:
    """A body of an event of the pair."""
    return {"match_id": MATCH, "program_id": PROGRAM, **more}


def members(mentor: str = MENTOR, mentee: str = MENTEE) -> list[dict[str, str]]:
    """Participants have the ids of their people here."""
    return [
        {"participant_id": mentor, "person_id": mentor, "role": "mentor"},
        {"participant_id": mentee, "person_id": mentee, "role": "mentee"},
    ]


def stream(topic: str, key: str, last: int) -> dict[str, Any]:
    """A row of one of the guards."""
    return {"topic": topic, "key": key, "last_sequence": last}


def aside(topic: str, key: str, sequence: int, status: str = "dead", **more: Any) -> dict[str, Any]:
    """A record that waits."""
    return {
        "id": "a1",
        "status": status,
        "reason": "handler_failed",
        "topic": topic,
        "stream_key": key,
        "sequence": sequence,
        "source_partition": 0,
        "source_offset": sequence - 1,
        **more,
    }


def letter(service: str, about: Raw, status: str = "dead", record_id: str = "a1", offset: int = 0) -> Raw:
    """The dead letter of a record."""
    headers = {
        "dlq-id": record_id,
        "dlq-original-topic": about.topic,
        "dlq-original-partition": str(about.partition),
        "dlq-original-offset": str(about.offset),
        "dlq-status": status,
        "dlq-reason": "handler_failed",
    }
    own = tuple((name, text.encode()) for name, text in headers.items())
    return Raw(f"mentoring.{service}.dlq", 0, offset, about.key, about.value, (*about.headers, *own))


def sound_run() -> Run:
    """Engagement told of a goal and two answers, reporting counted them; HR hired nobody."""
    told = [
        record(ENGAGEMENT, "goal.set", MATCH, 1, of_pair(goal_id=GOAL, due_on=None)),
        record(ENGAGEMENT, "pulse.answered", MATCH, 2, of_pair(question="trust", rating=4)),
        record(ENGAGEMENT, "pulse.answered", MATCH, 3, of_pair(question="trust", rating=4)),
    ]
    tally = {"program_id": PROGRAM, "question": "trust", "rating": 4, "answers": 2}
    goal = {"goal_id": GOAL, "match_id": MATCH, "percent": 0, "reached_at": None}
    return Run(
        about={"seed": 1, "kills": 0, "recovery_s": 1.0},
        journal=[command()],
        topics={ENGAGEMENT: told},
        stores={
            "engagement": {
                "outgoing_stream": [stream(ENGAGEMENT, MATCH, 3)],
                "goal": [goal],
                "pulse_tally": [{**tally, "round": 1}],
                "audit": [{"role": "none", "action": "goal_set", "subject_id": GOAL}],
                "idempotency_key": [{"key": "k1", "status": 201}],
            },
            "reporting": {
                "incoming_stream": [stream(ENGAGEMENT, MATCH, 3)],
                "goal": [
                    {
                        "goal_id": GOAL,
                        "match_id": MATCH,
                        "program_id": PROGRAM,
                        "percent": 0,
                        "due_on": None,
                        "set_at": NOON,
                        "reached_at": None,
                    }
                ],
                "pulse_tally": [{**tally, "match_id": MATCH}],
            },
        },
        committed={"reporting": {(ENGAGEMENT, 0): 3}},
        ends={(ENGAGEMENT, 0): 3},
    )


def command(key: str = "k1", status: int | None = 201, made: str = GOAL) -> dict[str, Any]:
    """A line of the journal: somebody set a goal."""
    return {
        "kind": "http",
        "service": "engagement",
        "method": "POST",
        "path": f"/api/engagement/v1/matches/{MATCH}/goals",
        "key": key,
        "status": status,
        "response": {"id": made},
    }


def with_records(run: Run, topic: str, *records: Raw) -> Run:
    """Another content of a topic, read to its end."""
    ends = {**run.ends, (topic, 0): max((each.offset for each in records), default=-1) + 1}
    readers = ("matching", "scheduling", "engagement", "reporting")
    committed = {service: {**run.committed.get(service, {}), **ends} for service in readers}
    return replace(run, topics={**run.topics, topic: list(records)}, ends=ends, committed=committed)


def with_rows(run: Run, service: str, table: str, *rows: dict[str, Any]) -> Run:
    """Another content of a table."""
    store = {**run.stores.get(service, {}), table: list(rows)}
    return replace(run, stores={**run.stores, service: store})


def broken(run: Run) -> set[str]:
    """The invariants that the judge finds violated."""
    verdict = examine(run)
    names = {name for name, violations in verdict["invariants"].items() if violations}
    assert (verdict["verdict"] == "broken") == bool(names)
    return names


def hr_record(worker: str, offset: int, *, whole: bool = True) -> Raw:
    """A record of the HR feed."""
    worker_part = {"output": {"worker": {"associateOID": worker}}}
    value = json.dumps({"events": [{"recordDateTime": NOON.isoformat(), "data": worker_part}]}).encode()
    return Raw(HR, 0, offset, worker.encode(), value if whole else value[:-9], ())


def hr_line(raw: Raw) -> dict[str, Any]:
    """What the client noted of it."""
    digest = hashlib.sha256(raw.value or b"").hexdigest()
    return {"kind": "hr", "topic": HR, "partition": 0, "offset": raw.offset, "sha256": digest}


def later(minutes: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(minutes=minutes)
