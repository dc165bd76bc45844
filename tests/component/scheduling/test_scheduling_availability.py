"""Zones and hours: from HR, overridden by the person, published as state."""

from typing import Any

import httpx
import pytest

from shared.events.availability import AvailabilityChanged, WeeklyInterval, ZoneSource
from shared.events.people import PersonStatus
from tests.component.scheduling.scheduling_world import ANNA, BELA, person
from tests.support.harness import Harness

MINE = "/api/scheduling/v1/me/availability"
NINE_TO_FIVE = tuple(WeeklyInterval(weekday=day, start_minute=540, end_minute=1020) for day in range(5))


async def test_a_new_person_has_the_zone_of_the_country_and_the_usual_hours(scheduling: Harness) -> None:
    """Published once; a change of something else publishes nothing."""
    await scheduling.deliver(person(ANNA, "anna"))
    await scheduling.deliver(person(ANNA, "anna", job_title="Head", status=PersonStatus.LEFT))

    assert await scheduling.events() == [
        AvailabilityChanged(
            person_id=ANNA,
            time_zone="Europe/Berlin",
            zone_source=ZoneSource.COUNTRY,
            hours=NINE_TO_FIVE,
        )
    ]


async def test_the_location_table_comes_before_the_country(scheduling: Harness) -> None:
    """And a move changes the zone."""
    await scheduling.deliver(person(ANNA, country="US", location_code="NYC"))
    await scheduling.deliver(person(ANNA, country="DE", location_code="BER"))

    assert [(each.time_zone, each.zone_source) for each in await scheduling.events(AvailabilityChanged)] == [
        ("America/New_York", ZoneSource.LOCATION),
        ("Europe/Berlin", ZoneSource.COUNTRY),
    ]


async def test_a_country_with_several_zones_is_asked_about_never_guessed(scheduling: Harness) -> None:
    """The question is there until the person answers it."""
    await scheduling.deliver(person(ANNA, "anna", country="NZ"))
    async with scheduling.client("anna") as anna:
        asked = await anna.get(MINE)
        answered = await _put(anna, "time-zone", {"time_zone": "Pacific/Chatham"}, asked)

    assert asked.json()["time_zone"] is None
    assert asked.json()["zone_question"] == {
        "doubt": "several_zones",
        "candidates": ["Pacific/Auckland", "Pacific/Chatham"],
    }
    assert answered.json()["zone_question"] is None
    assert [(each.time_zone, each.zone_source) for each in await scheduling.events(AvailabilityChanged)] == [
        (None, ZoneSource.UNKNOWN),
        ("Pacific/Chatham", ZoneSource.OWN_CHOICE),
    ]


async def test_the_own_choice_survives_every_move_until_it_is_taken_back(scheduling: Harness) -> None:
    """Then the place counts again."""
    await scheduling.deliver(person(ANNA, "anna"))
    async with scheduling.client("anna") as anna:
        await _put(anna, "time-zone", {"time_zone": "Europe/Lisbon"}, await anna.get(MINE))
        await scheduling.deliver(person(ANNA, "anna", country="US", location_code="NYC"))
        moved = await anna.get(MINE)
        back = await anna.delete(f"{MINE}/time-zone", headers={"If-Match": moved.headers["ETag"]})

    assert (moved.json()["time_zone"], moved.json()["zone_source"]) == ("Europe/Lisbon", "own_choice")
    assert (back.json()["time_zone"], back.json()["zone_source"]) == ("America/New_York", "location")


async def test_own_hours_may_cross_midnight_and_take_any_days(scheduling: Harness) -> None:
    """They are published, and given up again for what is usual."""
    await scheduling.deliver(person(ANNA, "anna"))
    night = [{"weekday": 5, "start_minute": 1320, "end_minute": 1800}]
    async with scheduling.client("anna") as anna:
        own = await _put(anna, "hours", {"hours": night}, await anna.get(MINE))
        usual = await anna.delete(f"{MINE}/hours", headers={"If-Match": own.headers["ETag"]})

    assert (own.json()["hours"], own.json()["own_hours"]) == (night, True)
    assert usual.json()["own_hours"] is False
    assert [each.hours for each in await scheduling.events(AvailabilityChanged)] == [
        NINE_TO_FIVE,
        (WeeklyInterval(weekday=5, start_minute=1320, end_minute=1800),),
        NINE_TO_FIVE,
    ]


async def test_an_edit_names_the_version_that_it_saw(scheduling: Harness) -> None:
    """Without one it is refused, with an old one too."""
    await scheduling.deliver(person(ANNA, "anna"))
    async with scheduling.client("anna") as anna:
        first = await anna.get(MINE)
        await _put(anna, "time-zone", {"time_zone": "Europe/Lisbon"}, first)
        stale = await _put(anna, "time-zone", {"time_zone": "Europe/Rome"}, first)
        blind = await anna.put(f"{MINE}/time-zone", json={"time_zone": "Europe/Rome"})

    assert (stale.status_code, stale.json()["code"]) == (412, "version_stale")
    assert (blind.status_code, blind.json()["code"]) == (428, "if_match_required")


