"""Shared working time is counted in real instants, week by week, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.hours import (
    InvalidHours,
    LocalInterval,
    WeeklyHours,
    distinct_weeks,
    offset_minutes,
    shared_minutes_in_worst_week,
)

WEDNESDAY, SATURDAY, SUNDAY = 2, 5, 6
MARCH_2027 = (date(2027, 3, 8), date(2027, 3, 15), date(2027, 3, 22), date(2027, 3, 29))


def hours(zone: str, *intervals: tuple[int, int, int]) -> WeeklyHours:
    return WeeklyHours(zone, tuple(LocalInterval(*interval) for interval in intervals))


@pytest.mark.parametrize(("week", "minutes"), [*zip(MARCH_2027, (60, 0, 0, 60), strict=True)])
def test_nine_in_new_york_is_three_in_berlin_only_while_both_or_neither_keep_summer_time(
    week: date, minutes: int
) -> None:
    """New York changes on 14 March 2027, Berlin on the 28th: for two Wednesdays 09:00 there is 14:00 here."""
    new_york = hours("America/New_York", (WEDNESDAY, 9 * 60, 10 * 60))
    berlin = hours("Europe/Berlin", (WEDNESDAY, 15 * 60, 16 * 60))

    assert shared_minutes_in_worst_week(new_york, berlin, [week]) == minutes


def test_the_worst_week_of_the_program_counts() -> None:
    new_york = hours("America/New_York", (WEDNESDAY, 9 * 60, 12 * 60))
    berlin = hours("Europe/Berlin", (WEDNESDAY, 14 * 60, 17 * 60))

    assert shared_minutes_in_worst_week(new_york, berlin, MARCH_2027[:1]) == 120
    assert shared_minutes_in_worst_week(new_york, berlin, MARCH_2027[1:3]) == 180
    assert shared_minutes_in_worst_week(new_york, berlin, MARCH_2027) == 120


@pytest.mark.parametrize(
    ("week", "minutes"),
    [
        (date(2027, 3, 15), 480),
        (date(2027, 3, 22), 420),  # 28 March: 02:00 becomes 03:00
        (date(2027, 10, 25), 540),  # 31 October: 03:00 becomes 02:00
    ],
)
def test_a_night_shift_over_a_time_change_is_an_hour_shorter_or_longer(week: date, minutes: int) -> None:
    shift = hours("Europe/Berlin", (SATURDAY, 22 * 60, 30 * 60))

    assert shared_minutes_in_worst_week(shift, shift, [week]) == minutes


def test_hours_that_pass_sunday_midnight_reach_into_monday() -> None:
    late = hours("UTC", (SUNDAY, 22 * 60, 26 * 60))
    early = hours("UTC", (0, 0, 3 * 60))

    assert shared_minutes_in_worst_week(late, early, [date(2027, 1, 4)]) == 120


def test_offsets_of_a_quarter_of_an_hour_are_exact() -> None:
    kolkata = hours("Asia/Kolkata", (1, 9 * 60, 10 * 60))
    kathmandu = hours("Asia/Kathmandu", (1, 9 * 60 + 15, 10 * 60 + 15))

    assert shared_minutes_in_worst_week(kolkata, kathmandu, [date(2027, 1, 4)]) == 60


def test_sydney_s_monday_morning_is_new_york_s_sunday_afternoon() -> None:
    sydney = hours("Australia/Sydney", (0, 8 * 60, 10 * 60))
    new_york = hours("America/New_York", (SUNDAY, 16 * 60, 18 * 60))

    assert shared_minutes_in_worst_week(sydney, new_york, [date(2027, 1, 4)]) == 120


def test_a_quarter_that_is_not_covered_whole_does_not_count() -> None:
    ragged = hours("UTC", (0, 9 * 60 + 7, 10 * 60 + 14))

    assert shared_minutes_in_worst_week(ragged, ragged, [date(2027, 1, 4)]) == 45


def test_overlapping_intervals_count_once_and_nobody_s_hours_are_nothing() -> None:
    twice = hours("UTC", (0, 540, 600), (0, 570, 660))

    assert shared_minutes_in_worst_week(twice, twice, [date(2027, 1, 4)]) == 120
    assert shared_minutes_in_worst_week(twice, hours("UTC"), [date(2027, 1, 4)]) == 0


@pytest.mark.parametrize("interval", [(7, 0, 60), (-1, 0, 60), (0, 1440, 1500), (0, 60, 60), (0, 60, 1501)])
def test_an_interval_that_is_none_is_refused(interval: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidHours):
        LocalInterval(*interval)


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "America", "../etc/passwd", "/etc/passwd"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    with pytest.raises(InvalidHours):
        hours(zone)


@pytest.mark.parametrize("weeks", [[], [date(2027, 1, 5)]])
def test_weeks_are_named_by_their_mondays_and_there_is_one(weeks: list[date]) -> None:
    with pytest.raises(InvalidHours):
        shared_minutes_in_worst_week(hours("UTC"), hours("UTC"), weeks)


def test_weeks_with_the_same_offsets_are_looked_at_once() -> None:
    year = [date(2027, 1, 4) + timedelta(weeks=week) for week in range(40)]

    assert distinct_weeks(["Asia/Kolkata"], year) == (date(2027, 1, 4),)
    assert distinct_weeks(["Europe/Berlin"], year) == (date(2027, 1, 4), date(2027, 3, 22), date(2027, 3, 29))


def test_the_offset_of_a_zone_is_that_of_the_date() -> None:
    assert offset_minutes("America/New_York", date(2027, 3, 8)) == -300
    assert offset_minutes("America/New_York", date(2027, 3, 15)) == -240


ZONES = st.sampled_from(
    [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Pacific/Kiritimati",
    ]
)
INTERVALS = st.builds(
    lambda day, start, length: LocalInterval(day, start * 15, (start + length) * 15),
    st.integers(0, 6),
    st.integers(0, 95),
    st.integers(1, 96),
)
HOURS = st.builds(WeeklyHours, ZONES, st.lists(INTERVALS, max_size=4).map(tuple))


def works_at(person: WeeklyHours, instant: datetime) -> bool:
    """Read the local clock and look whether an interval of that or of the previous day covers it."""
    local = instant.astimezone(ZoneInfo(person.zone))
    minute = local.hour * 60 + local.minute
    return any(
        (one.weekday == local.weekday() and one.start_minute <= minute < one.end_minute)
        or ((one.weekday + 1) % 7 == local.weekday() and minute + 1440 < one.end_minute)
        for one in person.intervals
    )


@settings(max_examples=40, deadline=None)
@given(HOURS, HOURS, st.sampled_from([*MARCH_2027, date(2027, 4, 5), date(2027, 10, 25), date(2027, 11, 1)]))
def test_the_masks_agree_with_reading_both_clocks_every_quarter_of_an_hour(
    one: WeeklyHours, other: WeeklyHours, week: date
) -> None:
    start = datetime.combine(week, time(), UTC)
    quarters = (start + timedelta(minutes=15 * quarter) for quarter in range(672))
    expected = 15 * sum(works_at(one, instant) and works_at(other, instant) for instant in quarters)

    assert shared_minutes_in_worst_week(one, other, [week]) == expected
    assert shared_minutes_in_worst_week(other, one, [week]) == expected
