"""The texts of invitations by language."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class InvitationTexts:
    """What a calendar shows: the title, a line on what to do, and the name of the meeting link."""

    summary: str
    description: str
    link_label: str


TEXTS: Final = MappingProxyType(
    {
        "en": InvitationTexts(
            summary="Mentoring session",
            description="Accept, move or cancel this session in the mentoring platform.",
            link_label="Join the session",
        ),
        "de": InvitationTexts(
            summary="Mentoring-Treffen",
            description="In der Mentoring-Plattform können Sie zusagen, verschieben oder absagen.",
            link_label="Am Treffen teilnehmen",
        ),
    }
)


def choose_language(accept_language: str) -> str:
    """The first language of an Accept-Language header that we have; weights are not looked at."""
    for part in accept_language.split(",")[:20]:
        language = part.split(";")[0].strip().split("-")[0].lower()
        if language in TEXTS:
            return language
    return "en"
