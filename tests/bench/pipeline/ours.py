"""Our runtime with a small handler: one row and one event for each event that comes."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from prometheus_client import CollectorRegistry
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.engagement import SessionLogged, SessionOutcome
from shared.events.matches import MatchCompleted
from shared.events.sessions import SessionScheduled
from shared.garbage import settle_collector
from shared.ids import new_id
from shared.messaging.broker import Cluster
from shared.messaging.consumer import Consumer
from shared.messaging.observer import Observer
from shared.messaging.preparing import Prepared
from shared.messaging.processor import Processor
from shared.messaging.records import Record
from shared.messaging.relay import Relay
from shared.messaging.routes import Routes
from shared.messaging.sealing import Sealer
from shared.messaging.set_aside import SetAside
from shared.observability.logging import configure_logging
from shared.observability.metrics import KernelMetrics
from shared.persistence.engine import make_engine
from shared.persistence.unit_of_work import UnitOfWork, Units
from tests.bench.pipeline.members import Order

BROKEN = UUID(int=0xBAD)
"""The program of the sessions that the small handler cannot take."""

_INSERT = text(
    "insert into effect (session_id, match_id, program_id, starts_at, ends_at) "
    "select * from unnest(cast(:sessions as uuid[]), cast(:matches as uuid[]), cast(:programs as uuid[]), "
    "cast(:starts as timestamptz[]), cast(:ends as timestamptz[]))"
)


class Effects:
    """The rows of many events, written by one statement."""

    def __init__(self) -> None:
        self._events: list[SessionScheduled | SessionLogged] = []

    def add(self, event: SessionScheduled | SessionLogged) -> None:
        """Keep an event."""
        self._events.append(event)

    async def write(self, connection: AsyncConnection) -> None:
        """Write what was kept."""
        events, self._events = self._events, []
        if events:
            times = [
                (event.starts_at, event.ends_at)
                if isinstance(event, SessionScheduled)
                else (event.occurred_at, event.occurred_at)
                for event in events
            ]
            await connection.execute(
                _INSERT,
                {
                    "sessions": [event.session_id for event in events],
                    "matches": [event.match_id for event in events],
                    "programs": [event.program_id for event in events],
                    "starts": [starts_at for starts_at, _ in times],
                    "ends": [ends_at for _, ends_at in times],
                },
            )

    def discard(self) -> None:
        """Forget what was kept."""
        self._events.clear()


async def session_scheduled(event: SessionScheduled, uow: UnitOfWork) -> None:
    """Keep it and tell of it."""
    if event.session_id == BROKEN:
        raise ValueError("a session that this handler does not take")
    uow.gathered(Effects).add(event)
    uow.emit(
        SessionLogged(
            match_id=event.match_id,
            program_id=event.program_id,
            session_log_id=new_id(),
            session_id=event.session_id,
            outcome=SessionOutcome.HELD,
            minutes=60,
            occurred_at=event.starts_at,
        )
    )


async def session_logged(event: SessionLogged, uow: UnitOfWork) -> None:
    """The second service of a chain: keep it and tell of it."""
    uow.gathered(Effects).add(event)
    program = event.program_id
    uow.emit(MatchCompleted(match_id=event.match_id, program_id=program, cohort_id=program))


class _Counting(Processor):
    """A processor that tells the measuring process how many records it has dealt with."""

    counter: Any

    async def process(self, records: Sequence[Record] | Prepared) -> None:
        await super().process(records)
        self.counter.value += len(records)


async def start_ours(order: Order, counter: Any) -> None:
    """Consume the topics of the order; with `relay` also relay what is emitted."""
    options = dict(order.options)
    configure_logging("bench")
    cluster = Cluster(order.bootstrap, order.prefix)
    engine = make_engine(order.database)
    units = Units(engine, service="bench")
    observer = Observer(KernelMetrics(CollectorRegistry(), "bench"), order.group)
    routes = Routes().on(SessionScheduled, session_scheduled).on(SessionLogged, session_logged)
    observer.declare(routes)
    aside = SetAside("engagement", "bench", Sealer(b"k" * 32), new_id)
    processor = _Counting(routes, units, aside, observer)
    processor.counter = counter
    tasks = [Relay("bench", order.database, cluster, observer).run()] if options.get("relay") else []
    consumer = Consumer(order.group, cluster, options["topics"], processor, observer, slot=order.slot)
    _KEPT.extend(asyncio.ensure_future(task) for task in tasks)
    settle_collector()
    await consumer.start()


_KEPT: list[asyncio.Future[None]] = []
"""A task that nothing refers to may be collected."""
