"""At which instants a person works."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.domain.open_time import DatesOutOfRange, open_intervals, working_days
from services.scheduling.domain.span import Span
from services.scheduling.domain.tz_database import load_zone
from services.scheduling.domain.working_hours import default_hours, working_hours

BERLIN = load_zone("Europe/Berlin")
NONE: frozenset[date] = frozenset()


def utc(day: str, start: str, end: str) -> Span:
    """A span of one day; an end of 24:00 is the next midnight."""
    midnight = datetime.fromisoformat(day).replace(tzinfo=UTC)

    def at(clock: str) -> datetime:
        hour, minute = clock.split(":")
        return midnight + timedelta(hours=int(hour), minutes=int(minute))

    return Span(at(start), at(end))


def test_weekly_nine_in_new_york_moves_in_berlin_between_the_two_changes_of_the_clocks() -> None:
    wednesdays = working_hours([(2, 540, 600)])
    spans = open_intervals(
        wednesdays, load_zone("America/New_York"), date(2027, 3, 10), date(2027, 3, 31), NONE
    )
    assert [span.start.astimezone(BERLIN).strftime("%d %H:%M") for span in spans] == [
        "10 15:00",
        "17 14:00",
        "24 14:00",
        "31 15:00",
    ]


def test_hours_that_begin_in_the_skipped_hour_begin_when_the_clocks_have_jumped() -> None:
    sundays = working_hours([(6, 150, 300)])
    day = date(2027, 3, 28)
    assert open_intervals(sundays, BERLIN, day, day, NONE) == (utc("2027-03-28", "1:00", "3:00"),)


def test_hours_wholly_in_the_skipped_hour_do_not_happen() -> None:
    sundays = working_hours([(6, 120, 180)])
    assert open_intervals(sundays, BERLIN, date(2027, 3, 28), date(2027, 3, 28), NONE) == ()


def test_hours_in_the_repeated_hour_happen_twice() -> None:
    sundays = working_hours([(6, 120, 165)])
    day = date(2027, 10, 31)
    assert open_intervals(sundays, BERLIN, day, day, NONE) == (
        utc("2027-10-31", "0:00", "0:45"),
        utc("2027-10-31", "1:00", "1:45"),
    )


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25)])
def test_a_whole_day_is_as_long_as_the_clocks_make_it(day: date, hours: int) -> None:
    (span,) = open_intervals(working_hours([(6, 0, 1440)]), BERLIN, day, day, NONE)
    assert span.length == timedelta(hours=hours)


def test_a_night_shift_is_real_hours_long_and_belongs_to_the_day_it_begins() -> None:
    """Saturday 22:00 to Sunday 06:00 has seven hours in spring."""
    nights = working_hours([(5, 1320, 1800)])
    (night,) = working_days(nights, BERLIN, date(2027, 3, 27), date(2027, 3, 28), NONE)
    assert night.date == date(2027, 3, 27)
    assert night.spans == (Span(datetime(2027, 3, 27, 21, tzinfo=UTC), datetime(2027, 3, 28, 4, tzinfo=UTC)),)
    assert night.middle == datetime(2027, 3, 28, 0, 30, tzinfo=UTC)


def test_dates_cut_a_night_shift_at_local_midnight_on_both_sides() -> None:
    nights = working_hours([(0, 1320, 1800)])
    monday, tuesday = date(2027, 6, 7), date(2027, 6, 8)
    assert open_intervals(nights, BERLIN, monday, monday, NONE) == (utc("2027-06-07", "20:00", "22:00"),)
    assert open_intervals(nights, BERLIN, tuesday, tuesday, NONE) == (utc("2027-06-07", "22:00", "28:00"),)


def test_a_holiday_closes_its_day_the_shift_that_begins_on_it_and_the_end_of_the_one_before() -> None:
    nights = working_hours([(0, 1320, 1800), (1, 1320, 1800), (2, 1320, 1800)])
    spans = open_intervals(
        nights, load_zone("UTC"), date(2027, 6, 7), date(2027, 6, 10), frozenset({date(2027, 6, 8)})
    )
    assert spans == (utc("2027-06-07", "22:00", "24:00"), utc("2027-06-09", "22:00", "30:00"))


def test_cairo_works_on_sunday_and_not_on_friday_and_dubai_the_other_way_round() -> None:
    week = (date(2027, 6, 4), date(2027, 6, 6))
    cairo = open_intervals(default_hours("EG"), load_zone("Africa/Cairo"), *week, NONE)
    dubai = open_intervals(default_hours("AE"), load_zone("Asia/Dubai"), *week, NONE)
    assert cairo == (utc("2027-06-06", "6:00", "14:00"),)
    assert dubai == (utc("2027-06-04", "5:00", "13:00"),)


def test_the_midnight_that_cairo_skips_begins_the_day_an_hour_later() -> None:
    """Egypt's clocks go from Friday 00:00 to 01:00 on 30 April 2027."""
    fridays = working_hours([(4, 0, 120)])
    day = date(2027, 4, 30)
    assert open_intervals(fridays, load_zone("Africa/Cairo"), day, day, NONE) == (
        utc("2027-04-29", "22:00", "23:00"),
    )


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Kolkata", utc("2027-06-07", "3:30", "11:30")),
        ("Asia/Kathmandu", utc("2027-06-07", "3:15", "11:15")),
        ("Australia/Lord_Howe", utc("2027-06-06", "22:30", "30:30")),
        ("Pacific/Kiritimati", utc("2027-06-06", "19:00", "27:00")),
        ("Pacific/Honolulu", utc("2027-06-07", "19:00", "27:00")),
    ],
)
def test_nine_to_five_on_a_monday_in_odd_zones(zone: str, expected: Span) -> None:
    monday = date(2027, 6, 7)
    assert open_intervals(default_hours(), load_zone(zone), monday, monday, NONE) == (expected,)


