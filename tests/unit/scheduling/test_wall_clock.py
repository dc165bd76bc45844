"""Between the clock on the wall and UTC."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.domain.span import Span
from services.scheduling.domain.tz_database import load_zone, zone_names
from services.scheduling.domain.wall_clock import (
    WallTimeDoesNotExist,
    WallTimeHappensTwice,
    WallTimeNotNaive,
    instant_of,
    offsets,
)

BERLIN = load_zone("Europe/Berlin")
LORD_HOWE = load_zone("Australia/Lord_Howe")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(WallTimeDoesNotExist) as refusal:
        instant_of(wall("2027-03-28 02:30"), BERLIN)
    assert refusal.value.parameters == {"wall": "2027-03-28T02:30:00", "zone": "Europe/Berlin"}
    assert instant_of(wall("2027-03-28 01:59"), BERLIN) == utc(2027, 3, 28, 0, 59)
    assert instant_of(wall("2027-03-28 03:00"), BERLIN) == utc(2027, 3, 28, 1, 0)


def test_a_time_that_the_clocks_show_twice_is_a_question() -> None:
    twice = wall("2027-10-31 02:30")
    with pytest.raises(WallTimeHappensTwice):
        instant_of(twice, BERLIN)
    assert instant_of(twice, BERLIN, second_pass=False) == utc(2027, 10, 31, 0, 30)
    assert instant_of(twice, BERLIN, second_pass=True) == utc(2027, 10, 31, 1, 30)


def test_the_half_hour_that_lord_howe_repeats_is_a_question_and_the_rest_is_not() -> None:
    """On 4 April 2027 the clocks go from 02:00 back to 01:30 (+11 to +10:30)."""
    with pytest.raises(WallTimeHappensTwice):
        instant_of(wall("2027-04-04 01:45"), LORD_HOWE)
    assert instant_of(wall("2027-04-04 01:15"), LORD_HOWE) == utc(2027, 4, 3, 14, 15)
    assert instant_of(wall("2027-04-04 02:00"), LORD_HOWE) == utc(2027, 4, 3, 15, 30)


def test_a_wall_time_has_no_zone_of_its_own() -> None:
    with pytest.raises(WallTimeNotNaive):
        instant_of(utc(2027, 3, 1), BERLIN)


def test_the_year_of_berlin_is_cut_where_the_clocks_change() -> None:
    year = Span(utc(2027, 1, 1), utc(2028, 1, 1))
    spring, autumn = utc(2027, 3, 28, 1), utc(2027, 10, 31, 1)
    assert list(offsets(BERLIN, year)) == [
        (Span(year.start, spring), timedelta(hours=1)),
        (Span(spring, autumn), timedelta(hours=2)),
        (Span(autumn, year.end), timedelta(hours=1)),
    ]


@pytest.mark.parametrize(("zone", "minutes"), [("Asia/Kolkata", 330), ("Asia/Kathmandu", 345)])
def test_a_zone_without_changes_is_one_piece(zone: str, minutes: int) -> None:
    year = Span(utc(2027, 1, 1), utc(2028, 1, 1))
    assert list(offsets(load_zone(zone), year)) == [(year, timedelta(minutes=minutes))]


def test_pieces_that_begin_at_the_change_itself_are_right() -> None:
    spring = utc(2027, 3, 28, 1)
    assert list(offsets(BERLIN, Span(spring, spring + timedelta(hours=1)))) == [
        (Span(spring, spring + timedelta(hours=1)), timedelta(hours=2))
    ]


@given(
    zone=st.sampled_from(sorted(zone_names())),
    start=st.integers(0, 16 * 365 * 86_400).map(lambda second: utc(2020, 1, 1) + timedelta(seconds=second)),
    length=st.timedeltas(timedelta(minutes=1), timedelta(days=200)),
    percent=st.integers(0, 99),
)
def test_the_pieces_cover_the_span_and_each_has_the_offset_the_database_gives(
    zone: str, start: datetime, length: timedelta, percent: int
) -> None:
    limits = Span(start, start + length)
    pieces = list(offsets(load_zone(zone), limits))
    assert pieces[0][0].start == limits.start
    assert pieces[-1][0].end == limits.end
    assert all(a.end == b.start for (a, _), (b, _) in pairwise(pieces))
    instant = start + length * percent / 100
    (offset,) = [offset for piece, offset in pieces if piece.start <= instant < piece.end]
    assert instant.astimezone(load_zone(zone)).utcoffset() == offset
