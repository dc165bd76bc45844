"""The verdict on topics, guards, offsets and journal: a sound run holds, each spoiled one goes red for it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.prove.verdict.judge import examine
from tests.prove.verdict.model import Run
from tests.unit.prove.small_run import (
    ENGAGEMENT,
    GOAL,
    MATCH,
    NEW_GOAL,
    NOON,
    OTHER,
    aside,
    broken,
    command,
    letter,
    number_of,
    of_pair,
    record,
    sound_run,
    stream,
    with_records,
    with_rows,
)


def told(run: Run) -> list[Any]:
    return list(run.topics[ENGAGEMENT])


def answer(sequence: int, **more: Any) -> Any:
    return record(ENGAGEMENT, "pulse.answered", MATCH, sequence, of_pair(question="trust", rating=4), **more)


def test_a_sound_run_holds() -> None:
    verdict = examine(sound_run())

    assert verdict["verdict"] == "holds", verdict["examples"]
    assert (verdict["events"], verdict["lost"], verdict["doubled"]) == (3, 0, 0)
    assert verdict["looked_at"]["acknowledged commands"] == 1
    assert verdict["looked_at"]["events read by reporting"] == 3


def test_a_run_in_which_nothing_happened_proves_nothing() -> None:
    assert broken(Run(about={"recovery_s": 1.0})) == {"I1"}


def test_a_hole_in_a_stream_is_a_loss_and_breaks_the_order() -> None:
    run = sound_run()
    first, _, third = told(run)

    found = broken(with_records(run, ENGAGEMENT, first, third))

    assert {"I1", "I4"} <= found


def test_a_swapped_pair_breaks_the_order_and_nothing_else() -> None:
    run = sound_run()
    first, second, third = told(run)
    swapped = [first, replace(third, offset=1), replace(second, offset=2)]

    assert broken(with_records(run, ENGAGEMENT, *swapped)) == {"I4"}


def test_a_repeat_is_no_harm_when_a_relay_was_interrupted() -> None:
    run = sound_run()
    repeated = with_records(run, ENGAGEMENT, *told(run), replace(told(run)[1], offset=3))

    assert broken(replace(repeated, about={**run.about, "kills": 1})) == set()
    assert broken(repeated) == {"I3"}, "without an interruption nothing may come twice"


def test_the_same_event_with_other_bytes_is_flagged() -> None:
    run = sound_run()
    forged = replace(told(run)[1], offset=3, value=b'{"question": "trust", "rating": 1}')
    spoiled = with_records(run, ENGAGEMENT, *told(run), forged)

    assert broken(replace(spoiled, about={**run.about, "kills": 1})) == {"I5"}


def test_an_event_beyond_the_committed_number_is_a_phantom() -> None:
    run = sound_run()
    beyond = record(ENGAGEMENT, "nudge.sent", MATCH, 4, of_pair(nudge_id=NEW_GOAL, code="x"))

    assert "I2" in broken(with_records(run, ENGAGEMENT, *told(run), beyond))


def test_two_events_with_one_number_are_a_phantom_and_an_order_break() -> None:
    run = sound_run()
    twin = answer(3, offset=3, number=77)

    assert {"I2", "I4"} <= broken(with_records(run, ENGAGEMENT, *told(run), twin))


def test_what_still_waits_in_the_outbox_was_not_delivered() -> None:
    waiting = {"type": "mentoring.goal.set.v1", "aggregateid": MATCH}

    assert broken(with_rows(sound_run(), "engagement", "outbox", waiting)) == {"I1"}


def test_a_reader_that_never_saw_an_event_lost_it() -> None:
    behind = with_rows(sound_run(), "reporting", "incoming_stream", stream(ENGAGEMENT, MATCH, 2))

    assert broken(behind) == {"I1"}


def test_a_reader_ahead_of_its_topic_saw_a_phantom() -> None:
    ahead = with_rows(
        sound_run(),
        "reporting",
        "incoming_stream",
        stream(ENGAGEMENT, MATCH, 3),
        stream(ENGAGEMENT, OTHER, 1),
    )

    assert broken(ahead) == {"I2"}


def test_a_dead_record_waits_with_a_letter_and_so_does_what_follows_it() -> None:
    run = sound_run()
    second, third = told(run)[1:]
    rows = [aside(ENGAGEMENT, MATCH, 2), aside(ENGAGEMENT, MATCH, 3, "parked", id="a2")]
    run = with_rows(run, "reporting", "set_aside", *rows)
    run = with_rows(run, "reporting", "pulse_tally")
    letters = [letter("reporting", second), letter("reporting", third, "parked", "a2", offset=1)]

    assert broken(with_records(run, "mentoring.reporting.dlq", *letters)) == set()
    assert broken(with_records(run, "mentoring.reporting.dlq", letters[0])) == {"I11"}
    twice = letter("reporting", second, record_id="a3", offset=2)
    assert broken(with_records(run, "mentoring.reporting.dlq", *letters, twice)) == {"I11"}


def test_what_is_applied_behind_a_dead_record_breaks_the_order() -> None:
    run = sound_run()
    run = with_rows(run, "reporting", "set_aside", aside(ENGAGEMENT, MATCH, 2))
    tally = {**run.rows("reporting", "pulse_tally")[0], "answers": 1}
    run = with_rows(run, "reporting", "pulse_tally", tally)

    assert broken(with_records(run, "mentoring.reporting.dlq", letter("reporting", told(run)[1]))) == {"I4"}


def test_an_event_of_an_unknown_type_must_be_kept_for_a_later_version() -> None:
    run = with_rows(sound_run(), "engagement", "outgoing_stream", stream(ENGAGEMENT, MATCH, 4))
    run = with_rows(run, "reporting", "incoming_stream", stream(ENGAGEMENT, MATCH, 4))
    run = with_records(run, ENGAGEMENT, *told(run), record(ENGAGEMENT, "goal.sung", MATCH, 4, of_pair()))

    assert broken(run) == {"I1"}
    kept = aside(ENGAGEMENT, MATCH, 4, "skipped", reason="unknown_type")
    assert broken(with_rows(run, "reporting", "set_aside", kept)) == set()


def test_a_foul_record_must_be_refused_by_each_reader() -> None:
    run = sound_run()
    foul = replace(told(run)[0], key=b"x", offset=3, headers=())
    spoiled = with_records(run, ENGAGEMENT, *told(run), foul)

    assert broken(spoiled) == {"I1"}
    refused = aside(ENGAGEMENT, "x", 4) | {"stream_key": None, "sequence": None}
    kept = with_rows(spoiled, "reporting", "set_aside", refused)
    assert broken(with_records(kept, "mentoring.reporting.dlq", letter("reporting", foul))) == set()


def test_one_cause_has_one_effect_of_a_kind_and_not_before_it() -> None:
    run = with_rows(sound_run(), "engagement", "outgoing_stream", stream(ENGAGEMENT, MATCH, 5))
    run = with_rows(run, "reporting", "incoming_stream", stream(ENGAGEMENT, MATCH, 5))
    body = of_pair(health="on_track", previous=None)
    since = {"match_id": MATCH, "program_id": body["program_id"], "health": "on_track", "since": NOON}
    run = with_rows(run, "reporting", "health", since)
    first_id = number_of(ENGAGEMENT, MATCH, 1)

    def effects(*changes: dict[str, Any]) -> set[str]:
        records = [
            record(ENGAGEMENT, "health.changed", MATCH, number, body, **change)
            for number, change in enumerate(changes, start=4)
        ]
        return broken(with_records(run, ENGAGEMENT, *told(sound_run()), *records))

    assert effects({"cause": first_id}, {"cause": first_id + 1}) == set()
    assert effects({"cause": first_id}, {"cause": first_id}) == {"I3"}
    assert effects({"cause": first_id}, {"cause": 404}) == {"I8"}
    assert effects({"cause": first_id}, {"cause": first_id + 1, "at": NOON - timedelta(seconds=5)}) == {"I8"}


def test_offsets_end_at_the_end_and_never_go_back_unasked() -> None:
    run = sound_run()
    samples = [
        {"at": at, "group": "g", "topic": ENGAGEMENT, "partition": 0, "offset": offset}
        for at, offset in ((1.0, 2), (3.0, 0), (5.0, 3))
    ]

    assert broken(replace(run, committed={"reporting": {(ENGAGEMENT, 0): 2}})) == {"I9"}
    assert broken(replace(run, committed={"reporting": {(ENGAGEMENT, 0): 9}})) == {"I9"}
    assert broken(replace(run, offset_samples=samples)) == {"I9"}
    told_to = [{"kind": "offsets_reset", "at": 2.0}]
    assert broken(replace(run, offset_samples=samples, faults=told_to)) == set()


def test_recovery_silence_and_retries_are_bounded() -> None:
    run = sound_run()

    assert broken(replace(run, about={**run.about, "recovery_s": 500})) == {"I10"}
    assert broken(replace(run, about={**run.about, "recovered": False})) == {"I10"}
    assert broken(replace(run, about={**run.about, "longest_silence_s": 3.2})) == {"I10"}
    assert broken(replace(run, about={**run.about, "retries_per_s": 900.0})) == {"I10"}


def test_an_acknowledged_command_is_there_once() -> None:
    run = sound_run()
    audit = run.rows("engagement", "audit")[0]

    assert broken(with_rows(run, "engagement", "idempotency_key")) == {"I12"}
    assert broken(with_rows(run, "engagement", "audit")) == {"I12"}
    assert broken(with_rows(run, "engagement", "audit", dict(audit), dict(audit))) == {"I3"}
    assert broken(replace(run, journal=[command(made=NEW_GOAL)])) == {"I12"}


def test_a_command_that_was_never_answered_may_have_happened_or_not() -> None:
    run = sound_run()
    audit = dict(run.rows("engagement", "audit")[0])
    unknown = replace(run, journal=[command(), command("k2", None)])

    assert broken(unknown) == set()
    assert broken(with_rows(unknown, "engagement", "audit", audit, audit)) == set()
    assert broken(with_rows(unknown, "engagement", "audit", audit, audit, audit)) == {"I3"}


def test_a_goal_is_as_far_as_its_events_say() -> None:
    run = sound_run()
    goal = dict(run.rows("engagement", "goal")[0])

    assert broken(with_rows(run, "engagement", "goal", goal | {"percent": 0})) == set()
    assert broken(with_rows(run, "engagement", "goal", goal | {"percent": 70})) == {"I7"}


def test_a_row_without_its_event_and_an_event_without_its_row() -> None:
    run = sound_run()
    goal = dict(run.rows("engagement", "goal")[0])
    second = goal | {"goal_id": NEW_GOAL}

    assert broken(with_rows(run, "engagement", "goal", goal, second)) == {"I1"}
    assert broken(replace(with_rows(run, "engagement", "goal"), journal=[])) == {"I2"}
    assert GOAL in {each["goal_id"] for each in run.rows("engagement", "goal")}
