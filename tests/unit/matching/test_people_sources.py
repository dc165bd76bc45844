"""Every adapter survives every record, within bounds."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.people.observation import (
    Field,
    Observation,
    fields_from_json,
    observation_to_json,
)
from services.matching.sources import ADAPTERS, Refusal, RefusalReason

R = RefusalReason
TYPE = b"mentoring.hris.worker-observed.v1"


@pytest.mark.parametrize("source", sorted(ADAPTERS))
@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param(None, R.EMPTY_RECORD, id="tombstone"),
        pytest.param(b"", R.EMPTY_RECORD, id="empty"),
        pytest.param(b" " * 1_048_577, R.TOO_LARGE, id="too-large"),
        pytest.param(b'{"a": "\xff"}', R.NOT_UTF8, id="latin-1"),
        pytest.param('{"a": 1}'.encode("utf-16"), R.NOT_UTF8, id="utf-16"),
        pytest.param(b"{", R.MALFORMED_JSON, id="cut-off"),
        pytest.param(b'{"a": NaN}', R.MALFORMED_JSON, id="nan"),
        pytest.param(b'{"a": -Infinity}', R.MALFORMED_JSON, id="infinity"),
        pytest.param(b'{"a": ' + b"9" * 5_000 + b"}", R.MALFORMED_JSON, id="huge-integer"),
        pytest.param(b'{"a":' * 32 + b"[]" + b"}" * 32, R.TOO_DEEP, id="33-deep"),
        pytest.param(b"[" * 500_000, R.TOO_DEEP, id="half-a-million-deep"),
        pytest.param(b'"text"', R.NOT_AN_OBJECT, id="text"),
    ],
)
def test_bytes_that_hold_no_json_object_of_bounded_size_are_refused(
    source: str, raw: bytes | None, reason: RefusalReason
) -> None:
    assert ADAPTERS[source].parse(raw, []) == [Refusal(reason)]


def test_thirty_two_levels_are_not_too_deep() -> None:
    raw = b'{"a":' * 31 + b"[]" + b"}" * 31

    assert ADAPTERS["adp"].parse(raw, []) == [Refusal(R.NO_EVENTS, "/events")]


def test_a_record_with_too_many_events_is_refused_as_a_whole() -> None:
    raw = json.dumps({"events": [{}] * 1_001}).encode()

    assert ADAPTERS["adp"].parse(raw, []) == [Refusal(R.TOO_MANY_EVENTS, "/events")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
SHAPES = st.fixed_dictionaries(
    {},
    optional={
        "events": st.lists(JSON, max_size=2),
        "eventNameCode": st.sampled_from(["worker.hire", "worker.terminate-date.change"]) | JSON,
        "eventStatusCode": JSON,
        "effectiveDateTime": st.sampled_from(["2026-03-01", "9999-12-31T23:59:59-12:00"]) | JSON,
        "recordDateTime": st.sampled_from(["2026-03-01T00:00:00Z", "0001-01-01T00:00:00+14:00"]) | JSON,
        "data": st.fixed_dictionaries(
            {},
            optional={
                "output": st.fixed_dictionaries(
                    {
                        "worker": st.dictionaries(
                            st.sampled_from(
                                [
                                    "workerID",
                                    "person",
                                    "workerDates",
                                    "workAssignment",
                                    "businessCommunication",
                                ]
                            ),
                            JSON,
                        ).map(lambda worker: {**worker, "associateOID": "G1"})
                    }
                ),
                "eventContext": JSON,
                "transform": JSON,
            },
        ),
        "person_key": st.just("E-1") | JSON,
        "kind": st.just("update") | JSON,
        "effective_from": st.just("2026-03-01") | JSON,
        "recorded_at": st.just("2026-03-01T00:00:00Z") | JSON,
        "fields": st.dictionaries(st.sampled_from([name.value for name in Field]), JSON, max_size=6) | JSON,
    },
)
HEADERS = st.lists(
    st.tuples(st.sampled_from(["ce_type", "ce_subject", "x"]), st.none() | st.binary() | st.just(TYPE))
)
RAW = (
    st.binary()
    | JSON.map(lambda body: json.dumps(body).encode())
    | SHAPES.map(lambda body: json.dumps(body).encode())
)


@settings(max_examples=600, deadline=None)
@given(raw=st.none() | RAW, headers=HEADERS)
def test_no_record_whatsoever_makes_an_adapter_raise(
    raw: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    for adapter in ADAPTERS.values():
        results = adapter.parse(raw, headers)

        assert results
        for result in results:
            assert isinstance(result, Observation | Refusal)


@settings(max_examples=200, deadline=None)
@given(shape=SHAPES)
def test_what_is_observed_is_storable_text_and_survives_storage(shape: dict[str, object]) -> None:
    for result in ADAPTERS["canonical"].parse(json.dumps(shape).encode(), [("ce_type", TYPE)]):
        if isinstance(result, Observation):
            stored = json.dumps(observation_to_json(result), ensure_ascii=False).encode()
            restored = fields_from_json(json.loads(stored)["fields"])

            assert b"\\u0000" not in stored
            assert restored == dict(result.fields)
