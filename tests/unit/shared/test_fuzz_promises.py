"""The fuzzer begins at what is published, and finds a promise that is broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging import decoding
from shared.messaging.records import Fact, Malformed, Record
from tests.fuzz.promises import Broken, judge
from tests.fuzz.records import FOREIGN, seeds, to_bytes, to_record

SEEDS = sorted(seeds())
FIELD = st.binary(max_size=20).filter(lambda field: b"\x1e" not in field and field != b"\0")
HEADERS = st.lists(
    st.tuples(st.from_regex(r"[a-z_]{1,12}", fullmatch=True), st.none() | FIELD), max_size=3
).map(tuple)


def test_every_seed_is_a_record_that_the_platform_accepts() -> None:
    """A fuzzer that starts from refused records never leaves the first check."""
    records = [to_record(seed) for seed in SEEDS]

    assert len(records) > 40
    assert all(isinstance(decoding.decode(record), Fact) for record in records if record.topic != FOREIGN)


@given(key=st.none() | FIELD, value=st.none() | FIELD, headers=HEADERS)
def test_the_layout_loses_nothing(
    key: bytes | None, value: bytes | None, headers: tuple[tuple[str, bytes | None], ...]
) -> None:
    """An input that stands for a record stands for it again."""
    record = Record("mentoring.matches.v1", 0, 0, key, value, headers)

    assert to_record(to_bytes(record)) == record


@given(seed=st.sampled_from(SEEDS), place=st.integers(0, 2_000), byte=st.integers(0, 255))
def test_the_promises_hold_with_any_byte_changed(seed: bytes, place: int, byte: int) -> None:
    """Nothing is raised, and every answer is one of the closed set."""
    at = place % len(seed)

    judge(to_record(seed[:at] + bytes([byte]) + seed[at + 1 :]))


def test_a_reason_that_nobody_declared_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted reason turns the promise red."""
    monkeypatch.setattr("tests.fuzz.promises.decode", lambda _: Malformed("surprise", None))

    with pytest.raises(Broken, match="surprise"):
        judge(to_record(SEEDS[0]))
