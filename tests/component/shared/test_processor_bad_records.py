"""A record that cannot be applied costs nobody but its own key anything."""

import json
from collections.abc import Callable

import pytest

from shared.events.matches import MatchAcceptedBySide
from shared.events.people import PersonChanged
from shared.messaging.records import Record
from shared.persistence.unit_of_work import UnitOfWork
from tests.support.records import (
    ADA,
    MATCH,
    MATCHES,
    OTHER_MATCH,
    PEOPLE,
    broken,
    changed,
    headers_of,
    person,
    record_of,
    step,
    without,
)
from tests.support.sandbox import Sandbox, note

DLQ = "mentoring.engagement.dlq"
GOOD = headers_of("mentoring.match.accepted-by-side.v1", 1)
HUGE = b"9" * 5000


async def side_accepted(event: MatchAcceptedBySide, uow: UnitOfWork) -> None:
    await note(uow, event.match_id, str(event.accepted))


async def person_changed(event: PersonChanged, uow: UnitOfWork) -> None:
    await note(uow, event.person_id, event.given_name or "")


@pytest.fixture
def counting(sandbox: Sandbox) -> Sandbox:
    sandbox.routes.on(MatchAcceptedBySide, side_accepted).on(PersonChanged, person_changed)
    return sandbox


def body(**fields: object) -> bytes:
    return json.dumps(json.loads(step(1).model_dump_json()) | fields).encode()


