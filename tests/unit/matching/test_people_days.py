"""On which instant a day begins: where the person works, as far as that is known."""

from __future__ import annotations

import pytest

from services.matching.domain.people.fold import profile_as_of
from services.matching.domain.people.observation import Observation
from services.matching.domain.people.profile import (
    Location,
    PersonProfile,
)
from services.matching.domain.people.zones import ZoneTable
from tests.unit.matching.people_builders import HIRED, ZONES, seen, utc


def status(at: str, *observations: Observation) -> str:
    return profile(at, *observations).status.value


def profile(at: str, *observations: Observation) -> PersonProfile:
    return profile_as_of(observations, utc(at), ZONES)


def test_a_hire_in_the_future_is_a_prehire_until_midnight_at_the_work_location() -> None:
    future = seen("hire", "2026-05-01", "2026-04-01", {"location_code": "BER"})

    assert status("2026-04-30T21:59", future) == "prehire"
    assert status("2026-04-30T22:00", future) == "active"
    assert profile("2026-04-15", future).next_change_at == utc("2026-04-30T22:00")


def test_a_transfer_acts_at_midnight_of_the_new_place_and_forgets_the_old_one() -> None:
    placed = seen(
        "update", "2020-03-02", "2020-03-02", {"location_code": "BER", "country": "DE", "city": "Berlin"}
    )
    transfer = seen("update", "2026-04-01", "2026-03-01", {"location_code": "TYO"})

    assert profile("2026-03-31T14:59", HIRED, placed, transfer).location == Location(
        "BER", "DE", None, "Berlin"
    )
    assert profile("2026-03-31T15:00", HIRED, placed, transfer).location == Location("TYO", None, None, None)
    assert profile("2026-03-31T15:00", HIRED, placed, transfer).zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("place", "midnight", "day_begins"),
    [
        pytest.param({"location_code": "NYC"}, "2026-03-01T05:00", "2026-03-01T05:00", id="new-york-winter"),
        pytest.param({"location_code": "NYC"}, "2026-07-01T04:00", "2026-07-01T04:00", id="new-york-summer"),
        pytest.param(
            {"location_code": "BER"}, "2026-02-28T23:00", "2026-02-28T23:00", id="berlin-the-day-before"
        ),
        pytest.param({"country": "IN"}, "2026-02-28T18:30", "2026-02-28T18:30", id="kolkata-half-hour"),
        pytest.param({"location_code": "TYO"}, "2026-02-28T15:00", "2026-02-28T15:00", id="tokyo"),
        pytest.param(
            {"location_code": "LAX"}, "2026-03-01T05:00", "2026-03-01T08:00", id="written-in-new-york"
        ),
        pytest.param(
            {"location_code": "LAX"}, "2026-03-01T00:00", "2026-03-01T08:00", id="written-as-utc-midnight"
        ),
        pytest.param({"country": "US"}, "2026-03-01T05:00", "2026-03-01T00:00", id="zone-not-known"),
        pytest.param({"country": "US"}, "2026-02-28T18:30", "2026-03-01T00:00", id="east-zone-not-known"),
        pytest.param(
            {"location_code": "NYC"}, "2026-02-28T23:00", "2026-03-01T05:00", id="written-in-berlin"
        ),
        pytest.param({"location_code": "AKL"}, "2026-02-28T11:00", "2026-02-28T11:00", id="auckland-plus-13"),
    ],
)
def test_a_local_midnight_written_in_utc_is_its_day_where_the_person_works(
    place: dict[str, str], midnight: str, day_begins: str
) -> None:
    hired = seen("hire", "2020-01-02", "2020-01-02", dict(place))
    promoted = seen("update", midnight, "2026-01-05", {"job_title": "Lead"})

    assert profile("2026-01-10", hired, promoted).next_change_at == utc(day_begins)


def test_where_the_zone_is_not_known_utc_is_assumed_and_marked() -> None:
    unknown = profile("2026-01-01", seen("hire", "2020-01-02", "2020-01-02", {"country": "US"}))

    assert (unknown.zone, unknown.zone_assumed) == (None, True)
    assert profile("2026-01-01", HIRED).zone_assumed is False


def test_what_precedes_the_first_known_location_is_read_with_that_one() -> None:
    """The leave came before the feed first said where the person works: midnight in Berlin, not in UTC."""
    leave = seen("leave", "2026-02-28T23:00", "2026-02-01")
    located = seen("update", "2026-05-01", "2026-05-01", {"location_code": "BER"})

    assert status("2026-02-28T22:59", leave, located) == "active"
    assert status("2026-02-28T23:00", leave, located) == "leave"


def test_a_future_observation_that_changes_nothing_wakes_nobody() -> None:
    same = seen("update", "2027-01-01", "2026-01-01", {"location_code": "BER"})

    assert profile("2026-02-01", HIRED, same).next_change_at is None


def test_a_zone_table_names_the_entry_that_is_wrong() -> None:
    with pytest.raises(ValueError, match="no such time zone for ATL: Atlantis/Capital"):
        ZoneTable(by_location={"ATL": "Atlantis/Capital"})


def test_a_day_and_a_midnight_of_the_same_local_day_are_ordered_by_when_they_were_recorded() -> None:
    """11:00 UTC is midnight of 1 March in Auckland, although it rounds to 28 February."""
    hired = seen("hire", "2020-01-02", "2020-01-02", {"location_code": "AKL"})
    by_day = seen("update", "2026-03-01", "2026-02-10", {"job_title": "Clerk"})
    by_instant = seen("update", "2026-02-28T11:00", "2026-02-20", {"job_title": "Lead"})

    assert profile("2026-03-05", hired, by_day, by_instant).job.title == "Lead"
