"""A new version of an event is readable by old consumers, and old events by new ones."""

import copy
import json
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from shared.events.catalog import EVENTS
from shared.events.contracts import SCHEMAS, schema_of
from tests.contract.schema_compatibility import breaks

_ROOT = Path(__file__).parents[2]

_BOOKED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "room_id": {"type": "string", "format": "uuid"},
        "seats": {"type": "integer", "minimum": 1},
        "kind": {"$ref": "#/$defs/Kind"},
        "note_code": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 20}, "default": []},
    },
    "required": ["room_id", "seats", "kind"],
    "$defs": {"Kind": {"type": "string", "enum": ["small", "large", "other"]}},
}


def _changed(path: str, value: object) -> dict[str, Any]:
    """The schema above with one entry replaced; None removes it."""
    schema = copy.deepcopy(_BOOKED)
    *parents, last = path.split("/")
    place: dict[str, Any] = schema
    for parent in parents:
        place = place[parent]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return schema


@pytest.mark.parametrize(
    ("path", "value", "broken"),
    [
        ("properties/tags", None, "/tags: removed"),
        ("required", ["room_id", "seats"], "/kind: required in one version only"),
        ("required", ["room_id", "seats", "kind", "tags"], "/tags: required in one version only"),
        ("properties/seats/type", "string", "/seats: type was 'integer', is 'string'"),
        ("properties/seats/minimum", 2, "/seats: minimum was 1, is 2"),
        ("properties/seats/minimum", 0, "/seats: minimum was 1, is 0"),
        ("properties/room_id/format", "uri", "/room_id: format was 'uuid', is 'uri'"),
        ("$defs/Kind/enum", ["small", "other"], "/kind: value 'large' was removed"),
        ("$defs/Kind/enum", None, "/kind: a closed set in one version only"),
        ("properties/note_code/anyOf", [{"type": "string"}], "/note_code: null/ is no longer allowed"),
        ("properties/tags/items/maxLength", 10, "/tags[]: maxLength was 20, is 10"),
        ("properties/tags/default", ["x"], "/tags: default was [], is ['x']"),
        ("additionalProperties", False, "/: additionalProperties was None, is False"),
    ],
)
def test_a_change_that_breaks_somebody_is_found(path: str, value: object, broken: str) -> None:
    """One planted break gives one finding, which names the field."""
    assert breaks(_BOOKED, _changed(path, value)) == [broken]


def test_a_new_field_that_everybody_must_send_is_a_break() -> None:
    """Events that were published before have no such field."""
    new = _changed("properties/floor", {"type": "integer"})
    new["required"] = ["room_id", "seats", "kind", "floor"]

    assert breaks(_BOOKED, new) == ["/floor: new and required"]


def test_codes_without_other_cannot_grow() -> None:
    """A consumer of the old version would refuse the new value."""
    old = _changed("$defs/Kind/enum", ["small", "large"])
    new = _changed("$defs/Kind/enum", ["small", "large", "huge"])

    assert breaks(old, new) == ["/kind: new values, but old consumers do not read them as 'other'"]


def test_an_optional_field_a_new_code_and_other_words_break_nobody() -> None:
    """These are the changes that need no new version of an event."""
    new = _changed("properties/floor", {"type": "integer", "default": 0})
    new["$defs"]["Kind"]["enum"] = ["small", "large", "huge", "other"]
    new["properties"]["seats"]["title"] = "How many fit in"

    assert breaks(_BOOKED, new) == []


def _git(*arguments: str, given: str = "") -> str:
    done = subprocess.run(
        ["git", "-C", str(_ROOT), *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def _published() -> dict[str, list[dict[str, Any]]]:
    """Every version of every schema that was ever committed, by event type."""
    log = _git(
        "log",
        "--format=",
        "--raw",
        "--no-abbrev",
        "--no-renames",
        "--",
        SCHEMAS.relative_to(_ROOT).as_posix(),
    )
    versions = sorted(
        {
            (Path(line.split("\t")[1]).stem, line.split()[3])
            for line in log.splitlines()
            if line.startswith(":")
        }
    )
    found = defaultdict(list)
    for event_type, blob in versions:
        if set(blob) != {"0"}:
            found[event_type].append(json.loads(_git("cat-file", "blob", blob)))
    return found


def test_every_version_ever_committed_is_compatible_with_todays() -> None:
    """FULL_TRANSITIVE: not only with the last version but with each one, removed types included."""
    if not (_ROOT / ".git").exists():
        pytest.skip("no history here: the published versions cannot be read")
    published = _published()
    today = {event_type: schema_of(event) for event_type, event in EVENTS.items()}

    assert len(published) >= 37
    assert sorted(published.keys() - today.keys()) == []
    assert {
        event_type: found
        for event_type, versions in published.items()
        if (found := [broken for version in versions for broken in breaks(version, today[event_type])])
    } == {}
