"""Forgetting a person."""

from shared.events.availability import AvailabilityChanged, ZoneSource
from shared.events.people import PersonChanged
from shared.ids import new_id
from tests.component.scheduling.scheduling_world import (
    ANNA,
    BELA,
    TUESDAY,
    booked_pair,
    logged,
    person,
    starts,
    unscheduled,
)
from tests.support.harness import Harness

PERSONAL = (
    "select status, given_name, family_name, work_email, login_subject, location_code, country, subdivision,"
    " own_zone, own_hours, time_zone, zone_source, zone_doubt, hours from person where person_id = :id"
)


async def test_an_erased_person_leaves_nothing_but_the_pseudonym(scheduling: Harness) -> None:
    """Name, address, login, place, choice and busy times go; the session stays as id, time and code."""
    await booked_pair(scheduling)
    async with scheduling.client("anna") as anna:
        await anna.put(
            "/api/scheduling/v1/me/availability/time-zone",
            json={"time_zone": "Europe/Lisbon"},
            headers={"If-Match": '"1"'},
        )
        await anna.post(
            "/api/scheduling/v1/me/busy-times",
            json={"starts_at": "2027-06-10T08:00:00Z", "ends_at": "2027-06-10T09:00:00Z"},
        )
        await scheduling.erase(PersonChanged, ANNA)
        afterwards = await anna.get("/api/scheduling/v1/me/availability")

    rows = await scheduling.fetch(PERSONAL, id=ANNA)
    assert set(rows[0].values()) == {None}
    assert await scheduling.fetch("select 1 from busy_time") == []
    assert await starts(scheduling) == [("scheduled", TUESDAY)]
    assert (afterwards.status_code, afterwards.json()["code"]) == (403, "person_unknown")


async def test_the_compacted_state_of_an_erased_person_is_empty(scheduling: Harness) -> None:
    """The last availability on the topic tells neither zone nor hours."""
    await scheduling.deliver(person(ANNA))
    await scheduling.erase(PersonChanged, ANNA)
    await scheduling.erase(PersonChanged, new_id())

    assert (await scheduling.events(AvailabilityChanged))[1:] == [
        AvailabilityChanged(person_id=ANNA, time_zone=None, zone_source=ZoneSource.UNKNOWN, hours=())
    ]


async def test_nothing_new_is_booked_with_an_erased_person(scheduling: Harness) -> None:
    """Until matching ends the match."""
    session_id = await booked_pair(scheduling)
    await scheduling.erase(PersonChanged, BELA)
    await scheduling.run_due(TUESDAY.replace(hour=12))
    await scheduling.deliver(logged(session_id, TUESDAY))
    await scheduling.run_due()

    assert await unscheduled(scheduling) == "member_unknown"
    assert await starts(scheduling) == [("held", TUESDAY)]


async def test_a_person_may_come_anew_after_an_erasure(scheduling: Harness) -> None:
    """With nothing of the old choices."""
    await scheduling.deliver(person(ANNA, "anna"))
    async with scheduling.client("anna") as anna:
        await anna.put(
            "/api/scheduling/v1/me/availability/time-zone",
            json={"time_zone": "Europe/Lisbon"},
            headers={"If-Match": '"1"'},
        )
        await scheduling.erase(PersonChanged, ANNA)
        await scheduling.deliver(person(ANNA, "anna"))
        answer = await anna.get("/api/scheduling/v1/me/availability")

    assert (answer.json()["time_zone"], answer.json()["zone_source"]) == ("Europe/Berlin", "country")


async def test_told_again_an_availability_is_what_it_is_now(scheduling: Harness) -> None:
    """Of an erased person nothing is told, under a new sequence; whoever reads that ignores what is older."""
    await scheduling.deliver(person(ANNA), person(BELA))
    await scheduling.erase(PersonChanged, ANNA)
    before = await scheduling.events(AvailabilityChanged)
    await have_told_again(scheduling)

    again = (await scheduling.events(AvailabilityChanged))[len(before) :]
    assert sorted(again, key=lambda event: event.person_id != ANNA) == [
        AvailabilityChanged(person_id=ANNA, time_zone=None, zone_source=ZoneSource.UNKNOWN, hours=()),
        next(event for event in before if event.person_id == BELA),
    ]
    sequences = await scheduling.fetch("select last_sequence from outgoing_stream order by last_sequence")
    assert [row["last_sequence"] for row in sequences] == [2, 3]


async def have_told_again(scheduling: Harness) -> None:
    """As a relay does that finds out that another one has sent the same rows."""
    async with scheduling.service.kernel.units.begin() as uow:
        for each in (ANNA, BELA):
            await uow.schedule("retell:mentoring.availability.v1", each, uow.now)
    await scheduling.run_due()