def test_lord_howes_half_hour_makes_a_night_half_an_hour_shorter() -> None:
    """On 3 October 2027 the clocks go from 02:00 to 02:30."""
    night = working_hours([(5, 1380, 1680)])
    (span,) = open_intervals(
        night, load_zone("Australia/Lord_Howe"), date(2027, 10, 2), date(2027, 10, 3), NONE
    )
    assert span.length == timedelta(hours=4, minutes=30)


def test_the_dates_are_bounded_and_in_order() -> None:
    day = date(2027, 6, 7)
    with pytest.raises(DatesOutOfRange):
        open_intervals(default_hours(), BERLIN, day, day - timedelta(days=1), NONE)
    with pytest.raises(DatesOutOfRange):
        open_intervals(default_hours(), BERLIN, day, day + timedelta(days=400), NONE)


ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Apia",
    "Antarctica/Troll",
    "UTC",
]


@given(
    zone=st.sampled_from(ZONES),
    interval=st.tuples(st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1440)),
    dates=st.tuples(st.dates(date(2026, 1, 1), date(2030, 12, 1)), st.integers(0, 12)),
    off=st.sets(st.integers(0, 13), max_size=4),
    minute=st.integers(0, 14 * 1440),
)
def test_a_person_is_open_exactly_when_the_clock_on_the_wall_says_so(
    zone: str, interval: tuple[int, int, int], dates: tuple[date, int], off: set[int], minute: int
) -> None:
    (weekday, start, length), (first, days) = interval, dates
    info, last = load_zone(zone), first + timedelta(days=days)
    holidays = frozenset(first + timedelta(days=d - 1) for d in off)
    spans = open_intervals(working_hours([(weekday, start, start + length)]), info, first, last, holidays)

    around = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=1)
    instant = around + timedelta(minutes=minute)
    wall = instant.astimezone(info)
    today, yesterday = wall.date(), wall.date() - timedelta(days=1)
    reading = wall.hour * 60 + wall.minute
    on_todays = today.weekday() == weekday and start <= reading < start + length
    on_yesterdays = (
        yesterday.weekday() == weekday and yesterday not in holidays and reading + 1440 < start + length
    )
    expected = first <= today <= last and today not in holidays and (on_todays or on_yesterdays)
    assert any(span.start <= instant < span.end for span in spans) == expected
    assert all(a.end < b.start for a, b in pairwise(spans))
