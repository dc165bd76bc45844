"""The replicas of the fleet: each lives, dies as its plan says, and has a successor."""

import asyncio
import random
import signal
import time
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from tests.prove.crash_points import POINTS
from tests.prove.forks import Child, Forks
from tests.prove.run_directory import RunDirectory
from tests.prove.schedule import Plan

_STOP_SECONDS: Final = 30.0
_STOPPED: Final = (0, -signal.SIGTERM)
"""A process that is told to stop before it can hear it ends by the signal itself."""
_LOOK_SECONDS: Final = 0.1
_NO_PLAN: Final = Plan(None, 0, 0.0, 0.0)
_TRIES: Final = 4


@dataclass(slots=True)
class Tally:
    """What has been done to all replicas so far, and how much may be done."""

    budget: int
    started: int = 0
    kills: int = 0
    at_random: int = 0
    unexpected: int = 0
    stops: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    active: bool = False

    def take(self) -> bool:
        """Whether one more life may end by a kill."""
        if not self.active or self.started >= self.budget:
            return False
        self.started += 1
        return True


@dataclass(slots=True)
class Replica:
    """One slot of one service, through all the processes that fill it."""

    service: str
    slot: int
    environment: dict[str, str]
    forks: Forks
    run: RunDirectory
    tally: Tally
    plant: str | None
    plans: deque[Plan] = field(default_factory=deque)
    child: Child | None = None
    on_hold: bool = False
    away: bool = False
    skew: float = 0.0
    fulfilled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when all its plans have been carried out."""
    told_to_stop: bool = False
    ended: bool = False
    _tries: Counter[str] = field(default_factory=Counter)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def name(self) -> str:
        """How faults name it."""
        return f"{self.service}-{self.slot}"

    def wake(self) -> None:
        """Look at the tally again: kills have begun, or are over."""
        self._wake.set()

    async def live(self) -> None:
        """Start, die, start again, until told otherwise."""
        while not self.ended:
            if self.away:
                await asyncio.sleep(_LOOK_SECONDS)
                continue
            plan = self.plans.popleft() if self.plans and self.tally.take() else _NO_PLAN
            self.child = await self._start(plan)
            if plan is _NO_PLAN:
                await self._until_woken(self.child)
            else:
                await self._until_dead(self.child, plan)
            if not self.ended:
                await asyncio.sleep(plan.restart_after)

    async def end(self) -> int | None:
        """SIGTERM; returns the exit code, None for one that had to be killed."""
        self.ended = True
        if self.child is None:
            return None
        self.child.send(signal.SIGCONT)
        self.child.send(signal.SIGTERM)
        code = await self.child.wait(_STOP_SECONDS)
        if code is None:
            self.child.send(signal.SIGKILL)
            await self.child.wait(_STOP_SECONDS)
        return code

    def restart(self) -> None:
        """SIGTERM; the successor starts when it has ended."""
        if self.child is not None and self.child.running:
            self.told_to_stop = True
            self.child.send(signal.SIGTERM)

    async def leave(self) -> None:
        """SIGTERM, and no successor until `away` is false again."""
        self.away = self.told_to_stop = True
        if self.child is not None and self.child.running:
            self.child.send(signal.SIGTERM)
            if await self.child.wait(_STOP_SECONDS) is None:
                self.child.send(signal.SIGKILL)
                await self.child.wait(_STOP_SECONDS)

    async def _start(self, plan: Plan) -> Child:
        armed = None
        if plan.point is not None:
            armed = {
                "point": plan.point,
                "passing": plan.passing,
                "slot": self.slot,
                "crashes": str(self.run.crashes),
            }
        return await self.forks.start(
            self.service,
            self.environment,
            self.run.log(self.service, self.slot),
            plan=armed,
            plant=self.plant,
            patches=True,
            skew=self.skew,
        )

    async def _until_woken(self, child: Child) -> None:
        """It lives until it ends by itself, or until it may be given a plan: then it dies for it."""
        child.ended.add_done_callback(lambda _: self._wake.set())
        while child.running and not self.ended:
            self._wake.clear()
            if self.plans and self.tally.take():
                child.send(signal.SIGKILL)
                await child.wait(_STOP_SECONDS)
                self._count_kill(None)
                return
            if self.tally.active:
                self.fulfilled.set()
            await self._wake.wait()
        await self._ended(child, _NO_PLAN)

    async def _until_dead(self, child: Child, plan: Plan) -> None:
        deadline = time.monotonic() + plan.after
        while child.running and (time.monotonic() < deadline or self.on_hold):
            await child.wait(0.2 if self.on_hold else max(0.01, min(0.5, deadline - time.monotonic())))
            if not self.tally.active:
                break
        if child.running and plan.point is not None and POINTS[plan.point].on_stop:
            child.send(signal.SIGTERM)
            await child.wait(_STOP_SECONDS)
        if child.running:
            child.send(signal.SIGKILL)
            await child.wait(_STOP_SECONDS)
            self._missed(plan)
            self._count_kill(None)
            return
        await self._ended(child, plan)

    async def _ended(self, child: Child, plan: Plan) -> None:
        code = await child.wait(_STOP_SECONDS)
        if self.ended:
            return
        stopping = plan.point is not None and POINTS[plan.point].on_stop
        if code == -signal.SIGKILL:
            self._count_kill(plan.point)
        elif code in _STOPPED and (self.told_to_stop or stopping):
            self.tally.stops["clean"] += 1
            self._missed(plan)
        else:
            self.tally.unexpected += 1
            self.run.fault("unexpected_exit", self.name, code=code)
        self.told_to_stop = False

    def _count_kill(self, point: str | None) -> None:
        self.tally.kills += 1
        self.tally.at_random += point is None
        self.run.fault("kill", self.name, point=point)

    def _missed(self, plan: Plan) -> None:
        """Its point was not passed in time: it takes the place of a later death without one, or is added."""
        if plan.point is None:
            return
        self.tally.missed[plan.point] += 1
        self._tries[plan.point] += 1
        if self._tries[plan.point] >= _TRIES:
            return
        for place, later in enumerate(self.plans):
            if later.point is None:
                self.plans[place] = plan
                return
        self.plans.append(plan)
        self.tally.budget += 1


def stagger(replicas: Iterable[Replica], draw: random.Random) -> list[Replica]:
    """In a seeded order."""
    ordered = sorted(replicas, key=lambda each: each.name)
    draw.shuffle(ordered)
    return ordered
