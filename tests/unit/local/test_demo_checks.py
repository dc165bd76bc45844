"""The demo's expectations: one that does not hold is enough."""

import pytest

from deploy.local.demo.checks import Checks, tally
from deploy.local.demo.dump import Dump, Raw
from deploy.local.demo.expect_delivery import names_somebody
from deploy.local.demo.hr_reading import Facts, facts_of
from deploy.local.demo.story import quantiles


def record(sequence: int | None = None, value: bytes = b"{}", key: bytes = b"k", event_id: str = "") -> Raw:
    headers: dict[str, bytes | None] = {"ce_id": event_id.encode() or None}
    if sequence is not None:
        headers["ce_sequence"] = f"{sequence:020d}".encode()
    return Raw("mentoring.matches.v1", key, value, headers)


def test_one_failure_among_many_is_enough() -> None:
    checks = Checks()
    checks.some("there is one", 1)
    checks.none("there is none", [])
    checks.same("all agree", here=3, there=3)
    assert checks.held

    checks.same("somebody lost one", here=3, there=2)

    assert not checks.held
    assert checks.failed == ["somebody lost one"]
    assert checks.results[-1].found == "here: 3; there: 2"


def test_what_should_have_happened_and_did_not_fails() -> None:
    checks = Checks()
    checks.some("a match ended", 0)
    checks.none("no name is told", ["mentoring.matches.v1"])
    checks.within("fast", 2001, 2000, "ms")

    assert checks.failed == ["a match ended", "no name is told", "fast"]


def test_zeros_are_no_part_of_a_breakdown() -> None:
    assert tally({"b": 2, "a": 1, "c": 0}) == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([], {"p50": None, "p99": None, "measured": 0}),
        ([0.2], {"p50": 200, "p99": 200, "measured": 1}),
        ([0.4, 0.1, 0.3, 0.2], {"p50": 200, "p99": 400, "measured": 4}),
    ],
)
def test_quantiles_are_measured_values_in_milliseconds(
    seconds: list[float], expected: dict[str, int | None]
) -> None:
    assert quantiles(seconds) == expected


def test_an_unbroken_sequence_counts_from_one() -> None:
    assert Dump([record(1), record(2), record(3)]).sequence_breaks() == []


def test_what_the_relay_sends_twice_breaks_nothing() -> None:
    assert Dump([record(1), record(2), record(1), record(2), record(3)]).sequence_breaks() == []


@pytest.mark.parametrize("numbers", [(2,), (1, 3), (1, 2, 4, 5)])
def test_a_gap_in_a_sequence_is_found(numbers: tuple[int, ...]) -> None:
    assert len(Dump([record(number) for number in numbers]).sequence_breaks()) == 1


def test_an_event_that_lies_twice_on_a_topic_counts_once() -> None:
    assert Dump([record(1, event_id="a"), record(1, event_id="a"), record(2, event_id="b")]).numbered == 2


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (b'{"note": "Ada said so"}', True),
        (b'{"by": "ada@enterprise.example"}', True),
        (b'{"theme": "adapting", "code": "ada"}', False),
        (b"\xff{", False),
    ],
)
def test_a_name_is_found_as_a_word_and_an_address_by_its_sign(value: bytes, named: bool) -> None:
    assert names_somebody(record(value=value), {"Ada", "Bauer"}) is named


def test_records_that_say_the_same_are_one_fact() -> None:
    facts = Facts()
    facts.add(facts_of(b'{"events": [{"eventID": "1", "recordDateTime": "2027-01-01", "data": 1}]}'))
    facts.add(facts_of(b'{"eventID": "2", "recordDateTime": "2027-01-01", "data": 1}'))
    assert (facts.at_least, facts.at_most) == (1, 1)

    facts.add(facts_of(b'{"eventID": "2", "recordDateTime": "2027-01-01", "data": 2}'))
    assert (facts.at_least, facts.at_most) == (1, 2)


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b'"text"', b'{"events": 1}', b'{"events": [1]}'])
def test_what_holds_no_event_is_no_fact(value: bytes) -> None:
    assert facts_of(value).events == 0
