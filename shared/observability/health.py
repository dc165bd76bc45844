"""Liveness (restart me) and readiness (do not send me work), told apart.

Liveness never asks the broker or the database: their outage must not restart a fleet.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class State:
    """One check's answer: green or red, and a code that says what was found."""

    ok: bool
    code: str = "ok"


ReadyCheck = Callable[[], Awaitable[State]]
LiveCheck = Callable[[], State]


@dataclass(frozen=True, slots=True)
class Report:
    """All checks' answers; red when one of them is."""

    checks: dict[str, State]

    @property
    def ok(self) -> bool:
        return all(state.ok for state in self.checks.values())

    def as_json(self) -> dict[str, object]:
        """`{"status": "ok"|"failing", "checks": {name: {"ok": …, "state": code}}}`."""
        checks = {name: {"ok": state.ok, "state": state.code} for name, state in self.checks.items()}
        return {"status": "ok" if self.ok else "failing", "checks": checks}


class Health:
    """The checks of one service. A check that raises or is too slow is red."""

    def __init__(self, *, timeout_s: float = 2.0) -> None:
        self._timeout_s = timeout_s
        self._live: dict[str, LiveCheck] = {}
        self._ready: dict[str, ReadyCheck] = {}
        self._last_ready: bool | None = None

    def add_live(self, name: str, check: LiveCheck) -> None:
        """Add a check that looks at this process only: the watchdog of the consumer's progress."""
        self._live[name] = check

    def add_ready(self, name: str, check: ReadyCheck) -> None:
        """Add a check that may ask the database, or whether the consumer has started."""
        self._ready[name] = check

    async def livez(self) -> Report:
        """That this coroutine runs shows that the event loop does."""
        return Report(
            {"event_loop": State(True)} | {name: _live(check) for name, check in self._live.items()}
        )

    async def readyz(self) -> Report:
        """All checks at once, each within the timeout."""
        states = await asyncio.gather(*(self._within_timeout(check) for check in self._ready.values()))
        report = Report(dict(zip(self._ready, states, strict=True)))
        if report.ok != self._last_ready:
            self._last_ready = report.ok
            red = next((name for name, state in report.checks.items() if not state.ok), None)
            _log.info("readiness_changed", state="ready" if report.ok else "not_ready", check=red or "all")
        return report

    async def _within_timeout(self, check: ReadyCheck) -> State:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await check()
        except TimeoutError:
            return State(False, "timeout")
        except Exception:  # noqa: BLE001 - whatever a check raises, the service is not ready
            return State(False, "error")


def _live(check: LiveCheck) -> State:
    try:
        return check()
    except Exception:  # noqa: BLE001 - a watchdog that cannot look is no reason to trust the process
        return State(False, "error")


def database_reachable(engine: AsyncEngine) -> ReadyCheck:
    """Red `unreachable` while the database does not answer."""

    async def check() -> State:
        try:
            async with engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001 - drivers raise OSError, their own and SQLAlchemy's errors
            return State(False, "unreachable")
        return State(True, "reachable")

    return check


def migrated(engine: AsyncEngine, expected: str) -> ReadyCheck:
    """Red `behind` while the database is not at Alembic's revision `expected`."""

    async def check() -> State:
        async with engine.connect() as connection:
            try:
                found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
            except ProgrammingError:
                return State(False, "never_migrated")
        return State(True, "current") if found == expected else State(False, "behind")

    return check
