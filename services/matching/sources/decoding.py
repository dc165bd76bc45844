"""Bytes of unknown origin to a JSON object, within bounds."""

from __future__ import annotations

import json
from typing import Never, TypeAlias

from services.matching.sources.port import RefusalReason, Refused

MAX_BYTES = 1_048_576
MAX_DEPTH = 32

JsonObject: TypeAlias = dict[str, object]


def decode_object(raw: bytes | None) -> JsonObject:
    """Return the JSON object in `raw`, or raise Refused. Of repeated keys the last counts."""
    if not raw:
        raise Refused(RefusalReason.EMPTY_RECORD)
    if len(raw) > MAX_BYTES:
        raise Refused(RefusalReason.TOO_LARGE)
    try:
        body: object = json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise Refused(RefusalReason.NOT_UTF8) from None
    except RecursionError:
        raise Refused(RefusalReason.TOO_DEEP) from None
    except ValueError:
        raise Refused(RefusalReason.MALFORMED_JSON) from None
    if _is_too_deep(body):
        raise Refused(RefusalReason.TOO_DEEP)
    if not isinstance(body, dict):
        raise Refused(RefusalReason.NOT_AN_OBJECT)
    return body


def _refuse_constant(name: str) -> Never:
    """NaN and Infinity are JavaScript's, not JSON's (RFC 8259 §6)."""
    raise ValueError(name)


def _is_too_deep(body: object) -> bool:
    level = [body]
    for _ in range(MAX_DEPTH):
        inner: list[object] = []
        for value in level:
            if isinstance(value, dict):
                inner.extend(v for v in value.values() if isinstance(v, dict | list))
            elif isinstance(value, list):
                inner.extend(v for v in value if isinstance(v, dict | list))
        if not inner:
            return False
        level = inner
    return True


def at(value: object, *path: str) -> object:
    """Return what lies at `path` in nested objects, None where there is nothing of that shape."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value
