"""The invitation to a session as it is now."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.scheduling.domain.ids import PersonId
from services.scheduling.domain.session import SessionState
from services.scheduling.invitation import (
    AddressRefused,
    Answer,
    Invitation,
    InvitationMethod,
    Invited,
    check_address,
    render,
)
from services.scheduling.messages import TEXTS
from services.scheduling.persistence.people import Contact
from services.scheduling.persistence.sessions import Revised


@dataclass(frozen=True, slots=True)
class Sender:
    """Who invites, and the domain of the invitations' ids."""

    name: str
    email: str
    uid_domain: str


def invitation_of(
    revised: Revised, contacts: Mapping[PersonId, Contact], sender: Sender, language: str
) -> tuple[str, bytes]:
    """Media type and calendar object; members without an address that calendars take are left out."""
    session, texts = revised.session, TEXTS[language]
    off = session.state is SessionState.CANCELLED
    invitation = Invitation(
        session_id=session.session_id,
        uid_domain=sender.uid_domain,
        method=InvitationMethod.CANCEL if off else InvitationMethod.REQUEST,
        sequence=session.sequence,
        time=session.time,
        stamped_at=revised.revised_at,
        organizer=Invited(sender.name, sender.email),
        attendees=tuple(
            Invited(
                contact.name,
                contact.email,
                Answer.ACCEPTED if person in session.accepted else Answer.NEEDS_ACTION,
            )
            for person, contact in contacts.items()
            if contact.email and _is_usable(contact.email)
        ),
        summary=texts.summary,
        description=texts.description,
        meeting_link=session.meeting_link,
        link_label=texts.link_label,
    )
    return invitation.media_type, render(invitation)


def _is_usable(email: str) -> bool:
    try:
        check_address(email)
    except AddressRefused:
        return False
    return True
