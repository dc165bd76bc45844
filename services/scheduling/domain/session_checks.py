"""What a time and a link of a session must be, whoever wants them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from services.scheduling.domain.ids import PersonId, SessionId
from services.scheduling.domain.session import SessionWarning, Surroundings, WarningCode
from services.scheduling.domain.session_errors import MeetingLinkRefused, MemberDoubleBooked, SessionTimePast
from services.scheduling.domain.slots import check_length
from services.scheduling.domain.span import Span

_LONGEST_LINK: Final = 2000


def check_time(
    session_id: SessionId, members: Iterable[PersonId], time: Span, around: Surroundings, now: datetime
) -> tuple[SessionWarning, ...]:
    """Refuse a time that cannot be; warn of one outside a member's working hours, in the order of the ids."""
    check_length(time.length)
    if time.start <= now:
        raise SessionTimePast(field="starts_at")
    concerned = frozenset(members)
    for other in around.booked:
        if other.person_id in concerned and other.session_id != session_id and other.time.overlaps(time):
            raise MemberDoubleBooked(person_id=str(other.person_id))
    outside = (
        person
        for person in concerned
        if person in around.open_time and not any(o.contains(time) for o in around.open_time[person])
    )
    return tuple(sorted(SessionWarning(WarningCode.OUTSIDE_WORKING_HOURS, person) for person in outside))


def check_link(link: str | None) -> None:
    """MeetingLinkRefused unless it is None or an https address that is safe to print in a calendar."""
    if link is None:
        return
    printable = link.isascii() and link.isprintable() and not any(character in link for character in ' "<>\\')
    if len(link) > _LONGEST_LINK or not printable:
        raise MeetingLinkRefused(field="meeting_link")
    try:
        parts = urlsplit(link)
        legal = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
    except ValueError:
        legal = False
    if not legal:
        raise MeetingLinkRefused(field="meeting_link")
