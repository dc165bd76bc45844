"""The two clocks: business time is injected and may be driven, system time never is."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


def system_now() -> datetime:
    """System time: recorded times, latency, leases, token expiry, retention."""
    return datetime.now(UTC)


class Clock(Protocol):
    """Business time: rules, due rows and the time of events."""

    def now(self) -> datetime:
        """The business time, in UTC."""
        ...

    async def wait_for_change(self, timeout: float) -> bool:
        """Wait `timeout` seconds; True, and earlier, when business time was moved by hand."""
        ...


class SystemClock:
    """Business time that is the system's."""

    def now(self) -> datetime:
        return system_now()

    async def wait_for_change(self, timeout: float) -> bool:
        await asyncio.sleep(timeout)
        return False


class DrivenClock:
    """Business time that stands still until somebody moves it forward; it never goes backwards.

    It belongs to one event loop.
    """

    def __init__(self, start: datetime) -> None:
        self._now = _utc(start)
        self._changed = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    def move_to(self, time: datetime) -> None:
        """Move to `time` and wake every waiter; ValueError when it lies in the past."""
        time = _utc(time)
        if time < self._now:
            raise ValueError("business time never goes backwards")
        self._now = time
        self._changed.set()
        # Whoever waits from now on waits for the next move.
        self._changed = asyncio.Event()

    def advance(self, delta: timedelta) -> None:
        """Move forward by `delta`; ValueError when it is negative."""
        self.move_to(self._now + delta)

    async def wait_for_change(self, timeout: float) -> bool:
        try:
            await asyncio.wait_for(self._changed.wait(), timeout)
        except TimeoutError:
            return False
        return True


def _utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise ValueError("a time needs its zone")
    return time.astimezone(UTC)
