"""A session as a calendar invitation: RFC 5545 (iCalendar), RFC 5546 (iTIP), RFC 7986 (CONFERENCE).

First `METHOD:REQUEST`, again with a higher SEQUENCE for every change, at last `METHOD:CANCEL` with the same
UID and a SEQUENCE higher still: calendars ignore a cancellation whose SEQUENCE has not risen.

Times are UTC (`DTSTART:…Z`), not TZID: each invitation is one meeting and never a series, so there is no rule
to expand across a change of the clocks, no VTIMEZONE that a client could read differently, and every client
shows the reader's own zone. It is sent as `Invitation.media_type`.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress, vUri

from services.scheduling.domain.session_checks import check_link
from services.scheduling.domain.span import Span, SpanNotUtc
from shared.errors import Invalid

_PRODUCT: Final = "-//Mentoring Platform//Scheduling//EN"
_LONGEST_NAME: Final = 200
_LONGEST_TEXT: Final = 4000
_LONGEST_ADDRESS: Final = 254
# The addresses that need no quoting in a mailto: URI (RFC 6068); work addresses have no others.
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!$&'*+/=_~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
# Controls, halves of surrogate pairs, line and paragraph separators; and the marks that turn the direction of
# reading, with which a name could pose as something else.
_UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DIRECTIONS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


class AddressRefused(Invalid):
    """An e-mail address that cannot be put into a calendar as it is."""

    code = "address_refused"


class UidDomainRefused(Invalid):
    """The domain after the UID's `@` is no host name."""

    code = "uid_domain_refused"


class InvitationMethod(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Answer(StrEnum):
    """PARTSTAT of an attendee."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody in the invitation; the name may be anything, the address is checked."""

    name: str
    email: str
    answer: Answer = Answer.NEEDS_ACTION


@dataclass(frozen=True, slots=True)
class Invitation:
    """All that the calendar object says.

    `uid_domain` makes the UID globally unique and must never change for a deployment. `summary`,
    `description` and `link_label` come from the message catalog. `stamped_at` (DTSTAMP) is when this revision
    was made, in UTC.
    """

    session_id: UUID
    uid_domain: str
    method: InvitationMethod
    sequence: int
    time: Span
    stamped_at: datetime
    organizer: Invited
    attendees: tuple[Invited, ...]
    summary: str
    description: str = ""
    meeting_link: str | None = None
    link_label: str = ""

    @property
    def uid(self) -> str:
        return f"{self.session_id}@{self.uid_domain}"

    @property
    def media_type(self) -> str:
        return f"text/calendar; method={self.method}; charset=utf-8"


def render(invitation: Invitation) -> bytes:
    """The calendar object in UTF-8: CRLF line ends, lines folded at 75 octets.

    Control characters in names and texts become blanks (line breaks stay in the description), names are cut
    at 200 characters and texts at 4000.

    Raises:
        AddressRefused, UidDomainRefused, MeetingLinkRefused, SpanNotUtc: see there.
    """
    if not _HOST.fullmatch(invitation.uid_domain):
        raise UidDomainRefused(field="uid_domain")
    if invitation.stamped_at.utcoffset() != invitation.time.start.utcoffset():
        raise SpanNotUtc(field="stamped_at")
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", invitation.method.value)
    calendar.add_component(_event(invitation))
    rendered: bytes = calendar.to_ical()
    return rendered


def _event(invitation: Invitation) -> Event:
    cancelled = invitation.method is InvitationMethod.CANCEL
    event = Event()
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", invitation.stamped_at.replace(microsecond=0))
    event.add("dtstart", invitation.time.start)
    event.add("dtend", invitation.time.end)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    event.add("summary", _line(invitation.summary, _LONGEST_TEXT))
    event.add("organizer", _address(invitation.organizer), encode=False)
    for attendee in invitation.attendees:
        event.add("attendee", _attendee(attendee, asks=not cancelled), encode=False)
    if invitation.meeting_link is not None:
        check_link(invitation.meeting_link)
        event.add("conference", _conference(invitation.meeting_link, invitation.link_label), encode=False)
        event.add("location", invitation.meeting_link)
    description = _paragraphs((invitation.description, invitation.meeting_link or ""))
    if description:
        event.add("description", description)
    return event


def _attendee(attendee: Invited, *, asks: bool) -> vCalAddress:
    address = _address(attendee)
    address.params["CUTYPE"] = "INDIVIDUAL"
    address.params["ROLE"] = "REQ-PARTICIPANT"
    address.params["PARTSTAT"] = attendee.answer.value
    if asks:
        address.params["RSVP"] = "FALSE" if attendee.answer is Answer.ACCEPTED else "TRUE"
    return address


def check_address(email: str) -> None:
    """AddressRefused unless calendars take the address as it is."""
    if len(email) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(email):
        raise AddressRefused(field="email")


def _address(person: Invited) -> vCalAddress:
    check_address(person.email)
    address = vCalAddress(f"mailto:{person.email}")
    name = _parameter(person.name)
    if name:
        address.params["CN"] = name
    return address


def _conference(link: str, label: str) -> vUri:
    uri = vUri(link)
    uri.params["VALUE"] = "URI"
    uri.params["FEATURE"] = ["AUDIO", "VIDEO"]
    text = _parameter(label)
    if text:
        uri.params["LABEL"] = text
    return uri


def _parameter(text: str) -> str:
    """Text for a parameter: RFC 5545 forbids quotes there, and not every client knows RFC 6868's `^'`."""
    return _line(text.replace('"', "'").replace("^", " "), _LONGEST_NAME)


def _paragraphs(texts: Iterable[str]) -> str:
    lines = (_line(line, _LONGEST_TEXT) for text in texts for line in text[:_LONGEST_TEXT].splitlines())
    return "\n".join(line for line in lines if line)


def _line(text: str, longest: int) -> str:
    """One line of at most `longest` characters that can be written in UTF-8."""
    printable = "".join(character if _is_text(character) else " " for character in text)
    return " ".join(printable.split())[:longest]


def _is_text(character: str) -> bool:
    return character not in _DIRECTIONS and unicodedata.category(character) not in _UNPRINTABLE
