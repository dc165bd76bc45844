"""One running service: HTTP app, consumer, relay and due work, started and stopped together."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

import structlog
from fastapi import APIRouter, FastAPI
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import system_now
from shared.events.catalog import consumed_by
from shared.http.app import make_http_app
from shared.http.auth import Authenticator, PersonLookup
from shared.http.idempotency import prune_idempotency_keys
from shared.http.limits import Limits
from shared.kernel import Kernel
from shared.messaging.consumer import Consumer
from shared.messaging.due import DueWorker
from shared.messaging.inbox import prune_inbox
from shared.messaging.observer import Observer
from shared.messaging.processor import Processor
from shared.messaging.relay import Relay
from shared.messaging.routes import Routes
from shared.observability.health import State, database_reachable, migrated
from shared.observability.logging import bind_context, bound_context
from shared.observability.loop_lag import watch_loop_lag
from shared.persistence.failures import class_of
from shared.persistence.migrations import expected_revision
from shared.persistence.tables import idempotency, set_aside

Worker = Callable[[], Awaitable[None]]
StoreGauge = Callable[[AsyncConnection], Awaitable[None]]
_HOUSEKEEPING_SECONDS: Final = 15.0
_MIGRATIONS_SECONDS: Final = 1.0
_STALLED_SECONDS: Final = 180.0
_STOP_SECONDS: Final = 20.0

_log = structlog.get_logger()


class Service:
    """A service as its `app.py` wires it.

    `workers` are further long-running tasks of the service, cancelled when it stops; `gauges` read from the
    store what `/metrics` shows of it.
    """

    def __init__(
        self,
        kernel: Kernel,
        *,
        routes: Routes,
        api: APIRouter,
        person_by_login: PersonLookup,
        pages: APIRouter | None = None,
        limits: Limits | None = None,
        workers: Sequence[Worker] = (),
        gauges: Sequence[StoreGauge] = (),
    ) -> None:
        self.kernel = kernel
        self.routes = routes
        self.observer = Observer(kernel.metrics, kernel.name)
        self.observer.declare(routes)
        self.processor = Processor(routes, kernel.units, kernel.set_aside, self.observer)
        self.due = DueWorker(routes, kernel.units, kernel.clock, self.observer)
        self.relay = Relay(kernel.name, kernel.database_url, kernel.cluster, self.observer, routes.retold)
        self.consumer = Consumer(
            kernel.name,
            kernel.cluster,
            [topic.name for topic in consumed_by(kernel.name)],
            self.processor,
            self.observer,
            foreign=list(routes.foreign),
            slot=kernel.settings.replica_slot,
        )
        self._workers = workers
        self._gauges = gauges
        self._migrated = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._dead: list[str] = []
        self._add_checks()
        self.app = make_http_app(
            name=kernel.name,
            title=f"Mentoring platform: {kernel.name}",
            router=api,
            health=kernel.health,
            metrics=kernel.metrics,
            registry=kernel.registry,
            authenticator=Authenticator(
                kernel.verifier,
                login_claim=kernel.settings.login_claim,
                roles_claim=kernel.settings.roles_claim,
                lookup=person_by_login,
                connect=kernel.units.read,
            ),
            commands=kernel.commands,
            lifespan=self._lifespan,
            pages=pages,
            limits=limits,
        )

    async def start(self) -> None:
        """Begin to consume, relay and work; returns at once, `/readyz` tells when all is there."""
        kernel = self.kernel
        kernel.metrics.watch_pool(kernel.engine.pool)  # type: ignore[arg-type]  # a queue pool, as built
        for name, run in (
            ("relay", self._when_migrated(self.relay.run)),
            ("consumer", self.consumer.start),
            ("due", self._when_migrated(self.due.run)),
            ("loop_lag", lambda: watch_loop_lag(kernel.metrics)),
            ("housekeeping", self._when_migrated(self._housekeeping)),
            ("migrations", self._await_migrations),
            *(
                (f"worker-{number}", self._when_migrated(worker))
                for number, worker in enumerate(self._workers)
            ),
        ):
            self._tasks.append(asyncio.create_task(self._supervise(name, run), name=f"{kernel.name}-{name}"))
        _log.info("service_started", service=kernel.name, mode=kernel.settings.mode.value)

    async def stop(self) -> None:
        """Stop fetching, end or roll back what is at hand, flush, close; no step keeps the next one."""
        with bound_context(service=self.kernel.name):
            self.due.stop()
            for step in (self.consumer.stop(), self._end_tasks(), self.kernel.close()):
                try:
                    async with asyncio.timeout(_STOP_SECONDS):
                        await step
                except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  the next step must run
                    _log.warning("stop_step_failed", reason=class_of(error))
            _log.info("service_stopped")

    async def _end_tasks(self) -> None:
        self.relay.stop()
        relay = self._tasks[:1]
        if relay and self._migrated.is_set():
            await asyncio.wait(relay, timeout=5)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        await self.start()
        try:
            yield
        finally:
            await self.stop()

    async def _supervise(self, name: str, run: Worker) -> None:
        bind_context(service=self.kernel.name)
        try:
            await run()
        except Exception:  # noqa: BLE001  liveness turns red, and the process is restarted
            self._dead.append(name)
            _log.exception("task_died", handler=name)

    async def _await_migrations(self) -> None:
        """Wait, visibly, for a store that can be worked on."""
        told = None
        while not (state := (await self.kernel.health.readyz()).checks["migrations"]).ok:
            if state.code != told:
                told = state.code
                _log.warning("migrations_missing", reason=told, outcome="waiting")
            await asyncio.sleep(_MIGRATIONS_SECONDS)
        self._migrated.set()

    def _when_migrated(self, run: Worker) -> Worker:
        async def wait_and_run() -> None:
            await self._migrated.wait()
            await run()

        return wait_and_run

    async def _housekeeping(self) -> None:
        while True:
            try:
                await self._tidy()
                await self.read_gauges()
            except Exception as error:  # noqa: BLE001  the store is away; the next round will tell
                _log.warning("housekeeping_waits", reason=class_of(error))
            await asyncio.sleep(_HOUSEKEEPING_SECONDS)

    async def read_gauges(self) -> None:
        """Read from the store what `/metrics` shows of it."""
        async with self.kernel.units.read() as connection:
            for refresh in self._gauges:
                await refresh(connection)

    async def _tidy(self) -> None:
        async with self.kernel.units.begin() as uow:
            await prune_idempotency_keys(uow.connection, idempotency, system_now())
            await prune_inbox(uow.connection, system_now())
            await self.kernel.set_aside.prune(uow.connection, system_now())
            dead = await uow.connection.scalar(
                select(func.count()).select_from(set_aside).where(set_aside.c.status == "dead")
            )
            parked = await uow.connection.scalar(
                select(func.count(func.distinct(set_aside.c.stream_key))).where(
                    set_aside.c.status == "parked"
                )
            )
        self.observer.waiting(dead or 0, parked or 0)

    def _add_checks(self) -> None:
        kernel = self.kernel
        kernel.health.add_ready("database", database_reachable(kernel.engine))
        kernel.health.add_ready("migrations", migrated(kernel.engine, expected_revision(kernel.name) or ""))
        kernel.health.add_ready("consumer", self._consumer_state)
        kernel.health.add_live("tasks", lambda: State(not self._dead, ",".join(self._dead) or "ok"))
        kernel.health.add_live("progress", self._progress_state)

    async def _consumer_state(self) -> State:
        return State(self.consumer.assigned, "assigned" if self.consumer.assigned else "waiting")

    def _progress_state(self) -> State:
        idle = time.monotonic() - self.consumer.last_progress
        stalled = self.consumer.lag > 0 and idle > _STALLED_SECONDS
        if self.consumer.lost:
            return State(ok=False, code="membership_lost")
        return State(not stalled, "stalled" if stalled else "ok")
