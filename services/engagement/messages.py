"""The texts of nudges, by language and code; a code that has no text fails a test."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.engagement.domain.care import NudgeCode

_ENGLISH: Final = {
    NudgeCode.SESSION_OVERDUE: (
        "You have not met for a while; a session every {cadence_days} days is planned."
    ),
    NudgeCode.PULSE_WAITING: "A pulse of {questions} short questions is waiting for you.",
}
_GERMAN: Final = {
    NudgeCode.SESSION_OVERDUE: (
        "Ihr letztes Treffen ist lange her; geplant war alle {cadence_days} Tage eines."
    ),
    NudgeCode.PULSE_WAITING: "Eine Kurzumfrage mit {questions} Fragen wartet auf Sie.",
}
TEXTS: Final = MappingProxyType({"en": _ENGLISH, "de": _GERMAN})


def choose_language(accept_language: str) -> str:
    """The first language of an Accept-Language header that we have; weights are not looked at."""
    for part in accept_language.split(",")[:20]:
        language = part.split(";")[0].strip().split("-")[0].lower()
        if language in TEXTS:
            return language
    return "en"


def nudge_text(code: NudgeCode, parameters: Mapping[str, int], language: str) -> str:
    """The text of a nudge."""
    return TEXTS[language][code].format(**parameters)
