"""The set arithmetic on pieces of time."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.domain.span import Span, SpanEmpty, SpanNotUtc, intersection, merged, without

START = datetime(2027, 6, 7, tzinfo=UTC)


def minutes(first: int, last: int) -> Span:
    return Span(START + timedelta(minutes=first), START + timedelta(minutes=last))


def covered(spans: tuple[Span, ...]) -> set[int]:
    one = timedelta(minutes=1)
    return {m for s in spans for m in range((s.start - START) // one, (s.end - START) // one)}


SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda pair: minutes(pair[0], sum(pair))),
    max_size=8,
)


def test_a_span_is_in_utc_and_not_empty() -> None:
    with pytest.raises(SpanNotUtc):
        Span(START.replace(tzinfo=None), START)
    with pytest.raises(SpanNotUtc):
        Span(START, START.replace(tzinfo=timezone(timedelta(hours=1))) + timedelta(hours=2))
    with pytest.raises(SpanEmpty):
        Span(START, START)


def test_spans_that_touch_do_not_overlap_and_are_merged() -> None:
    assert not minutes(0, 10).overlaps(minutes(10, 20))
    assert minutes(0, 11).overlaps(minutes(10, 20))
    assert merged([minutes(10, 20), minutes(0, 10), minutes(30, 40)]) == (minutes(0, 20), minutes(30, 40))


def test_a_middle_and_a_length_are_halves_and_wholes() -> None:
    assert minutes(0, 30).middle == START + timedelta(minutes=15)
    assert minutes(0, 30).length == timedelta(minutes=30)


def test_taking_away_leaves_the_pieces_around() -> None:
    assert without((minutes(0, 60),), [minutes(50, 70), minutes(10, 20), minutes(15, 25)]) == (
        minutes(0, 10),
        minutes(25, 50),
    )


@given(left=SPANS, right=SPANS)
def test_the_arithmetic_is_that_of_sets_of_minutes(left: list[Span], right: list[Span]) -> None:
    a, b = merged(left), merged(right)
    assert covered(a) == covered(tuple(left))
    both, rest = intersection(a, b), without(a, right)
    assert covered(both) == covered(a) & covered(b)
    assert covered(rest) == covered(a) - covered(b)
    for result in (a, b, both, rest):
        assert all(x.end <= y.start for x, y in pairwise(result))
