"""What place and choice come to together, and which busy times make sense."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.scheduling.domain.availability import (
    Availability,
    OwnChoice,
    Place,
    availability_of,
    zone_candidates,
)
from services.scheduling.domain.busy_time import (
    BusyTime,
    BusyTimePast,
    BusyTimeTooFar,
    BusyTimeTooLong,
    TooManyBusyTimes,
    check_busy_time,
)
from services.scheduling.domain.ids import BusyTimeId, PersonId
from services.scheduling.domain.span import Span
from services.scheduling.domain.working_hours import default_hours, working_hours
from services.scheduling.domain.zones import ZoneDoubt, ZoneSource, location_table
from shared.errors import DomainError

NOW = datetime(2027, 6, 7, 8, tzinfo=UTC)
DAY = timedelta(days=1)
TABLE = location_table({"NYC": "America/New_York"})


def test_the_country_gives_zone_and_hours() -> None:
    """Egypt works from Sunday to Thursday."""
    found = availability_of(Place(country="EG"), OwnChoice(), TABLE)

    assert (found.zone, found.source, found.doubt) == ("Africa/Cairo", ZoneSource.COUNTRY, None)
    assert [each.weekday for each in found.hours.intervals] == [0, 1, 2, 3, 6]


def test_the_own_choice_comes_before_everything() -> None:
    """Zone and hours each by itself."""
    mine = working_hours([(5, 600, 660)])
    found = availability_of(Place("NYC", "US"), OwnChoice("Asia/Tokyo", mine), TABLE)

    assert (found.zone, found.source, found.hours) == ("Asia/Tokyo", ZoneSource.OWN_CHOICE, mine)
    assert availability_of(Place("NYC", "US"), OwnChoice(hours=mine), TABLE).zone == "America/New_York"


def test_a_doubt_is_no_zone() -> None:
    """The candidates are those of the country."""
    place = Place(country="NZ")
    found = availability_of(place, OwnChoice(), TABLE)

    assert (found.zone, found.source, found.doubt) == (None, None, ZoneDoubt.SEVERAL_ZONES)
    assert zone_candidates(place) == ("Pacific/Auckland", "Pacific/Chatham")
    assert zone_candidates(Place(country="DE")) == ()


def test_the_world_sees_zone_source_and_hours() -> None:
    """A doubt of another kind is no news."""
    doubt = Availability(default_hours(), doubt=ZoneDoubt.SEVERAL_ZONES)

    assert doubt.tells_the_same_as(replace(doubt, doubt=ZoneDoubt.COUNTRY_UNKNOWN))
    assert not doubt.tells_the_same_as(replace(doubt, zone="UTC", source=ZoneSource.OWN_CHOICE))
    assert not doubt.tells_the_same_as(replace(doubt, hours=default_hours("EG")))
    assert not doubt.tells_the_same_as(None)


@pytest.mark.parametrize(
    ("start", "length", "others", "refusal"),
    [
        (NOW - DAY, DAY, 0, BusyTimePast),
        (NOW, 92 * DAY + timedelta(minutes=1), 0, BusyTimeTooLong),
        (NOW + 731 * DAY, DAY, 0, BusyTimeTooFar),
        (NOW, DAY, 500, TooManyBusyTimes),
        (NOW - DAY, 92 * DAY, 499, None),
    ],
)
def test_busy_times_have_bounds(
    start: datetime, length: timedelta, others: int, refusal: type[DomainError] | None
) -> None:
    """Ninety-two days long, two years ahead, five hundred of them."""
    new = BusyTime(BusyTimeId(UUID(int=1)), PersonId(UUID(int=2)), Span(start, start + length))
    if refusal is None:
        check_busy_time(new, others=others, now=NOW)
        return
    with pytest.raises(refusal):
        check_busy_time(new, others=others, now=NOW)
