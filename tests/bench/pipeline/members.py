"""Processes of their own that consume: our runtime with a small handler, and the plain peer."""

import asyncio
import logging
import multiprocessing
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any

import uvloop

Start = Callable[["Order", Any], Awaitable[None]]
_START_SECONDS = 60.0
_LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Order:
    """What a member does and where; it crosses into another process."""

    bootstrap: tuple[str, ...]
    prefix: str
    group: str
    database: str
    slot: int = 0
    options: tuple[tuple[str, Any], ...] = ()


class MembersDidNotStart(RuntimeError):
    """A process did not get going in time."""


@dataclass(frozen=True, slots=True)
class Members:
    """Running processes and how many records each has dealt with."""

    processes: Sequence[BaseProcess]
    counters: Sequence[Any]

    @property
    def pids(self) -> list[int]:
        """Their process ids."""
        return [process.pid for process in self.processes if process.pid]

    @property
    def done(self) -> int:
        """Records of all of them."""
        return sum(counter.value for counter in self.counters)

    async def warm(self, records: int) -> None:
        """Wait until each has dealt with so many."""
        await until(lambda: all(counter.value >= records for counter in self.counters), _START_SECONDS)

    async def reach(self, records: int, seconds: float) -> None:
        """Wait until all together have dealt with so many, at most so long."""
        deadline = time.perf_counter() + seconds
        while self.done < records and time.perf_counter() < deadline:  # noqa: ASYNC110  others count
            await asyncio.sleep(_LOOK_SECONDS)


async def until(holds: Callable[[], bool], seconds: float) -> None:
    """Wait for a condition.

    Raises MembersDidNotStart when it does not come true.
    """
    deadline = time.perf_counter() + seconds
    while not holds():
        if time.perf_counter() > deadline:
            raise MembersDidNotStart
        await asyncio.sleep(_LOOK_SECONDS)


@contextmanager
def running(start: Start, orders: Sequence[Order]) -> Iterator[Members]:
    """One process an order; killed at the end, as nothing is measured after it."""
    spawn = multiprocessing.get_context("spawn")
    counters = [spawn.Value("q", 0, lock=False) for _ in orders]
    processes = [
        spawn.Process(target=_child, args=(start, order, counter), daemon=True)
        for order, counter in zip(orders, counters, strict=True)
    ]
    for process in processes:
        process.start()
    try:
        yield Members(processes, counters)
    finally:
        for process in processes:
            process.kill()
            process.join()


def _child(start: Start, order: Order, counter: Any) -> None:
    """What is said goes nowhere, but it is said: a service writes its lines too."""
    if "MENTORING_BENCH_LOUD" not in os.environ:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
    logging.getLogger().setLevel(logging.WARNING)
    uvloop.run(_run(start, order, counter))


async def _run(start: Start, order: Order, counter: Any) -> None:
    await start(order, counter)
    await asyncio.Event().wait()
