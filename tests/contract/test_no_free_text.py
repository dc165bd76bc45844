"""Events hold ids, codes, numbers and times: no text of a person, and no personal data but on people."""

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from shared.events.base import Event
from shared.events.catalog import EVENTS, topic_of
from shared.events.contracts import examples_of
from shared.events.people import PersonChanged

_CODES = {
    "AvailabilityChanged.time_zone": "a name of the IANA time zone database",
    "FlagEvent.code": "a code of the rules that raise flags",
    "FlagResolved.resolution": "a code of the coordinator's choices",
    "HrCodes.business_unit": "a code of HR",
    "HrCodes.country": "ISO 3166-1",
    "HrCodes.function": "a code of HR",
    "MatchRunCompleted.engine": "name and version of the solver",
    "MatchRunCompleted.inputs_hash": "a digest",
    "MilestoneReached.milestone": "a code of the program's plan",
    "MilestoneTemplate.code": "a code of the program's plan",
    "NudgeSent.code": "a code of the message catalog",
    "ParticipantEnrolled.languages": "BCP 47",
    "ParticipantEnrolled.skills_offered": "codes of the skill catalog",
    "ParticipantEnrolled.skills_wanted": "codes of the skill catalog",
    "ParticipantUpdated.languages": "BCP 47",
    "ParticipantUpdated.skills_offered": "codes of the skill catalog",
    "ParticipantUpdated.skills_wanted": "codes of the skill catalog",
    "ProgramPublished.themes": "codes of the program",
    "ProgramPublished.title": "the name of a program, about no person",
    "PulseAnswered.question": "a code of the questionnaire",
    "ScorePart.code": "a code of the score",
    "SessionLogged.themes": "codes of the program",
    "TaskTemplate.code": "a code of the program's plan",
    "UnmatchedCount.reason": "a code of the matcher",
}
_PERSONAL = re.compile(
    r"(given|family|first|last|full|nick|display)_?name|^name$|e?mail|login|phone|birth|address"
)


def _holds_text(annotation: Any) -> bool:
    return annotation is str or any(_holds_text(part) for part in get_args(annotation))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _owner(model: type[BaseModel], field: str) -> str:
    return next(
        cls.__name__ for cls in reversed(model.__mro__) if field in vars(cls).get("__annotations__", {})
    )


def text_fields(model: type[BaseModel]) -> set[str]:
    """The fields of a model and its parts that can hold any text, as Class.field."""
    found = set()
    for name, field in model.model_fields.items():
        if _holds_text(field.annotation):
            found.add(f"{_owner(model, name)}.{name}")
        for part in _models(field.annotation):
            found |= text_fields(part)
    return found


def test_every_text_field_of_an_event_is_a_code_that_somebody_vouched_for() -> None:
    """A new text field needs a line in the list above, with what kind of code it holds."""
    found = {field for event in EVENTS.values() if event is not PersonChanged for field in text_fields(event)}

    assert found == set(_CODES)


def test_a_planted_comment_is_found() -> None:
    """The search sees optional texts, texts in lists and texts in parts."""

    class Reply(BaseModel):
        body: str | None = None

    class SessionPraised(Event):
        comment: str
        replies: tuple[Reply, ...] = ()
        tags: tuple[str, ...] = ()
        stars: int

    assert text_fields(SessionPraised) == {"SessionPraised.comment", "SessionPraised.tags", "Reply.body"}


@pytest.mark.parametrize("event", [event for event in EVENTS.values() if event is not PersonChanged])
def test_only_people_names_people(event: type[Event]) -> None:
    """A name, an address or a login anywhere else would be kept for ever."""
    assert [name for name in event.model_fields if _PERSONAL.search(name)] == []


def test_the_people_topic_carries_nothing_but_people() -> None:
    """It is compacted and erased by tombstone; nothing else may rely on being kept there."""
    assert [event.__name__ for event in EVENTS.values() if topic_of(event).name == "mentoring.people.v1"] == [
        "PersonChanged"
    ]


@pytest.mark.parametrize("event", [event for event in EVENTS.values() if event is not PersonChanged])
def test_texts_in_examples_look_like_codes(event: type[Event]) -> None:
    """No blanks, no sentences; a program's title is the one name."""
    for path in examples_of(event):
        body = json.loads(path.read_text(encoding="utf-8"))
        texts = [text for name, value in body.items() if name != "title" for text in _texts(value)]

        assert [text for text in texts if not re.fullmatch(r"[\w.:+/-]{1,80}", text)] == []


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
