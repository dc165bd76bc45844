"""Exceptions as types and places: what they say may hold personal data and is left out."""

import sys
import traceback
from types import TracebackType

_MAX_FRAMES = 40
_MAX_CHAIN = 8


def error_fields(exc_info: object) -> dict[str, object]:
    """The fields `error` (types, outermost first) and `stack` (`file:line function`, innermost last)."""
    error = _exception(exc_info)
    if error is None:
        return {}
    return {"error": " <- ".join(_chain(error)), "stack": _stack(error.__traceback__)}


def _exception(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exception() if exc_info else None


def _chain(error: BaseException) -> list[str]:
    types: list[str] = []
    pending: list[BaseException] = [error]
    while pending and len(types) < _MAX_CHAIN:
        current = pending.pop(0)
        kind = type(current)
        types.append(
            kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        )
        if isinstance(current, BaseExceptionGroup):
            pending += current.exceptions
        if cause := current.__cause__ or (None if current.__suppress_context__ else current.__context__):
            pending.append(cause)
    return types


def _stack(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-_MAX_FRAMES:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(path: str) -> str:
    return "/".join(path.rsplit("/", 3)[-3:])
