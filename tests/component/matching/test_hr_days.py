"""What HR announces acts on its day, in the zone of the work location, and not a second earlier."""

from datetime import timedelta

import pytest

from shared.events import matches as match_events
from shared.events.base import Event
from shared.events.participants import ParticipantWithdrawn
from shared.events.people import PersonChanged, PersonStatus
from tests.component.conftest import HarnessFactory
from tests.support.hr_world import SETTINGS, HrWorld, hired, said, utc
from tests.support.matching_world import World

SECOND = timedelta(seconds=1)


@pytest.fixture
async def hr(harness_factory: HarnessFactory) -> HrWorld:
    """An empty company, on 4 January 2027."""
    return HrWorld(await harness_factory("matching", **SETTINGS))


@pytest.mark.parametrize(
    ("location", "country", "midnight"),
    [
        ("SYD", "AU", "2027-02-28T13:00"),  # daylight saving: UTC+11
        ("NYC", "US", "2027-03-01T05:00"),  # UTC-5
        ("BER", "DE", "2027-02-28T23:00"),
    ],
)
async def test_a_change_announced_for_a_day_acts_when_that_day_begins_there(
    hr: HrWorld, location: str, country: str, midnight: str
) -> None:
    await hr.say(hired("ada", location_code=location, country=country, job_title="Clerk"))
    await hr.say(said("ada", "update", "2027-03-01", job_title="Director"))
    await hr.harness.run_due(utc(midnight) - SECOND)
    assert [event.job_title for event in await hr.told("ada")] == ["Clerk"]
    await hr.harness.run_due(utc(midnight))

    assert [event.job_title for event in await hr.told("ada")] == ["Clerk", "Director"]
    assert await hr.harness.fetch("select * from due") == []


@pytest.mark.parametrize(
    ("location", "country", "end_of_last_day"),
    [("SYD", "AU", "2027-03-31T13:00"), ("NYC", "US", "2027-04-01T04:00")],
)
async def test_a_termination_ends_the_match_when_the_last_working_day_has_ended_there(
    hr: HrWorld, location: str, country: str, end_of_last_day: str
) -> None:
    world = World(hr.harness)
    await world.add_person("carla")
    await hr.say(hired("maria", location_code=location, country=country), hired("tom"))
    await hr.works("maria", "tom")
    _, match_id = await world.active_match(duration_days=180)
    await hr.say(said("maria", "termination", "2027-03-31"))
    await hr.harness.run_due(utc(end_of_last_day) - SECOND)
    assert await world.state(match_id) == "active"
    await hr.harness.run_due(utc(end_of_last_day))

    (ended,) = await hr.harness.events(match_events.MatchEnded)
    assert (str(ended.match_id), ended.reason) == (match_id, match_events.EndReason.PARTNER_UNAVAILABLE)
    assert len(await hr.harness.events(ParticipantWithdrawn)) == 1
    assert [event.status for event in await hr.told("maria")] == [PersonStatus.ACTIVE, PersonStatus.LEFT]


async def test_a_last_working_day_that_moves_is_stored_in_silence_and_acts_on_the_new_day(
    hr: HrWorld,
) -> None:
    await hr.say(hired("ada"))
    before = len(await hr.harness.records())
    await hr.say(said("ada", "termination", "2027-03-31"))
    later = said("ada", "update", "2027-03-31", "2026-12-20T00:00:00Z", last_working_day="2027-06-30")
    await hr.say(later)

    assert len(await hr.harness.records()) == before
    await hr.harness.run_due(utc("2027-06-30T21:59"))
    assert len(await hr.harness.records()) == before
    await hr.harness.run_due(utc("2027-06-30T22:00"))
    assert [event.status for event in await hr.told("ada")] == [PersonStatus.ACTIVE, PersonStatus.LEFT]


async def test_a_termination_that_is_taken_back_in_time_never_happens(hr: HrWorld) -> None:
    await hr.say(hired("ada"), said("ada", "termination", "2027-03-31"))
    await hr.say(said("ada", "rescind", "2027-03-31", "2026-12-20T00:00:00Z"))
    await hr.harness.run_due(utc("2027-12-31T00:00"))

    assert [event.status for event in await hr.told("ada")] == [PersonStatus.ACTIVE]
    assert await hr.harness.fetch("select * from due") == []


async def test_somebody_hired_for_later_is_known_and_begins_on_the_first_day(hr: HrWorld) -> None:
    await hr.say(said("new", "hire", "2027-02-01", given_name="New", location_code="BER", country="DE"))
    await hr.harness.run_due(utc("2027-01-31T23:00"))

    assert [event.status for event in await hr.told("new")] == [PersonStatus.PREHIRE, PersonStatus.ACTIVE]


async def test_a_leave_rests_the_match_from_its_first_day_to_the_return(hr: HrWorld) -> None:
    world = World(hr.harness)
    await world.add_person("carla")
    await hr.say(hired("maria"), hired("tom"))
    await hr.works("maria", "tom")
    _, match_id = await world.active_match(duration_days=180)
    await hr.say(said("maria", "leave", "2027-02-01"), said("maria", "return_from_leave", "2027-03-01"))
    await hr.harness.run_due(utc("2027-01-31T22:59"))
    assert await world.state(match_id) == "active"
    await hr.harness.run_due(utc("2027-01-31T23:00"))
    assert await world.state(match_id) == "paused"
    await hr.harness.run_due(utc("2027-02-28T23:00"))
    assert await world.state(match_id) == "paused"
    await world.answer(match_id, "maria", "confirm")
    await world.answer(match_id, "tom", "confirm")

    assert await world.state(match_id) == "active"


async def test_death_ends_everything_at_once_and_nothing_more_is_said_about_the_person(hr: HrWorld) -> None:
    world = World(hr.harness)
    await world.add_person("carla")
    await hr.say(hired("maria"), hired("tom"))
    await hr.works("maria", "tom")
    _, match_id = await world.active_match(duration_days=180)
    await hr.say(said("maria", "deceased", "2027-01-03"))
    told: list[Event] = await hr.harness.events()
    await hr.harness.run_due(utc("2027-12-31T00:00"))

    assert await world.state(match_id) == "ended_early"
    assert await hr.harness.events() == told
    assert "deceased" not in str([record["payload"] for record in await hr.harness.records()])
    (last,) = [event for event in await hr.harness.events(PersonChanged) if event.status is PersonStatus.LEFT]
    assert (last.work_email, last.login_subject) == (None, None)
