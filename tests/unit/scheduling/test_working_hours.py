"""Which weeks of working hours are valid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.domain.working_hours import (
    EmptyInterval,
    HoursRefused,
    IntervalsOverlap,
    MinuteOutOfRange,
    NoInterval,
    TooManyIntervals,
    WeekdayOutOfRange,
    WeeklyInterval,
    default_hours,
    working_hours,
)

NINE_TO_FIVE = [(9 * 60, 17 * 60)]


@pytest.mark.parametrize(
    ("country", "weekdays"),
    [
        (None, [0, 1, 2, 3, 4]),
        ("DE", [0, 1, 2, 3, 4]),
        ("AE", [0, 1, 2, 3, 4]),
        ("EG", [0, 1, 2, 3, 6]),
        ("SAU", [0, 1, 2, 3, 6]),
        ("IL", [0, 1, 2, 3, 6]),
        ("IR", [0, 1, 2, 5, 6]),
        ("BN", [0, 1, 2, 3, 5]),
        ("nowhere", [0, 1, 2, 3, 4]),
    ],
)
def test_the_default_week_is_nine_to_five_on_the_countrys_working_days(
    country: str | None, weekdays: list[int]
) -> None:
    assert default_hours(country).intervals == tuple(WeeklyInterval(d, 540, 1020) for d in weekdays)


def test_intervals_are_kept_in_order_and_may_touch_or_cross_midnight() -> None:
    hours = working_hours([(4, 1320, 1800), (0, 780, 1020), (0, 540, 780)])
    assert [(i.weekday, i.start_minute) for i in hours.intervals] == [(0, 540), (0, 780), (4, 1320)]


@pytest.mark.parametrize(
    ("intervals", "refusal", "code"),
    [
        ([], NoInterval, "no_interval"),
        ([(d, m, m + 1) for d in range(5) for m in (0, 10, 20)], TooManyIntervals, "too_many_intervals"),
        ([(7, 540, 1020)], WeekdayOutOfRange, "weekday_out_of_range"),
        ([(-1, 540, 1020)], WeekdayOutOfRange, "weekday_out_of_range"),
        ([(0, 540, 540)], EmptyInterval, "empty_interval"),
        ([(0, 540, 500)], MinuteOutOfRange, "minute_out_of_range"),
        ([(0, -1, 500)], MinuteOutOfRange, "minute_out_of_range"),
        ([(0, 1440, 1500)], MinuteOutOfRange, "minute_out_of_range"),
        ([(0, 540, 540 + 1441)], MinuteOutOfRange, "minute_out_of_range"),
        ([(0, 540, 1020), (0, 1019, 1100)], IntervalsOverlap, "intervals_overlap"),
        ([(0, 1320, 1801), (1, 360, 900)], IntervalsOverlap, "intervals_overlap"),
        ([(6, 1320, 1801), (0, 360, 900)], IntervalsOverlap, "intervals_overlap"),
    ],
)
def test_a_week_that_breaks_a_rule_is_refused_with_its_code(
    intervals: list[tuple[int, int, int]], refusal: type[HoursRefused], code: str
) -> None:
    with pytest.raises(refusal) as refused:
        working_hours(intervals)
    assert refused.value.code == code
    assert refused.value.field == "hours"


def test_an_overlap_names_the_interval_that_begins_too_early() -> None:
    with pytest.raises(IntervalsOverlap) as refused:
        working_hours([(6, 1320, 1801), (0, 360, 900)])
    assert refused.value.parameters == {"weekday": 0, "start_minute": 360}


def test_fourteen_intervals_and_a_week_without_end_are_allowed() -> None:
    assert len(working_hours([(d, m, m + 60) for d in range(7) for m in (540, 780)]).intervals) == 14
    assert len(working_hours([(d, 0, 1440) for d in range(7)]).intervals) == 7


@given(st.lists(st.tuples(st.integers(-2, 8), st.integers(-10, 1500), st.integers(-10, 3000)), max_size=16))
def test_any_week_is_either_valid_minute_by_minute_or_refused(
    intervals: list[tuple[int, int, int]],
) -> None:
    week = 7 * 1440
    minutes = [(d * 1440 + m) % week for d, start, end in intervals for m in range(start, end)]
    valid = (
        1 <= len(intervals) <= 14
        and all(0 <= d <= 6 and 0 <= s < 1440 and s < e <= s + 1440 for d, s, e in intervals)
        and len(minutes) == len(set(minutes))
    )
    if valid:
        assert sorted(working_hours(intervals).intervals) == [WeeklyInterval(*i) for i in sorted(intervals)]
    else:
        with pytest.raises(HoursRefused):
            working_hours(intervals)
