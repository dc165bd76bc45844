"""One text for one value: the bytes that inputs are hashed over and results are compared by.

JSON with sorted keys and without spaces; sets become sorted arrays, ids and dates their usual text.
"""

import json
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID


def canonical_json(value: object) -> str:
    """The canonical text of a value made of frozen dataclasses; a float or an unknown type is a TypeError."""
    return _text(_plain(value))


def canonical_hash(*values: object) -> str:
    """SHA-256, in hex, of the canonical text of the values."""
    return sha256(canonical_json(values).encode()).hexdigest()


def _text(plain: object) -> str:
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, UUID | date):
        return str(value)
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, AbstractSet):
        return sorted((_plain(part) for part in value), key=_text)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    raise TypeError(f"no canonical form for {type(value).__name__}")
