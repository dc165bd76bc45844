"""No day and no moment outside of the years 2000 to 2200 comes in, over HTTP or on a topic."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.events.base import Event
from shared.events.catalog import EVENTS
from shared.events.contracts import examples_of, schema_of
from shared.instants import Day, Instant, read_instant

DAYS: TypeAdapter[date] = TypeAdapter(Day)
INSTANTS: TypeAdapter[datetime] = TypeAdapter(Instant)
TIMES = {
    "date": ["0001-01-01", "9999-12-31"],
    "date-time": ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00Z"],
}


def _fields_in_time() -> list[tuple[type[Event], str, str]]:
    """Every field of an event that holds a day or a moment, with its format."""
    return [
        (event, name, shape["format"])
        for event in EVENTS.values()
        for name, field in schema_of(event)["properties"].items()
        for shape in field.get("anyOf", [field])
        if shape.get("format") in TIMES
    ]


def _body(event: type[Event]) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(next(iter(examples_of(event))).read_text(encoding="utf-8"))
    return body


@pytest.mark.parametrize("text", ["0001-01-01", "1999-12-31", "2200-01-02", "9999-12-31"])
def test_a_day_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        DAYS.validate_python(text)


@pytest.mark.parametrize("text", ["2000-01-01", "2027-01-04", "2200-01-01"])
def test_a_day_of_the_calendar_is_taken_as_it_is(text: str) -> None:
    assert DAYS.validate_python(text) == date.fromisoformat(text)


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1999-12-31T23:59:59Z",
        "2000-01-01T00:00:00+01:00",
        "2027-01-04T12:00:00",
        "yesterday",
        "",
    ],
)
def test_a_moment_beyond_the_calendar_or_without_an_offset_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="validation error"):
        read_instant(text)


def test_a_moment_is_kept_in_utc() -> None:
    assert read_instant("2027-01-04T12:00:00+02:00") == datetime(2027, 1, 4, 10, tzinfo=UTC)
    assert read_instant("2027-01-04T12:00:00+02:00").tzinfo == UTC


def test_the_bounds_are_no_part_of_the_published_schema() -> None:
    """A narrower schema would be another version of the contract."""
    assert DAYS.json_schema() == {"type": "string", "format": "date"}
    assert INSTANTS.json_schema() == {"type": "string", "format": "date-time"}


def test_the_events_with_days_and_moments_are_found() -> None:
    found = {(event.type, name) for event, name, _ in _fields_in_time()}

    assert ("mentoring.cohort.opened.v1", "starts_on") in found
    assert ("mentoring.goal.set.v1", "due_on") in found
    assert ("mentoring.session.scheduled.v1", "ends_at") in found


@pytest.mark.parametrize(("event", "name", "kind"), _fields_in_time())
def test_every_event_refuses_a_time_beyond_the_calendar(event: type[Event], name: str, kind: str) -> None:
    for extreme in TIMES[kind]:
        with pytest.raises(ValidationError):
            event.model_validate_json(json.dumps(_body(event) | {name: extreme}))
