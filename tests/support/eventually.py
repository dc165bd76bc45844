"""Waiting for what must become true, without a fixed sleep."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

_T = TypeVar("_T")


@overload
async def eventually(
    predicate: Callable[[], Awaitable[_T]], timeout: float = 10.0, *, every: float = 0.02
) -> _T: ...
@overload
async def eventually(predicate: Callable[[], _T], timeout: float = 10.0, *, every: float = 0.02) -> _T: ...
async def eventually(predicate: Callable[[], Any], timeout: float = 10.0, *, every: float = 0.02) -> Any:
    """Ask the predicate until its answer is truthy, and return that answer.

    An AssertionError raised inside counts as "not yet". After `timeout` seconds an AssertionError reports the
    last answer, so that the failure says how far it came. The pause between questions grows to 10 × `every`.
    """
    deadline = time.monotonic() + timeout
    pause = every
    while True:
        try:
            answer = predicate()
            value = await answer if inspect.isawaitable(answer) else answer
            if value:
                return value
            last = repr(value)
        except AssertionError as not_yet:
            last = f"AssertionError: {not_yet}"
        if time.monotonic() >= deadline:
            name = getattr(predicate, "__qualname__", repr(predicate))
            raise AssertionError(f"{name} did not become true within {timeout} s; last: {last}")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, every * 10)
