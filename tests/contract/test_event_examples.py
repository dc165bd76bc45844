"""Every example that was ever published parses for ever, and tolerates what later versions add."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from shared.events.base import Event
from shared.events.catalog import EVENTS
from shared.events.contracts import examples_of, schema_of
from tests.contract.json_places import code_places, value_at, with_value_at

_ALL = [(event, path) for event in EVENTS.values() for path in examples_of(event)]
_EACH = pytest.mark.parametrize(("event", "path"), _ALL, ids=lambda value: getattr(value, "stem", None))


def _body(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _parse(event: type[Event], body: Any) -> Any:
    return event.model_validate_json(json.dumps(body)).model_dump(mode="json")


def _missing(written: Any, read: Any, place: str = "") -> list[str]:
    """The places of a body that parsing lost or replaced."""
    if isinstance(written, dict) and isinstance(read, dict):
        return [
            lost
            for name, value in written.items()
            for lost in (
                _missing(value, read[name], f"{place}/{name}") if name in read else [f"{place}/{name}"]
            )
        ]
    if isinstance(written, list) and isinstance(read, list) and len(written) == len(read):
        return [
            lost
            for number, (value, other) in enumerate(zip(written, read, strict=True))
            for lost in _missing(value, other, f"{place}/{number}")
        ]
    return [] if written == read else [place]


@_EACH
def test_every_example_ever_published_still_parses(event: type[Event], path: Path) -> None:
    """What was written is read back: no value is lost or replaced."""
    assert _missing(_body(path), _parse(event, _body(path))) == []


@_EACH
def test_a_field_of_a_later_version_is_ignored(event: type[Event], path: Path) -> None:
    """A tolerant reader: additions are no break."""
    body = _body(path)
    later = body | {"added_later": {"deep": [1, 2, {"er": None}]}}

    assert _parse(event, later) == _parse(event, body)


@_EACH
def test_a_code_of_a_later_version_reads_as_other(event: type[Event], path: Path) -> None:
    """Whatever code stands anywhere in the body, an unknown one is no poison."""
    body = _body(path)
    for place in code_places(schema_of(event), body):
        later = with_value_at(body, place, "a_value_of_tomorrow")

        assert value_at(_parse(event, later), place) == "other"


@_EACH
def test_every_example_fits_the_published_schema(event: type[Event], path: Path) -> None:
    """Consumers in other languages validate by the JSON Schema, formats included."""
    jsonschema.Draft202012Validator.check_schema(schema_of(event))
    validator = jsonschema.Draft202012Validator(
        schema_of(event), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )

    assert [error.message for error in validator.iter_errors(_body(path))] == []


def test_the_schema_refuses_what_the_model_refuses() -> None:
    """A planted wrong value turns both checks red."""
    event = EVENTS["mentoring.goal.progressed.v1"]
    wrong = _body(examples_of(event)[0]) | {"percent": 101}

    assert not jsonschema.Draft202012Validator(schema_of(event)).is_valid(wrong)
    with pytest.raises(ValueError, match="less than or equal to 100"):
        _parse(event, wrong)


def test_codes_are_found_in_lists_and_parts() -> None:
    """The search above does not pass by finding nothing."""
    event = EVENTS["mentoring.match.activated.v1"]
    places = set(code_places(schema_of(event), _body(examples_of(event)[0])))

    assert places >= {("format",), ("members", 0, "role"), ("members", 1, "role")}


def test_a_lost_value_is_found() -> None:
    """The comparison above goes into lists and parts."""
    written = {"a": [{"b": 1, "c": 2}], "d": "x"}

    assert _missing(written, {"a": [{"b": 1, "c": 3}], "e": "x"}) == ["/a/0/c", "/d"]
