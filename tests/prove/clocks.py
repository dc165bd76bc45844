"""One process whose clock is wrong: by so many seconds, for as long as it lives."""

from datetime import datetime, timedelta
from types import FunctionType


def shift(seconds: float) -> None:
    """Move what this process takes for system time, and so for business time; monotonic time goes on."""
    from shared import clock  # noqa: PLC0415  a child's own

    original = clock.system_now
    honest = FunctionType(original.__code__, original.__globals__)

    def shifted() -> datetime:
        return _HONEST() + _SHIFT  # type: ignore[name-defined,no-any-return]  # noqa: F821  names put there below

    # Whoever imported the function has the function itself: what it does is replaced, not the name.
    vars(clock)["_HONEST"], vars(clock)["_SHIFT"] = honest, timedelta(seconds=seconds)
    original.__code__ = shifted.__code__
