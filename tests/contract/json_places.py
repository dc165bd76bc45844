"""Where the codes of an event's body stand, found through its schema."""

from collections.abc import Iterator
from typing import Any

Place = tuple[str | int, ...]


def code_places(schema: dict[str, Any], body: Any) -> Iterator[Place]:
    """The places in `body` whose value is one of a set of codes."""
    yield from _codes(schema, body, schema.get("$defs", {}), ())


def _codes(schema: dict[str, Any], value: Any, definitions: dict[str, Any], place: Place) -> Iterator[Place]:
    if "$ref" in schema:
        yield from _codes(definitions[schema["$ref"].removeprefix("#/$defs/")], value, definitions, place)
        return
    for choice in schema.get("anyOf", ()):
        if value is not None:
            yield from _codes(choice, value, definitions, place)
    if "enum" in schema:
        yield place
    if isinstance(value, dict):
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                yield from _codes(inner, value[name], definitions, (*place, name))
    if isinstance(value, list) and "items" in schema:
        for number, element in enumerate(value):
            yield from _codes(schema["items"], element, definitions, (*place, number))


def value_at(body: Any, place: Place) -> Any:
    """What stands at a place."""
    for step in place:
        body = body[step]
    return body


def with_value_at(body: Any, place: Place, value: object) -> Any:
    """A copy of `body` with another value at a place."""
    if not place:
        return value
    first, *rest = place
    copied: Any = dict(body) if isinstance(body, dict) else list(body)
    copied[first] = with_value_at(body[first], tuple(rest), value)
    return copied