@pytest.mark.parametrize(
    ("what", "body", "code"),
    [
        ("time-zone", {"time_zone": "Mars/Olympus"}, "zone_unknown"),
        ("hours", {"hours": []}, "validation_failed"),
        ("hours", {"hours": [{"weekday": 0, "start_minute": 60, "end_minute": 60}]}, "empty_interval"),
        (
            "hours",
            {
                "hours": [
                    {"weekday": 0, "start_minute": 60, "end_minute": 120},
                    {"weekday": 0, "start_minute": 90, "end_minute": 150},
                ]
            },
            "intervals_overlap",
        ),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    scheduling: Harness, what: str, body: dict[str, Any], code: str
) -> None:
    """The state on the topic stays the first."""
    await scheduling.deliver(person(ANNA, "anna"))
    async with scheduling.client("anna") as anna:
        answer = await _put(anna, what, body, await anna.get(MINE))

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert len(await scheduling.events(AvailabilityChanged)) == 1


async def test_busy_times_are_added_listed_and_removed(scheduling: Harness) -> None:
    """In the order in which they end, page by page; another's cannot be touched."""
    await scheduling.deliver(person(ANNA, "anna"), person(BELA, "bela"))
    url = "/api/scheduling/v1/me/busy-times"
    async with scheduling.client("anna") as anna, scheduling.client("bela") as bela:
        later = await anna.post(url, json=_busy("2027-06-10T08:00:00Z", "2027-06-10T09:00:00Z"))
        sooner = await anna.post(url, json=_busy("2027-06-09T08:00:00+02:00", "2027-06-09T09:00:00+02:00"))
        first = (await anna.get(url, params={"limit": 1})).json()
        second = (await anna.get(url, params={"limit": 1, "cursor": first["next_cursor"]})).json()
        foreign = await bela.delete(f"{url}/{later.json()['busy_time_id']}")
        gone = await anna.delete(f"{url}/{later.json()['busy_time_id']}")
        left = (await anna.get(url)).json()

    assert first["items"] == [sooner.json()]
    assert second == {"items": [later.json()], "next_cursor": None}
    assert (foreign.status_code, foreign.json()["code"]) == (404, "no_such_busy_time")
    assert gone.status_code == 204
    assert left["items"] == [sooner.json()]
    assert sooner.json()["starts_at"] == "2027-06-09T06:00:00Z"


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "code"),
    [
        ("2027-06-10T09:00:00Z", "2027-06-10T09:00:00Z", "span_empty"),
        ("2027-06-01T09:00:00Z", "2027-06-02T09:00:00Z", "busy_time_past"),
        ("2027-06-10T09:00:00Z", "2027-12-10T09:00:00Z", "busy_time_too_long"),
        ("2030-06-10T09:00:00Z", "2030-06-10T10:00:00Z", "busy_time_too_far"),
    ],
)
async def test_a_busy_time_without_sense_is_refused(
    scheduling: Harness, starts_at: str, ends_at: str, code: str
) -> None:
    """Empty, over, endless or in another decade."""
    await scheduling.deliver(person(ANNA, "anna"))
    async with scheduling.client("anna") as anna:
        answer = await anna.post("/api/scheduling/v1/me/busy-times", json=_busy(starts_at, ends_at))

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_nobody_enters_more_than_five_hundred_busy_times(scheduling: Harness) -> None:
    """Those that are over make room."""
    await scheduling.deliver(person(ANNA, "anna"))
    async with scheduling.service.kernel.units.begin() as uow:
        await uow.connection.exec_driver_sql(
            "insert into busy_time"
            " select gen_random_uuid(), person_id, '2027-06-08T08:00Z', '2027-06-08T09:00Z'"
            " from person, generate_series(1, 500)"
        )
    async with scheduling.client("anna") as anna:
        body = _busy("2027-06-20T08:00:00Z", "2027-06-20T09:00:00Z")
        full = await anna.post("/api/scheduling/v1/me/busy-times", json=body)
        await scheduling.run_due(scheduling.clock.now().replace(day=9))
        room = await anna.post("/api/scheduling/v1/me/busy-times", json=body)

    assert (full.status_code, full.json()["code"]) == (409, "too_many_busy_times")
    assert room.status_code == 201


async def _put(
    client: httpx.AsyncClient, what: str, body: dict[str, Any], seen: httpx.Response
) -> httpx.Response:
    return await client.put(f"{MINE}/{what}", json=body, headers={"If-Match": seen.headers["ETag"]})


def _busy(starts_at: str, ends_at: str) -> dict[str, str]:
    return {"starts_at": starts_at, "ends_at": ends_at}
