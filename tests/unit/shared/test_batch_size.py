"""Batches follow the time that they take."""

from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.batch_size import BatchSize


def sizes(seconds: list[float]) -> list[int]:
    """The sizes after full batches that took so long."""
    size, seen = BatchSize(), []
    for each in seconds:
        size.took(size.records, each)
        seen.append(size.records)
    return seen


def test_quick_handlers_get_full_batches_within_four() -> None:
    assert BatchSize().records == 50
    assert sizes([0.01, 0.02, 0.04, 0.08, 0.08]) == [100, 200, 400, 500, 500]


def test_slow_handlers_get_few_records_at_a_time() -> None:
    assert sizes([2.5, 1.25, 1.1, 1.1]) == [25, 12, 10, 10]


def test_between_quick_and_slow_the_size_stays() -> None:
    assert sizes([0.25, 0.6, 1.0]) == [50, 50, 50]


def test_a_few_quick_records_tell_nothing_of_a_full_batch() -> None:
    size = BatchSize()
    size.took(49, 0.001)
    assert size.records == 50


def test_a_slow_batch_that_was_cut_before_the_size_fell_halves_no_further_than_a_short_one() -> None:
    size = BatchSize()
    size.took(20, 1.5)
    assert size.records == 10


@given(st.lists(st.tuples(st.integers(1, 500), st.floats(0, 100))))
def test_no_history_leads_out_of_the_bounds(batches: list[tuple[int, float]]) -> None:
    size = BatchSize()
    for records, seconds in batches:
        size.took(records, seconds)
        assert 10 <= size.records <= 500
