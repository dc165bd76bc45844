"""The solver in processes of its own: it holds the interpreter for as long as it works."""

import asyncio
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.run.decision_log import RunContext
from services.matching.domain.run.market import Market
from services.matching.domain.run.record import RunRecord, solve_and_record
from services.matching.domain.run.settings import RunSettings


class SolverStopped(Exception):
    """This process ends; another one, or the next, solves the run."""


class SolverIsFull(Exception):
    """As many runs are being solved or waiting as this process takes."""


@dataclass(frozen=True, slots=True)
class Solved:
    """What is kept of a run, and how long it took in seconds of system time."""

    record: RunRecord
    seconds: float


class Solver:
    """Solves markets, at most `processes` at once and `waiting` in all; no process idles without work."""

    def __init__(self, *, processes: int, waiting: int) -> None:
        self._processes = processes
        self._waiting = waiting
        self._executor: ProcessPoolExecutor | None = None
        self._stopped = False
        self._jobs: dict[UUID, tuple[asyncio.Future[RunRecord], float]] = {}

    def has(self, run_id: UUID) -> bool:
        """Whether this process solves, or has solved, the run."""
        return run_id in self._jobs

    @property
    def is_full(self) -> bool:
        """Whether a further run has to wait."""
        return len(self._jobs) >= self._waiting

    def begin(self, market: Market, settings: RunSettings, context: RunContext) -> None:
        """Start on a run. Raises SolverIsFull."""
        if self._stopped:
            raise SolverStopped
        if self.is_full:
            raise SolverIsFull
        if self._executor is None:
            spawn = multiprocessing.get_context("spawn")
            self._executor = ProcessPoolExecutor(self._processes, mp_context=spawn)
        loop = asyncio.get_running_loop()
        job = loop.run_in_executor(self._executor, solve_and_record, market, settings, context)
        self._jobs[context.match_run_id] = (job, time.monotonic())

    async def result(self, run_id: UUID, wait_seconds: float) -> Solved | None:
        """The result, once; None while it is not there.

        Raises what the run raised (InvalidMarket for a market that no run can be made of), or SolverStopped.
        """
        job, begun = self._jobs[run_id]
        done, _ = await asyncio.wait({job}, timeout=wait_seconds)
        if not done:
            return None
        try:
            if self._stopped or job.cancelled():
                raise SolverStopped
            return Solved(job.result(), time.monotonic() - begun)
        except BrokenProcessPool:
            self._kill()
            raise
        finally:
            self.forget(run_id)

    async def run(self) -> None:
        """Live as long as the service; what is being solved when it stops is given up."""
        try:
            await asyncio.Event().wait()
        finally:
            self._stopped = True
            self._kill()

    def forget(self, run_id: UUID) -> None:
        """Drop a run that somebody else has dealt with."""
        if run_id in self._jobs:
            self._jobs.pop(run_id)[0].cancel()
        if not self._jobs and self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    def _kill(self) -> None:
        if self._executor is None:
            return
        # The executor has no public way to end a running task before Python 3.14.
        processes = list((self._executor._processes or {}).values())  # noqa: SLF001
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = None
        for process in processes:
            process.terminate()
