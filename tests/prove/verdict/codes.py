"""Closed sets of codes as the published JSON schemas have them: what a reader does not know is `other`."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.prove.verdict.contract import ERASED
from tests.prove.verdict.model import Event

_SCHEMAS: Final = Path(__file__).resolve().parents[3] / "shared/events/schemas"


@functools.cache
def is_known(event_type: str) -> bool:
    """Whether this version's contract has the type."""
    return event_type == ERASED or (_SCHEMAS / f"{event_type}.json").exists()


def understood(event: Event) -> dict[str, Any]:
    """The body as a reader of this version understands it."""
    body = dict(event.body or {})
    for name, known in _codes(event.type).items():
        values = body.get(name)
        if isinstance(values, str) and values not in known:
            body[name] = "other"
        elif isinstance(values, list):
            body[name] = ["other" if isinstance(v, str) and v not in known else v for v in values]
    return body


@functools.cache
def _codes(event_type: str) -> Mapping[str, frozenset[str]]:
    path = _SCHEMAS / f"{event_type}.json"
    if not path.exists():
        return {}
    schema = json.loads(path.read_text())
    found = {}
    for name, spec in schema.get("properties", {}).items():
        values = _enum(spec, schema)
        if "other" in values:
            found[name] = values
    return found


def _enum(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> frozenset[str]:
    if "$ref" in spec:
        return _enum(schema["$defs"][spec["$ref"].rsplit("/", 1)[-1]], schema)
    values = set(spec.get("enum", ()))
    for inner in (*spec.get("anyOf", ()), *([spec["items"]] if isinstance(spec.get("items"), dict) else ())):
        values |= _enum(inner, schema)
    return frozenset(values)
