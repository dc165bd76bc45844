"""FULL_TRANSITIVE as a pure function: what a change of a JSON Schema breaks, in either direction.

Old events must be readable by new consumers and new events by old ones, so that a field may only come, with a
default; nothing goes, narrows or widens. A new value of a code is no break where the old codes knew `other`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

_EXACT: Final = (
    "type",
    "format",
    "pattern",
    "const",
    "default",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "prefixItems",
    "additionalProperties",
)


def breaks(old: Schema, new: Schema) -> list[str]:
    """Every break between two versions of a schema, each with the path of its field; empty: compatible."""
    return list(_Comparison(old, new).at("", old, new))


class _Comparison:
    def __init__(self, old: Schema, new: Schema) -> None:
        self._old_definitions: Schema = old.get("$defs", {})
        self._new_definitions: Schema = new.get("$defs", {})

    def at(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        old, new = _resolve(old, self._old_definitions), _resolve(new, self._new_definitions)
        if "anyOf" in old or "anyOf" in new:
            yield from self._alternatives(path, old, new)
            return
        for keyword in _EXACT:
            if old.get(keyword) != new.get(keyword):
                yield f"{path or '/'}: {keyword} was {old.get(keyword)!r}, is {new.get(keyword)!r}"
        yield from _codes(path, old, new)
        yield from self._properties(path, old, new)
        if "items" in old and "items" in new:
            yield from self.at(f"{path}[]", old["items"], new["items"])
        elif ("items" in old) is not ("items" in new):
            yield f"{path or '/'}: items were described in one version only"

    def _properties(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        required_before, required_after = set(old.get("required", ())), set(new.get("required", ()))
        for name in before:
            if name not in after:
                yield f"{path}/{name}: removed"
                continue
            if (name in required_before) is not (name in required_after):
                yield f"{path}/{name}: required in one version only"
            yield from self.at(f"{path}/{name}", before[name], after[name])
        for name in after:
            if name not in before and name in required_after:
                yield f"{path}/{name}: new and required"

    def _alternatives(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        before = _by_kind(old, self._old_definitions)
        after = _by_kind(new, self._new_definitions)
        for kind in before.keys() - after.keys():
            yield f"{path}: {kind} is no longer allowed"
        for kind in after.keys() - before.keys():
            yield f"{path}: {kind} is newly allowed"
        for kind in before.keys() & after.keys():
            yield from self.at(path, before[kind], after[kind])
        if old.get("default") != new.get("default"):
            yield f"{path}: default was {old.get('default')!r}, is {new.get('default')!r}"


def _codes(path: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = old.get("enum"), new.get("enum")
    if before is None and after is None:
        return
    if before is None or after is None:
        yield f"{path}: a closed set in one version only"
        return
    for value in before:
        if value not in after:
            yield f"{path}: value {value!r} was removed"
    if "other" not in before and set(after) - set(before):
        yield f"{path}: new values, but old consumers do not read them as 'other'"


def _by_kind(schema: Schema, definitions: Schema) -> dict[str, Schema]:
    choices = [_resolve(choice, definitions) for choice in schema.get("anyOf", [schema])]
    return {
        f"{choice.get('type')}/{choice.get('format') or choice.get('title') or ''}": choice
        for choice in choices
    }


def _resolve(schema: Schema, definitions: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    return {**definitions[schema["$ref"].removeprefix("#/$defs/")], **schema}
