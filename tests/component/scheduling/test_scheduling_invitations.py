"""The invitation of a session, as calendars read it."""

from datetime import timedelta

from icalendar import Calendar
from icalendar.cal import Component

from shared.events.people import PersonChanged
from tests.component.scheduling.scheduling_world import BELA, NOW, booked_pair, person
from tests.support.harness import Harness

SESSIONS = "/api/scheduling/v1/sessions"


async def test_the_sequence_rises_from_request_over_moves_to_cancel(scheduling: Harness) -> None:
    """One UID; every revision has a SEQUENCE above the last, the cancellation too."""
    session_id = await booked_pair(scheduling)
    url = f"{SESSIONS}/{session_id}"
    seen = []
    async with scheduling.client("anna") as anna:
        seen.append(Calendar.from_ical((await anna.get(f"{url}/invitation.ics")).content))
        await scheduling.run_due(NOW + timedelta(hours=1))
        await anna.post(f"{url}/move", json={"starts_at": "2027-06-09T10:30:00Z"})
        await scheduling.run_due(NOW + timedelta(hours=2))
        await anna.post(f"{url}/accept")
        seen.append(Calendar.from_ical((await anna.get(f"{url}/invitation.ics")).content))
        await scheduling.run_due(NOW + timedelta(hours=3))
        await anna.post(f"{url}/cancel")
        last = await anna.get(f"{url}/invitation.ics")
        seen.append(Calendar.from_ical(last.content))

    assert [str(calendar["METHOD"]) for calendar in seen] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [str(_event(calendar)["SEQUENCE"]) for calendar in seen] == ["0", "1", "2"]
    # An answer is no revision, so the second stamp is that of the move.
    assert [_event(calendar).DTSTAMP - NOW for calendar in seen] == [timedelta(hours=h) for h in (0, 1, 3)]
    assert {str(_event(calendar)["UID"]) for calendar in seen} == {f"{session_id}@mentoring.example"}
    assert last.headers["Content-Type"] == "text/calendar; method=CANCEL; charset=utf-8"
    assert last.headers["Content-Disposition"] == f'attachment; filename="session-{session_id}.ics"'


async def test_it_names_members_times_and_the_meeting(scheduling: Harness) -> None:
    """With the answer of each member, and the link as CONFERENCE."""
    session_id = await booked_pair(scheduling)
    async with scheduling.client("anna") as anna:
        await anna.post(f"{SESSIONS}/{session_id}/accept")
        text = (await anna.get(f"{SESSIONS}/{session_id}/invitation.ics")).text

    kind, role = "CUTYPE=INDIVIDUAL", "ROLE=REQ-PARTICIPANT"
    lines = text.replace("\r\n ", "").split("\r\n")
    assert "DTSTART:20270608T103000Z" in lines
    assert "DTEND:20270608T113000Z" in lines
    assert "ORGANIZER;CN=Mentoring:mailto:mentoring@mentoring.example" in lines
    assert [line for line in lines if line.startswith("ATTENDEE")] == [
        f'ATTENDEE;CN="Anna Body";{kind};PARTSTAT=ACCEPTED;{role};RSVP=FALSE:mailto:anna@example.com',
        f'ATTENDEE;CN="Bela Body";{kind};PARTSTAT=NEEDS-ACTION;{role};RSVP=TRUE:mailto:bela@example.com',
    ]
    assert any(
        line.startswith("CONFERENCE") and line.endswith(f"https://meet.example/{session_id}")
        for line in lines
    )


async def test_it_speaks_the_reader_s_language(scheduling: Harness) -> None:
    """German when the reader prefers it, English otherwise."""
    session_id = await booked_pair(scheduling)
    url = f"{SESSIONS}/{session_id}/invitation.ics"
    async with scheduling.client("bela") as bela:
        german = Calendar.from_ical((await bela.get(url, headers={"Accept-Language": "de-AT,en"})).content)
        french = Calendar.from_ical((await bela.get(url, headers={"Accept-Language": "fr"})).content)

    assert str(_event(german)["SUMMARY"]) == "Mentoring-Treffen"
    assert str(_event(french)["SUMMARY"]) == "Mentoring session"


async def test_a_member_without_a_usable_address_is_left_out(scheduling: Harness) -> None:
    """One without e-mail, and one that was erased: the other still gets the session."""
    session_id = await booked_pair(scheduling)
    url = f"{SESSIONS}/{session_id}/invitation.ics"
    async with scheduling.client("anna") as anna:
        await scheduling.deliver(person(BELA, "bela", work_email="not an address"))
        odd = Calendar.from_ical((await anna.get(url)).content)
        await scheduling.erase(PersonChanged, BELA)
        erased = Calendar.from_ical((await anna.get(url)).content)

    assert [str(_event(each)["ATTENDEE"]) for each in (odd, erased)] == ["mailto:anna@example.com"] * 2


def _event(calendar: Component) -> Component:
    (event,) = calendar.walk("VEVENT")
    return event
