"""Whose clock a person lives by."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

from services.scheduling.domain.tz_database import ZoneUnknown, load_zone, zone_names
from services.scheduling.domain.zone_data import ALPHA_3, COUNTRY_ZONES, LINKS
from services.scheduling.domain.zones import (
    ZoneDoubt,
    ZoneFound,
    ZoneQuestion,
    ZoneSource,
    country_code,
    location_table,
    zone_name,
    zone_of,
)

LOCATIONS = location_table({"NYC-01": "America/New_York", "ber": "Europe/Berlin"})


def test_the_persons_own_choice_wins_over_everything() -> None:
    found = zone_of(own_choice="Asia/Tokyo", location="NYC-01", country="DE", location_zones=LOCATIONS)
    assert found == ZoneFound("Asia/Tokyo", ZoneSource.OWN_CHOICE)


@pytest.mark.parametrize("code", ["BER", "ber", " Ber "])
def test_the_location_table_wins_over_the_country_in_any_case(code: str) -> None:
    found = zone_of(location=code, country="US", location_zones=LOCATIONS)
    assert found == ZoneFound("Europe/Berlin", ZoneSource.LOCATION)


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("FR", "Europe/Paris"),
        ("fra", "Europe/Paris"),
        ("UK", "Europe/London"),
        ("GBR", "Europe/London"),
        ("IN", "Asia/Kolkata"),
        ("NPL", "Asia/Kathmandu"),
        ("EG", "Africa/Cairo"),
        ("AE", "Asia/Dubai"),
    ],
)
def test_a_country_with_one_zone_settles_it(country: str, zone: str) -> None:
    assert zone_of(country=country, location_zones={}) == ZoneFound(zone, ZoneSource.COUNTRY)


@pytest.mark.parametrize(
    ("country", "zone"),
    [("DE", "Europe/Berlin"), ("AR", "America/Argentina/Buenos_Aires"), ("MY", "Asia/Kuala_Lumpur")],
)
def test_zones_whose_clocks_agree_are_one(country: str, zone: str) -> None:
    """Busingen shows what Berlin shows: taking Berlin is no guess."""
    assert zone_of(country=country, location_zones={}) == ZoneFound(zone, ZoneSource.COUNTRY)


def test_a_country_with_several_clocks_is_asked_about() -> None:
    assert zone_of(country="ESP", location_zones={}) == ZoneQuestion(
        ZoneDoubt.SEVERAL_ZONES, ("Europe/Madrid", "Atlantic/Canary")
    )
    assert zone_of(country="US", location_zones={}) == ZoneQuestion(
        ZoneDoubt.SEVERAL_ZONES,
        (
            "America/New_York",
            "America/Chicago",
            "America/Denver",
            "America/Phoenix",
            "America/Los_Angeles",
            "America/Anchorage",
            "America/Adak",
            "Pacific/Honolulu",
        ),
    )


@pytest.mark.parametrize("country", [None, "", "XX", "ZZZ", "Germany", "BV"])
def test_nothing_known_is_a_question_without_candidates(country: str | None) -> None:
    assert zone_of(country=country, location="LOST", location_zones=LOCATIONS) == ZoneQuestion(
        ZoneDoubt.COUNTRY_UNKNOWN, ()
    )


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("US/Eastern", "America/New_York"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Europe/Oslo", "Europe/Oslo"),
        ("UTC", "Etc/UTC"),
    ],
)
def test_links_are_stored_as_what_they_point_to(given: str, stored: str) -> None:
    assert zone_name(given) == stored
    assert zone_of(own_choice=given, location_zones={}) == ZoneFound(stored, ZoneSource.OWN_CHOICE)


@pytest.mark.parametrize(
    "name", ["", "EST4", "us/eastern", "Eastern Standard Time", "Factory", "localtime", "../../etc/passwd"]
)
def test_a_name_outside_the_database_is_refused(name: str) -> None:
    with pytest.raises(ZoneUnknown) as refusal:
        zone_name(name)
    assert refusal.value.code == "zone_unknown"
    with pytest.raises(ZoneUnknown):
        load_zone(name)
    with pytest.raises(ZoneUnknown):
        location_table({"X": name})


def test_an_illegal_own_choice_is_passed_over() -> None:
    found = zone_of(own_choice="Mars/Olympus", country="JP", location_zones={})
    assert found == ZoneFound("Asia/Tokyo", ZoneSource.COUNTRY)


def test_country_codes_are_normalised() -> None:
    assert country_code(" uk ") == "GB"
    assert country_code("deu") == "DE"
    assert country_code("DE") == "DE"
    assert country_code("EU") is None


@pytest.fixture
def only_the_package(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath(to=before)
    zoneinfo.ZoneInfo.clear_cache()


def clock(zone: str) -> tuple[timedelta | None, ...]:
    """What the zone shows, four times a day for two years."""
    start = datetime(2027, 1, 1, tzinfo=UTC)
    info = zoneinfo.ZoneInfo(zone)
    return tuple((start + timedelta(hours=6 * i)).astimezone(info).utcoffset() for i in range(4 * 731))


@pytest.mark.usefixtures("only_the_package")
def test_the_country_table_is_what_the_pinned_database_says() -> None:
    """Each clock of a country is listed once, under the name of a zone of that country."""
    listed: dict[str, set[str]] = {}
    for line in files("tzdata").joinpath("zoneinfo", "zone.tab").read_text().splitlines():
        if not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            listed.setdefault(country, set()).add(zone)
    assert set(COUNTRY_ZONES) == set(listed)
    for country, zones in COUNTRY_ZONES.items():
        assert set(zones) <= listed[country]
        clocks = [clock(zone) for zone in zones]
        assert len(set(clocks)) == len(clocks)
        assert set(clocks) == {clock(zone) for zone in listed[country]}


def test_the_link_table_is_what_the_pinned_database_says() -> None:
    text = files("tzdata").joinpath("zoneinfo", "tzdata.zi").read_text()
    links = {name: target for _, target, name in (x.split() for x in text.splitlines() if x[:2] == "L ")}
    assert {name: links[name] for name in LINKS} == LINKS
    assert set(LINKS) <= zone_names()
    assert not set(LINKS) & {zone for zones in COUNTRY_ZONES.values() for zone in zones}


def test_every_listed_zone_can_be_loaded_and_every_country_has_one_code() -> None:
    assert all(load_zone(name).key == name for name in zone_names())
    assert len(ALPHA_3) == len(set(ALPHA_3.values())) == 249
