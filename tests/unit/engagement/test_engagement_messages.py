"""Every nudge has a text in every language."""

import pytest

from services.engagement.domain.care import NudgeCode
from services.engagement.messages import TEXTS, choose_language, nudge_text

PARAMETERS = {NudgeCode.SESSION_OVERDUE: {"cadence_days": 14}, NudgeCode.PULSE_WAITING: {"questions": 3}}


@pytest.mark.parametrize("code", NudgeCode)
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_code_has_a_text_with_its_parameters_filled_in(code: NudgeCode, language: str) -> None:
    text = nudge_text(code, PARAMETERS[code], language)

    assert str(*PARAMETERS[code].values()) in text
    assert "{" not in text


def test_english_and_german_are_there() -> None:
    assert set(TEXTS) == {"en", "de"}


@pytest.mark.parametrize(
    ("header", "language"),
    [("de", "de"), ("de-CH,en;q=0.5", "de"), ("fr, DE;q=0.8", "de"), ("fr", "en"), ("", "en"), ("*", "en")],
)
def test_the_first_language_that_we_have_is_taken(header: str, language: str) -> None:
    assert choose_language(header) == language
