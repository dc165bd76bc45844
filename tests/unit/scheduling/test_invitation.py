"""The calendar invitation, read back by a parser and looked at byte by byte."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from services.scheduling.domain.session_errors import MeetingLinkRefused
from services.scheduling.domain.span import Span, SpanNotUtc
from services.scheduling.invitation import (
    AddressRefused,
    Answer,
    Invitation,
    InvitationMethod,
    Invited,
    UidDomainRefused,
    render,
)

START = datetime(2027, 3, 29, 12, 0, tzinfo=UTC)
LINK = "https://meet.example/room?a=1,2;3"
INVITATION = Invitation(
    session_id=UUID("01890000-0000-7000-8000-000000000001"),
    uid_domain="mentoring.example",
    method=InvitationMethod.REQUEST,
    sequence=0,
    time=Span(START, START + timedelta(minutes=45)),
    stamped_at=datetime(2027, 3, 20, 8, 30, 5, 123456, tzinfo=UTC),
    organizer=Invited("Mentoring", "mentoring@corp.example"),
    attendees=(
        Invited("Jürgen Müller, Dr.", "j.mueller@corp.example", Answer.ACCEPTED),
        Invited("Bela", "bela@corp.example"),
    ),
    summary="Mentoring: Jürgen & Bela",
    description="First line\nSecond, line; with \\ signs",
    meeting_link=LINK,
    link_label="Join here: now",
)


def lines(calendar: bytes) -> list[str]:
    """The content lines, unfolded by hand (RFC 5545 §3.1)."""
    return calendar.replace(b"\r\n ", b"").decode().split("\r\n")


def event_of(calendar: bytes) -> Event:
    (event,) = Calendar.from_ical(calendar).walk("VEVENT")
    assert isinstance(event, Event)
    assert event.errors == []
    return event


def test_a_request_says_everything_in_utc() -> None:
    written = lines(render(INVITATION))
    assert written[:1] == ["BEGIN:VCALENDAR"]
    assert written[-2:] == ["END:VCALENDAR", ""]
    for line in (
        "VERSION:2.0",
        "METHOD:REQUEST",
        "UID:01890000-0000-7000-8000-000000000001@mentoring.example",
        "SEQUENCE:0",
        "DTSTAMP:20270320T083005Z",
        "DTSTART:20270329T120000Z",
        "DTEND:20270329T124500Z",
        "STATUS:CONFIRMED",
        "SUMMARY:Mentoring: Jürgen & Bela",
        "ORGANIZER;CN=Mentoring:mailto:mentoring@corp.example",
        "LOCATION:https://meet.example/room?a=1\\,2\\;3",
        "DESCRIPTION:First line\\nSecond\\, line\\; with \\\\ signs\\nhttps://meet.example/room?a=1\\,2\\;3",
    ):
        assert line in written


def test_the_meeting_link_is_a_conference_that_is_not_escaped() -> None:
    (line,) = [line for line in lines(render(INVITATION)) if line.startswith("CONFERENCE")]
    assert line.endswith(f":{LINK}")
    assert sorted(line.removesuffix(f":{LINK}").split(";")[1:]) == [
        "FEATURE=AUDIO,VIDEO",
        'LABEL="Join here: now"',
        "VALUE=URI",
    ]


def test_attendees_are_asked_until_they_have_accepted() -> None:
    attendees = event_of(render(INVITATION)).attendees
    assert [(str(a), a.params["CN"], a.params["PARTSTAT"], a.params["RSVP"]) for a in attendees] == [
        ("mailto:j.mueller@corp.example", "Jürgen Müller, Dr.", "ACCEPTED", "FALSE"),
        ("mailto:bela@corp.example", "Bela", "NEEDS-ACTION", "TRUE"),
    ]


def test_a_cancellation_has_the_same_uid_and_the_higher_sequence() -> None:
    off = replace(INVITATION, method=InvitationMethod.CANCEL, sequence=3)
    written = lines(render(off))
    for line in (
        "METHOD:CANCEL",
        "STATUS:CANCELLED",
        "SEQUENCE:3",
        "UID:01890000-0000-7000-8000-000000000001@mentoring.example",
    ):
        assert line in written
    assert not any("RSVP" in line for line in written)
    assert off.media_type == "text/calendar; method=CANCEL; charset=utf-8"


def test_without_a_link_there_is_no_conference_and_no_location() -> None:
    written = lines(render(replace(INVITATION, meeting_link=None, description="")))
    assert not any(line.startswith(("CONFERENCE", "LOCATION", "DESCRIPTION")) for line in written)


def check_bytes(calendar: bytes) -> None:
    """Every line ends in CRLF, has at most 75 octets, and is UTF-8 of its own."""
    assert calendar.endswith(b"\r\n")
    for line in calendar.removesuffix(b"\r\n").split(b"\r\n"):
        assert len(line) <= 75
        assert b"\r" not in line
        assert b"\n" not in line
        line.decode()


HOSTILE = [
    "Eve\r\nATTENDEE:mailto:eve@evil.example",
    "Eve\nMETHOD:PUBLISH",
    'Eve";X-EVIL="1',
    "Eve;ROLE=CHAIR:mailto:eve@evil.example",
    "Müller, Jürgen; \\n \\ ^n ^'",
    "ü" * 300,
    "𝒜" * 300,
    "Eve\u2028END:VEVENT\x00\x1b\x7f\x85",
    "Eve\u202egro.live",
    "\ud800",
    "",
    "   ",
]


NAMES = (
    "BEGIN VERSION PRODID CALSCALE METHOD BEGIN UID SEQUENCE DTSTAMP DTSTART DTEND STATUS TRANSP SUMMARY "
    "ORGANIZER ATTENDEE ATTENDEE CONFERENCE LOCATION DESCRIPTION END END"
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_and_texts_stay_where_they_belong(text: str) -> None:
    calendar = render(
        replace(
            INVITATION,
            organizer=Invited(text, "mentoring@corp.example"),
            attendees=(Invited(text, "a@corp.example"), Invited(text, "b@corp.example")),
            summary=text,
            description=text,
            link_label=text,
        )
    )
    check_bytes(calendar)
    names = [line.split(":")[0].split(";")[0] for line in lines(calendar) if line]
    assert sorted(names) == sorted(NAMES.split())
    event = event_of(calendar)
    assert [str(a) for a in event.attendees] == ["mailto:a@corp.example", "mailto:b@corp.example"]
    assert all(a.params["ROLE"] == "REQ-PARTICIPANT" for a in event.attendees)


def test_a_hostile_name_is_shown_as_harmless_text() -> None:
    hostile = replace(INVITATION, attendees=(Invited('Eve\r\n"X"; ^nA\u202e', "eve@corp.example"),))
    assert [a.params["CN"] for a in event_of(render(hostile)).attendees] == ["Eve 'X'; nA"]


def test_a_name_of_three_hundred_letters_is_cut() -> None:
    long = replace(INVITATION, attendees=(Invited("ü" * 300, "u@corp.example"),))
    assert [a.params["CN"] for a in event_of(render(long)).attendees] == ["ü" * 200]


@given(text=st.text(max_size=400))
def test_any_text_gives_bytes_that_a_parser_reads_back(text: str) -> None:
    calendar = render(replace(INVITATION, summary=text, attendees=(Invited(text, "a@corp.example"),)))
    check_bytes(calendar)
    event = event_of(calendar)
    assert [str(a) for a in event.attendees] == ["mailto:a@corp.example"]
    assert "\n" not in str(event["SUMMARY"])
    assert event.start == START


@pytest.mark.parametrize(
    "address",
    [
        "",
        "eve",
        "a b@corp.example",
        "a@corp.example\r\nX:1",
        "a@b@c",
        "a@-corp",
        "ü@corp.example",
        "a" * 250 + "@x.ex",
    ],
)
def test_an_address_that_does_not_fit_a_calendar_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        render(replace(INVITATION, attendees=(Invited("Eve", address),)))


def test_a_bad_domain_a_bad_link_and_a_stamp_outside_utc_are_refused() -> None:
    with pytest.raises(UidDomainRefused):
        render(replace(INVITATION, uid_domain="x\r\ny"))
    with pytest.raises(MeetingLinkRefused):
        render(replace(INVITATION, meeting_link="javascript:alert(1)"))
    with pytest.raises(SpanNotUtc):
        render(replace(INVITATION, stamped_at=datetime.fromisoformat("2027-03-20 08:30")))
