"""What the HR system says all the time: the usual, the same again, and now and then something broken."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from tests.prove.poison import THROWS
from tests.prove.world import World, choose
from tests.support.e2e_feed import HrRecord, Worker, cut_off, hired, promoted, terminated, went_on_leave
from tests.support.e2e_story import CARLA

_TURNS_A_SECOND: Final = 5
_REMEMBERED: Final = 500
_HUGE: Final = 920_000
"""A job title that fits into a record of the feed, and into no event."""
_LEAVERS: Final = 5
"""At most every fifth person leaves."""

Said = tuple[HrRecord, Worker, str]


@dataclass(slots=True)
class HrLoad:
    """Some `rate` records a second, their kinds drawn by the world's seed."""

    world: World
    rate: float
    _said: deque[Said] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    _gone: set[str] = field(default_factory=set)
    _number: int = 0

    async def run(self) -> None:
        """Until the world is stopped."""
        while not self.world.stopped():
            count = max(1, round(self.rate / _TURNS_A_SECOND))
            records = [made for _ in range(count) if (made := self._record()) is not None]
            await asyncio.gather(self.world.say(records), asyncio.sleep(1 / _TURNS_A_SECOND))

    def _record(self) -> Said | None:
        self._number += 1
        sayings: dict[Callable[[], Said | None], float] = {
            self._hired: 15,
            self._promoted: 69,
            self._again: 10,
            self._on_leave: 2,
            self._terminated: 1,
            self._malformed: 1,
            self._throwing: 1,
            self._oversize: 0.1,
        }
        return self.world.draw.choices(list(sayings), list(sayings.values()))[0]()

    def _hired(self) -> Said:
        worker = Worker(f"{self.world.name}h{self._number}")
        self.world.workers[worker.name] = worker
        return self._remembered(hired(worker), worker, "hired")

    def _promoted(self) -> Said | None:
        worker, title = self._somebody(), f"Title {self._number}"
        if worker is None:
            return None
        recorded = datetime.now(UTC) - timedelta(seconds=30)
        return self._remembered(promoted(worker, title, recorded), worker, f"title {title}")

    def _again(self) -> Said | None:
        """Byte for byte, also of somebody who was erased meanwhile."""
        said: Said | None = choose(self.world.draw, list(self._said))
        return said and (said[0], said[1], "again")

    def _on_leave(self) -> Said | None:
        worker = self._somebody()
        if worker is None:
            return None
        return self._remembered(went_on_leave(worker, _yesterday()), worker, "on_leave")

    def _terminated(self) -> Said | None:
        worker = self._somebody()
        if worker is None or len(self._gone) > len(self.world.workers) // _LEAVERS:
            return None
        self._gone.add(worker.name)
        return self._remembered(terminated(worker, _yesterday()), worker, "terminated")

    def _malformed(self) -> Said:
        worker = Worker(f"{self.world.name}cut{self._number}")
        return cut_off(hired(worker)), worker, "malformed"

    def _throwing(self) -> Said:
        worker = Worker(f"{THROWS}{self._number}")
        return hired(worker), worker, "throwing"

    def _oversize(self) -> Said:
        worker = Worker(f"{self.world.name}huge{self._number}", title="x" * _HUGE)
        return hired(worker), worker, "oversize"

    def _somebody(self) -> Worker | None:
        worker: Worker | None = choose(self.world.draw, list(self.world.workers.values()))
        return None if worker is None or worker == CARLA or worker.name in self._gone else worker

    def _remembered(self, record: HrRecord, worker: Worker, change: str) -> Said:
        self._said.append((record, worker, change))
        return record, worker, change


def _yesterday() -> date:
    return datetime.now(UTC).date() - timedelta(days=1)
