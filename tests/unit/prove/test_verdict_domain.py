"""The verdict on seats, calendars, projections and HR: what the services keep must follow from the topics."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.prove.verdict.model import Raw, Rebuild, Run
from tests.unit.prove.small_run import (
    COHORT,
    HR,
    MATCH,
    MATCHES,
    MENTEE,
    MENTOR,
    NOON,
    OTHER,
    PARTICIPANTS,
    PEOPLE,
    PROGRAM,
    SESSIONS,
    THIRD,
    broken,
    hr_line,
    hr_record,
    later,
    letter,
    members,
    record,
    sound_run,
    stream,
    with_records,
    with_rows,
)

END = later(60 * 24 * 90)
SECOND_MENTEE = "0198a3f0-0000-7000-8000-0000000000e4"


def match_event(fact: str, match: str, sequence: int, at: float = 0, **more: Any) -> Raw:
    body = {"match_id": match, "program_id": PROGRAM, "cohort_id": COHORT, **more}
    offset = sequence if match == MATCH else 10 + sequence
    return record(MATCHES, f"match.{fact}", match, sequence, body, offset=offset, at=later(at))


def activated(match: str, sequence: int, at: float = 0, mentor: str = MENTOR, mentee: str = MENTEE) -> Raw:
    return match_event(
        "activated",
        match,
        sequence,
        at,
        format="one_to_one",
        members=members(mentor, mentee),
        activated_at=NOON.isoformat(),
        ends_at=END.isoformat(),
    )


def proposed(match: str, at: float, mentee: str) -> Raw:
    return match_event(
        "proposed", match, 1, at, members=members(MENTOR, mentee), score=1, format="one_to_one"
    )


def enrolled(capacity: int) -> Raw:
    body = {
        "participant_id": MENTOR,
        "person_id": MENTOR,
        "program_id": PROGRAM,
        "cohort_id": COHORT,
        "roles": ["mentor"],
        "capacity": capacity,
    }
    return record(PARTICIPANTS, "participant.enrolled", MENTOR, 1, body)


def alone(*records: tuple[str, list[Raw]]) -> Run:
    """The topics only: no service took part, so nothing but conservation can be judged."""
    run = Run(about={"recovery_s": 0.1})
    for topic, content in records:
        run = with_records(run, topic, *content)
    return run


def test_a_mentor_with_one_seat_may_have_one_match_after_the_other() -> None:
    first = [proposed(MATCH, 1, MENTEE), match_event("declined", MATCH, 2, at=2)]

    assert (
        broken(alone((PARTICIPANTS, [enrolled(1)]), (MATCHES, [*first, proposed(OTHER, 3, THIRD)]))) == set()
    )


def test_an_over_full_mentor_is_seen_also_when_it_lasted_a_moment_only() -> None:
    content = [
        proposed(MATCH, 1, MENTEE),
        match_event("declined", MATCH, 2, at=5),
        proposed(OTHER, 3, THIRD),
    ]

    assert broken(alone((PARTICIPANTS, [enrolled(1)]), (MATCHES, content))) == {"I6"}
    assert broken(alone((PARTICIPANTS, [enrolled(2)]), (MATCHES, content))) == set()


def test_a_mentee_has_one_seat() -> None:
    content = [proposed(MATCH, 1, MENTEE), proposed(OTHER, 2, MENTEE)]

    assert broken(alone((PARTICIPANTS, [enrolled(5)]), (MATCHES, content))) == {"I6"}


def session(fact: str, number: int, match: str, *, start: float, sequence: int, at: float) -> Raw:
    body = {
        "session_id": f"0198a3f0-0000-7000-8000-00000000aa0{number}",
        "match_id": match,
        "program_id": PROGRAM,
        "starts_at": later(start).isoformat(),
        "ends_at": later(start + 45).isoformat(),
        "reason": "member",
    }
    if fact == "cancelled":
        body = {name: value for name, value in body.items() if not name.endswith("_at")}
    offset = sequence if match == MATCH else 10 + sequence
    return record(SESSIONS, f"session.{fact}", match, sequence, body, offset=offset, at=later(at))


def test_nobody_is_in_two_sessions_at_once() -> None:
    matches = [activated(MATCH, 1), activated(OTHER, 1, mentee=THIRD)]
    here, there = (
        session("scheduled", 1, MATCH, start=600, sequence=1, at=1),
        session("scheduled", 2, OTHER, start=630, sequence=1, at=3),
    )
    off = session("cancelled", 1, MATCH, start=600, sequence=2, at=2)

    assert broken(alone((MATCHES, matches), (SESSIONS, [here, there]))) == {"I6"}
    assert broken(alone((MATCHES, matches), (SESSIONS, [here, off, there]))) == set()


def test_times_that_the_store_booked_twice_are_seen() -> None:
    time = {"person_id": MENTOR, "starts_at": NOON, "ends_at": later(45)}
    run = with_rows(sound_run(), "scheduling", "incoming_stream", stream("mentoring.engagement.v1", MATCH, 3))

    assert broken(with_rows(run, "scheduling", "booked_time", time)) == set()
    assert broken(with_rows(run, "scheduling", "booked_time", time, time)) == {"I6"}


def test_a_counter_that_counted_a_fact_twice_or_not_at_all() -> None:
    run = sound_run()
    tally = dict(run.rows("reporting", "pulse_tally")[0])

    assert broken(with_rows(run, "reporting", "pulse_tally", tally | {"answers": 3})) == {"I3", "I6"}
    assert broken(with_rows(run, "reporting", "pulse_tally", tally | {"answers": 1})) == {"I6"}
    assert broken(with_rows(run, "reporting", "pulse_tally")) == {"I6"}


def test_a_read_model_that_does_not_follow_from_the_topics() -> None:
    run = sound_run()
    goal = dict(run.rows("reporting", "goal")[0])

    assert broken(with_rows(run, "reporting", "goal", goal | {"percent": 40})) == {"I7"}
    assert broken(with_rows(run, "reporting", "goal")) == {"I7"}
    assert broken(replace(run, rebuild=Rebuild(1, "different"))) == {"I7"}
    assert broken(replace(run, rebuild=Rebuild(0, "equal"))) == set()


def followers(state: str, ends_at: datetime = END) -> Run:
    """Scheduling alone, with one match that was active and is completed."""
    run = with_records(
        Run(about={"recovery_s": 0.1}), MATCHES, activated(MATCH, 1), match_event("completed", MATCH, 2)
    )
    run = with_rows(run, "scheduling", "incoming_stream", stream(MATCHES, MATCH, 2))
    row = {"match_id": MATCH, "state": state, "activated_at": NOON, "ends_at": ends_at}
    people = [{"match_id": MATCH, "person_id": person} for person in (MENTOR, MENTEE)]
    return with_rows(with_rows(run, "scheduling", "match", row), "scheduling", "match_member", *people)


def test_a_match_stands_where_its_stream_says() -> None:
    assert broken(followers("closed")) == set()
    assert broken(followers("active")) == {"I7"}
    assert broken(followers("closed", later(1))) == {"I7"}


def test_somebody_who_was_erased_is_gone() -> None:
    states = [
        record(PEOPLE, "person.changed", MENTOR, 1, {"person_id": MENTOR, "given_name": "Ada"}),
        record(PEOPLE, "person.erased", MENTOR, 2, None),
    ]
    run = with_records(Run(about={"recovery_s": 0.1}), PEOPLE, *states)
    run = with_rows(run, "engagement", "incoming_stream", stream(PEOPLE, MENTOR, 2))
    empty = dict.fromkeys(("given_name", "family_name", "login_subject")) | {"person_id": MENTOR}

    assert broken(with_rows(run, "engagement", "person", empty)) == set()
    assert broken(with_rows(run, "engagement", "person", empty | {"given_name": "Ada"})) == {"I7"}


def test_an_old_state_that_lies_last_would_survive_compaction() -> None:
    first, second = (
        record(PEOPLE, "person.changed", MENTOR, number, {"person_id": MENTOR}) for number in (1, 2)
    )
    again = replace(first, offset=2)
    run = replace(alone((PEOPLE, [first, second, again])), faults=[{"kind": "pause"}])

    assert broken(run) == {"I7"}
    assert broken(replace(run, topics={PEOPLE: [first, again, replace(second, offset=3)]})) == set()
    on_purpose = {"kind": "duplicated", "target": PEOPLE, "records": 1}
    assert broken(replace(run, faults=[on_purpose])) == set()


def hr_run(*raws: Raw, observed: tuple[str, ...] = (), read: int = 9) -> Run:
    """Matching after some records of HR."""
    run = replace(sound_run(), journal=[*sound_run().journal, *(hr_line(raw) for raw in raws)])
    run = with_records(run, HR, *raws)
    seen = [{"topic": HR, "record_id": bytes.fromhex(str(hr_line(raw)["sha256"]))} for raw in raws[:read]]
    rows = [{"person_key": worker, "recorded_at": NOON, "kind": "hire"} for worker in observed]
    run = with_rows(run, "matching", "incoming_stream", stream("mentoring.engagement.v1", MATCH, 3))
    return with_rows(with_rows(run, "matching", "inbox", *seen), "matching", "observation", *rows)


def test_an_acknowledged_record_of_hr_is_observed_or_refused() -> None:
    good, cut = hr_record("G1", 0), hr_record("G2", 1, whole=False)

    assert broken(hr_run(good, observed=("G1",))) == set()
    assert broken(hr_run(good)) == {"I1"}
    assert broken(hr_run(good, observed=("G1",), read=0)) == {"I1"}
    assert broken(hr_run(good, cut, observed=("G1",))) == {"I1"}
    refused = with_records(
        hr_run(good, cut, observed=("G1",)), "mentoring.matching.dlq", letter("matching", cut)
    )
    waiting = {
        "id": "a1",
        "status": "dead",
        "reason": "x",
        "topic": HR,
        "stream_key": None,
        "sequence": None,
        "source_partition": 0,
        "source_offset": 1,
    }
    assert broken(with_rows(refused, "matching", "set_aside", waiting)) == set()


def test_matching_knows_nobody_of_whom_hr_said_nothing() -> None:
    assert broken(hr_run(hr_record("G1", 0), observed=("G1", "G7"))) == {"I2"}


def test_an_acknowledged_record_that_is_not_on_the_topic_is_lost() -> None:
    run = hr_run(hr_record("G1", 0), observed=("G1",))
    missing = hr_line(hr_record("G9", 5))

    assert broken(replace(run, journal=[*run.journal, missing])) == {"I1"}