KEYED: dict[str, tuple[str, Callable[[], Record]]] = {
    "bad JSON": ("bad_body", lambda: broken(step(1), 1, value=b"{")),
    "no JSON at all": ("bad_body", lambda: broken(step(1), 1, value=b"\xff\xfe\x00")),
    "an empty body": ("bad_body", lambda: broken(step(1), 1, value=b"")),
    "a violated schema": ("bad_body", lambda: broken(step(1), 1, value=body(accepted="many"))),
    "a missing field": ("bad_body", lambda: broken(step(1), 1, value=b"{}")),
    "a list": ("bad_body", lambda: broken(step(1), 1, value=b"[]")),
    "deep nesting": ("bad_body", lambda: broken(step(1), 1, value=b"[" * 100_000)),
    "deep nesting in an unknown field": (
        "bad_body",
        lambda: broken(step(1), 1, value=body()[:-1] + b', "x": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
    ),
    "NaN": ("bad_body", lambda: broken(step(1), 1, value=body(accepted=float("nan")))),
    "infinity": ("bad_body", lambda: broken(step(1), 1, value=body(accepted=float("inf")))),
    "a huge integer": (
        "bad_body",
        lambda: broken(step(1), 1, value=body().replace(b'"accepted": 1', b'"accepted": ' + HUGE)),
    ),
    "a lone surrogate": ("bad_body", lambda: broken(step(1), 1, value=body(match_id="\ud800"))),
    "a body above the limit": ("too_large", lambda: broken(step(1), 1, value=b" " * 1_048_577)),
    "a tombstone on a topic without one": ("no_body", lambda: broken(step(1), 1, value=None)),
    "another key than the body's": (
        "key_mismatch",
        lambda: broken(step(1, OTHER_MATCH), 1, key=str(MATCH).encode()),
    ),
    "an event of another topic": (
        "wrong_topic",
        lambda: broken(step(1), 1, headers=headers_of("mentoring.cohort.opened.v1", 1)),
    ),
    "no ce_type": ("no_event_type", lambda: broken(step(1), 1, headers=without(GOOD, "ce_type"))),
    "a ce_type that is no type": (
        "no_event_type",
        lambda: broken(step(1), 1, headers=changed(GOOD, {"ce_type": b"a\0b"})),
    ),
    "no ce_id": ("bad_headers", lambda: broken(step(1), 1, headers=without(GOOD, "ce_id"))),
    "a ce_id that is no id": (
        "bad_headers",
        lambda: broken(step(1), 1, headers=changed(GOOD, {"ce_id": b"7"})),
    ),
    "a header without a value": (
        "bad_headers",
        lambda: broken(step(1), 1, headers=changed(GOOD, {"ce_id": None})),
    ),
    "a header that is no UTF-8": (
        "bad_headers",
        lambda: broken(step(1), 1, headers=changed(GOOD, {"ce_id": b"\xff\xfe"})),
    ),
}

KEYLESS: dict[str, Callable[[], Record]] = {
    "no ce_sequence": lambda: broken(step(1), 1, headers=without(GOOD, "ce_sequence")),
    "a ce_sequence of zero": lambda: broken(step(1), 1, headers=changed(GOOD, {"ce_sequence": b"0"})),
    "a negative ce_sequence": lambda: broken(step(1), 1, headers=changed(GOOD, {"ce_sequence": b"-1"})),
    "a ce_sequence beyond 64 bits": lambda: broken(
        step(1), 1, headers=changed(GOOD, {"ce_sequence": b"9999999999999999999"})
    ),
    "a ce_sequence of exotic digits": lambda: broken(
        step(1), 1, headers=changed(GOOD, {"ce_sequence": "١".encode()})
    ),
    "no headers": lambda: broken(step(1), 1, headers=()),
    "no key": lambda: broken(step(1), 1, key=None),
    "an empty key": lambda: broken(step(1), 1, key=b""),
    "a key that is no UTF-8": lambda: broken(step(1), 1, key=b"\xff"),
    "a key with a NUL": lambda: broken(step(1), 1, key=b"a\0b"),
    "a key without an end": lambda: broken(step(1), 1, key=b"k" * 100_000),
    "no sequence and a ce_type with a NUL": lambda: broken(
        step(1), 1, headers=changed(without(GOOD, "ce_sequence"), {"ce_type": b"a\0b"})
    ),
}


@pytest.mark.parametrize("kind", KEYED)
async def test_a_bad_record_parks_its_key_and_its_neighbours_are_processed(
    counting: Sandbox, kind: str
) -> None:
    """It goes out as a dead letter with the reason and its own bytes; later records of its key wait."""
    reason, make = KEYED[kind]
    bad = make()

    await counting.processor.process([record_of(step(1, OTHER_MATCH), 1), bad, record_of(step(2), 2)])
    await counting.processor.process([record_of(step(3), 3), record_of(step(2, OTHER_MATCH), 2)])

    assert await counting.effects() == [(str(OTHER_MATCH), "1"), (str(OTHER_MATCH), "2")]
    assert await counting.waiting() == [
        ("dead", reason, 1),
        ("parked", "key_parked", 2),
        ("parked", "key_parked", 3),
    ]
    letter, *others = await counting.outbox(DLQ)
    assert (letter.header["dlq-reason"], letter.header["dlq-original-topic"]) == (
        reason.encode(),
        MATCHES.encode(),
    )
    if kind == "a body above the limit":
        assert letter.value is None
    else:
        assert (letter.key, letter.value) == (bad.key, bad.value)
        assert tuple(letter.headers[: len(bad.headers)]) == bad.headers
    assert [other.header["dlq-status"] for other in others] == [b"parked", b"parked"]


@pytest.mark.parametrize("kind", KEYLESS)
async def test_a_record_whose_place_is_unknown_becomes_a_dead_letter_and_holds_up_nothing(
    counting: Sandbox, kind: str
) -> None:
    bad = KEYLESS[kind]()

    await counting.processor.process([bad, record_of(step(1), 1)])

    assert await counting.effects() == [(str(MATCH), "1")]
    assert await counting.waiting() == [("dead", "no_key_or_sequence", None)]
    (letter,) = await counting.outbox(DLQ)
    assert (letter.value, tuple(letter.headers[: len(bad.headers)])) == (bad.value, bad.headers)
    if bad.key is not None:
        assert letter.key == bad.key


async def test_of_a_header_that_comes_twice_the_first_counts(counting: Sandbox) -> None:
    twice = broken(step(1), 1, headers=(*GOOD, ("ce_id", b"x"), ("ce_sequence", b"7"), ("ce_type", b"y")))

    await counting.processor.process([twice])

    assert await counting.effects() == [(str(MATCH), "1")]


async def test_unknown_fields_are_ignored(counting: Sandbox) -> None:
    await counting.processor.process([broken(step(1), 1, value=body(mood="sunny"))])

    assert await counting.effects() == [(str(MATCH), "1")]


async def test_an_event_of_an_unknown_type_is_skipped_and_its_key_goes_on(counting: Sandbox) -> None:
    """It is kept for the version that will know it; no dead letter."""
    unknown = broken(step(1), 1, headers=headers_of("mentoring.match.celebrated.v1", 1))

    await counting.processor.process([unknown, record_of(step(2), 2)])

    assert await counting.effects() == [(str(MATCH), "2")]
    assert await counting.waiting() == [("skipped", "unknown_type", 1)]
    assert await counting.outbox(DLQ) == []


async def test_a_personal_record_goes_out_as_a_pointer_and_stays_here_sealed(counting: Sandbox) -> None:
    bad = broken(person("Ada"), 1, value=b'{"given_name": "Ada Lovelace"')

    await counting.processor.process([bad, record_of(person("Ada"), 2)])

    assert await counting.effects() == [(str(ADA), "Ada")], "compacted: the next state needs no earlier one"
    (letter,) = await counting.outbox(DLQ)
    assert letter.value is None
    assert letter.header["dlq-original-topic"] == PEOPLE.encode()
    assert b"Lovelace" not in b"".join(value or b"" for _, value in letter.headers)
    assert letter.key != bad.key


async def test_what_is_kept_of_a_personal_record_cannot_be_read_from_the_table(counting: Sandbox) -> None:
    await counting.processor.process([broken(person("Ada"), 1, value=b'"Ada Lovelace"')])

    (row,) = await counting.fetch("select record, sealed from set_aside")
    assert row["sealed"]
    assert b"TG92ZWxhY2" not in row["record"], "base64 of Lovelace"
    assert b"Lovelace" not in row["record"]


async def test_a_state_that_arrives_replaces_the_one_that_failed_before_it(counting: Sandbox) -> None:
    """On a compacted topic the older state is history: nothing is left to replay, and nothing to reveal."""
    await counting.processor.process([broken(person("Ada"), 1, value=b"{")])
    assert await counting.waiting() == [("dead", "bad_body", 1)]

    await counting.processor.process([record_of(person("Ada"), 5)])

    assert await counting.waiting() == []


async def test_a_record_of_a_topic_that_nobody_handles_is_a_dead_letter(counting: Sandbox) -> None:
    await counting.processor.process([Record("hris.unknown", 0, 1, None, b"x", ()), record_of(step(1), 1)])

    assert await counting.effects() == [(str(MATCH), "1")]
    assert await counting.waiting() == [("dead", "unknown_topic", None)]


async def test_a_record_on_the_retry_topic_that_is_no_replay_is_a_dead_letter(counting: Sandbox) -> None:
    good = record_of(step(1), 1)
    stray = Record("mentoring.engagement.retry", 0, 1, good.key, good.value, good.headers)

    await counting.processor.process([stray, good])

    assert await counting.effects() == [(str(MATCH), "1")]
    assert await counting.waiting() == [("dead", "no_replay", None)]
