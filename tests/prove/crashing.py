"""The patches by which a process dies at its crash point; nothing in the product knows of them."""

import asyncio
import functools
import importlib
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

from tests.prove.crash_points import POINTS, SCOPES, CrashPoint, Scope, Where

AsyncFunction = Callable[..., Awaitable[Any]]
_TURNS: Final = 3
"""Of the event loop, until a request has been written."""


@dataclass(slots=True)
class _Stay:
    """One call of a scope's function: whether it does real work, and how often the point was passed in it."""

    worked: bool
    passings: int = 0


@dataclass(slots=True)
class _Armed:
    """What this process is going to die of."""

    point: CrashPoint
    passing: int
    report: Callable[[str], None]
    passed: int = 0
    stays: ContextVar[_Stay | None] = field(default_factory=lambda: ContextVar("stay", default=None))

    def hit(self) -> bool:
        """Whether this passing is the one."""
        if self.point.within is not None:
            stay = self.stays.get()
            if stay is None or not stay.worked:
                return False
            stay.passings += 1
            if stay.passings != self.point.nth:
                return False
        self.passed += 1
        return self.passed >= self.passing

    def die(self) -> None:
        """Leave a line, and be gone."""
        self.report(self.point.name)
        os.kill(os.getpid(), signal.SIGKILL)


def arm(name: str, passing: int, service: str, slot: int | None, crashes: str) -> None:
    """Have this process die at the `passing`-th time that it passes a point; a line goes to `crashes`.

    Raises:
        AttributeError: the product has no such function any more.
    """
    file = os.open(crashes, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def report(point: str) -> None:
        line = {"at": time.time(), "point": point, "service": service, "slot": slot, "pid": os.getpid()}
        os.write(file, json.dumps(line).encode() + b"\n")

    point = POINTS[name]
    armed = _Armed(point, passing, report)
    scope = next((each for each in SCOPES if each.name == point.within), None)
    # Inner functions first: a scope may wrap what the point wraps.
    _replace(point.target, functools.partial(_wrap_point, armed))
    if scope is not None:
        _replace(scope.target, functools.partial(_wrap_scope, armed, scope))
        if scope.work is not None:
            _replace(scope.work, functools.partial(_wrap_work, armed))


def resolve(target: str) -> tuple[Any, str, Any]:
    """The owner, the attribute's name and the function of `module:attribute.path`."""
    module, _, path = target.partition(":")
    *outer, name = path.split(".")
    owner = functools.reduce(getattr, outer, importlib.import_module(module))
    return owner, name, getattr(owner, name)


def _replace(target: str, wrap: Callable[[AsyncFunction], AsyncFunction]) -> None:
    owner, name, function = resolve(target)
    setattr(owner, name, wrap(function))


def _wrap_point(armed: _Armed, function: AsyncFunction) -> AsyncFunction:
    @functools.wraps(function)
    async def wrapped(*arguments: Any, **named: Any) -> Any:
        where = armed.point.where
        if where is Where.AFTER:
            result = await function(*arguments, **named)
            if armed.hit():
                armed.die()
            return result
        if armed.hit():
            if where is Where.INSIDE:
                await _begin(function(*arguments, **named))
            armed.die()
        return await function(*arguments, **named)

    return wrapped


async def _begin(call: Awaitable[Any]) -> None:
    """Run a call until its request is on the wire; nobody will see the answer."""
    running = asyncio.ensure_future(call)
    for _ in range(_TURNS):
        await asyncio.sleep(0)
    if running.done():
        # It handed its work to another task, which gets a moment to send it.
        await asyncio.sleep(0.001)


def _wrap_scope(armed: _Armed, scope: Scope, function: AsyncFunction) -> AsyncFunction:
    @functools.wraps(function)
    async def wrapped(*arguments: Any, **named: Any) -> Any:
        token = armed.stays.set(_Stay(worked=scope.work is None))
        try:
            return await function(*arguments, **named)
        finally:
            armed.stays.reset(token)

    return wrapped


def _wrap_work(armed: _Armed, function: AsyncFunction) -> AsyncFunction:
    @functools.wraps(function)
    async def wrapped(*arguments: Any, **named: Any) -> Any:
        stay = armed.stays.get()
        if stay is not None:
            stay.worked = True
        return await function(*arguments, **named)

    return wrapped
