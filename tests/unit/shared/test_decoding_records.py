"""Nothing that a topic can hold makes the decoder raise; what a record is comes out of a closed set."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from shared.events.catalog import EVENTS, TOPICS
from shared.events.envelope import Actor, ActorType
from shared.messaging.decoding import decode
from shared.messaging.records import Fact, Foreign, Headers, Malformed, Record, Tombstone, Unknown, unpack
from tests.support.records import (
    ADA,
    MATCH,
    broken,
    changed,
    headers_of,
    person,
    record_of,
    step,
    tombstone_of,
    without,
)

REASONS = {
    "bad_body",
    "bad_headers",
    "bad_key",
    "key_mismatch",
    "no_body",
    "no_event_type",
    "no_key_or_sequence",
    "no_replay",
    "too_large",
    "wrong_topic",
}
NAMES = ("ce_id", "ce_type", "ce_sequence", "ce_time", "ce_recordedtime", "ce_actortype", "traceparent", "x")
VALUES = (
    b"1",
    b"0000000000000000002",
    str(MATCH).encode(),
    b"2027-01-04T12:00:00+00:00",
    b"0001-01-01T00:00:00+23:59",
    b"9999-12-31T23:59:59-23:59",
    b"person",
    *(event_type.encode() for event_type in sorted(EVENTS)),
)
header_values = st.none() | st.binary(max_size=60) | st.sampled_from(VALUES)
records = st.builds(
    Record,
    topic=st.sampled_from([*TOPICS, "hris.somewhere"]),
    partition=st.just(0),
    offset=st.just(0),
    key=st.none() | st.binary(max_size=50) | st.just(str(MATCH).encode()),
    value=st.none()
    | st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
        max_leaves=8,
    ).map(lambda body: json.dumps(body).encode()),
    headers=st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=10), header_values), max_size=9).map(
        tuple
    ),
)


@given(records)
def test_whatever_a_record_holds_it_decodes_to_something_known(record: Record) -> None:
    item = decode(record)

    assert isinstance(item, Fact | Tombstone | Unknown | Foreign | Malformed)
    if isinstance(item, Malformed):
        assert item.reason in REASONS
        assert "\0" not in item.event_type
        assert len(item.event_type) <= 100


@given(
    change=st.dictionaries(
        st.sampled_from([name for name, _ in headers_of("mentoring.match.expired.v1", 1)]),
        header_values,
        max_size=4,
    ),
    value=st.none() | st.binary(max_size=100) | st.just(step(1).model_dump_json().encode()),
    key=st.none() | st.binary(max_size=40) | st.just(str(MATCH).encode()),
)
def test_a_good_record_with_parts_replaced_decodes_to_something_known(
    change: dict[str, bytes | None], value: bytes | None, key: bytes | None
) -> None:
    headers = changed(headers_of("mentoring.match.accepted-by-side.v1", 1), change)

    item = decode(broken(step(1), 1, key=key, value=value, headers=headers))

    assert isinstance(item, Fact | Unknown | Malformed)
    if isinstance(item, Fact):
        assert item.stream.key == str(MATCH)
        assert 0 < item.stream.sequence < 2**63
        age = datetime.now(UTC) - item.cause.recorded_time
        assert isinstance(age, timedelta), "whatever instant it is, an age can be told"


@given(
    key=st.none() | st.binary(max_size=20),
    value=st.none() | st.binary(max_size=20),
    headers=st.lists(st.tuples(st.text(max_size=10), st.none() | st.binary(max_size=10)), max_size=4).map(
        tuple
    ),
)
def test_a_record_that_is_set_aside_comes_back_byte_for_byte(
    key: bytes | None, value: bytes | None, headers: Headers
) -> None:
    assert unpack(Record("topic", 0, 0, key, value, headers).pack()) == (key, value, headers)


def test_a_good_record_is_a_fact_with_its_place_and_its_cause() -> None:
    event_id = UUID("0198a3f0-0000-7000-8000-000000000007")
    headers = (
        *changed(
            headers_of("mentoring.match.accepted-by-side.v1", 7, event_id),
            {"ce_actortype": b"coordinator", "ce_recordedtime": b"2027-01-04T12:00:01+00:00"},
        ),
        ("ce_actorid", str(ADA).encode()),
        ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    )

    item = decode(broken(step(3), 7, headers=headers))

    assert isinstance(item, Fact)
    assert item.event == step(3)
    assert (item.stream.topic, item.stream.key, item.stream.sequence) == (
        "mentoring.matches.v1",
        str(MATCH),
        7,
    )
    assert (item.cause.event_id, item.cause.correlation_id) == (event_id, event_id)
    assert item.cause.actor == Actor(ActorType.COORDINATOR, str(ADA))
    assert item.cause.time == datetime(2027, 1, 4, 12, tzinfo=UTC)
    assert item.cause.recorded_time == datetime(2027, 1, 4, 12, 0, 1, tzinfo=UTC)
    assert item.cause.traceparent == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_what_is_missing_of_the_less_important_headers_costs_no_record() -> None:
    headers = headers_of("mentoring.match.accepted-by-side.v1", 1)
    for name in (
        "ce_recordedtime",
        "ce_correlationid",
        "ce_actortype",
        "ce_source",
        "ce_specversion",
        "content-type",
    ):
        headers = without(headers, name)

    item = decode(broken(step(1), 1, headers=(*headers, ("traceparent", b"nonsense"))))

    assert isinstance(item, Fact)
    assert item.cause.actor == Actor(ActorType.SYSTEM, None)
    assert item.cause.recorded_time == item.cause.time
    assert item.cause.traceparent is None


def test_a_null_value_of_the_right_type_erases_and_any_other_null_value_is_malformed() -> None:
    item = decode(tombstone_of(ADA, 4))
    assert isinstance(item, Tombstone)
    assert (item.key, item.stream.sequence) == (ADA, 4)

    wrong = decode(broken(person("Ada"), 4, value=None))
    assert isinstance(wrong, Malformed)
    assert wrong.reason == "no_body"


def test_a_tombstone_whose_key_is_no_id_is_malformed() -> None:
    tombstone = tombstone_of(ADA, 1)
    item = decode(Record(tombstone.topic, 0, 0, b"Ada", None, tombstone.headers))

    assert isinstance(item, Malformed)
    assert item.reason == "bad_key"


def test_an_enum_value_that_this_version_does_not_know_reads_as_other() -> None:
    body = person("Ada").model_dump_json().replace('"active"', '"on_sabbatical"').encode()

    item = decode(broken(person("Ada"), 1, value=body))

    assert isinstance(item, Fact)
    assert item.event.model_dump()["status"] == "other"


def test_a_topic_outside_the_contract_is_known_by_the_hash_of_its_bytes() -> None:
    """SHA-256 of no bytes, as published; a null value is none either."""
    empty = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")

    assert decode(Record("hris.adp", 0, 0, None, b"", ())) == Foreign(empty)
    assert decode(Record("hris.adp", 0, 0, b"key", None, ())) == Foreign(empty)
    assert decode(Record("hris.adp", 0, 0, None, b"x", ())) != Foreign(empty)


def test_the_largest_sequence_number_is_read() -> None:
    item = decode(record_of(step(1), 2**63 - 1))

    assert isinstance(item, Fact)
    assert item.stream.sequence == 9_223_372_036_854_775_807
