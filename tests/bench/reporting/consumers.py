"""Processes that consume the same topics with the same handlers: the service's runtime, and a plain loop."""

from collections.abc import Sequence
from typing import Any

from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from prometheus_client import CollectorRegistry
from sqlalchemy.dialects.postgresql import insert

from services.reporting.consumers import make_routes
from shared.events.catalog import EVENTS, consumed_by, retry_topic
from shared.garbage import settle_collector
from shared.ids import new_id
from shared.instants import read_instant
from shared.messaging.broker import Cluster
from shared.messaging.consumer import Consumer
from shared.messaging.observer import Observer
from shared.messaging.preparing import Prepared
from shared.messaging.processor import Processor
from shared.messaging.records import Record
from shared.messaging.sealing import Sealer
from shared.messaging.set_aside import SetAside
from shared.observability.logging import configure_logging
from shared.observability.metrics import KernelMetrics
from shared.persistence.engine import make_engine
from shared.persistence.tables import inbox
from shared.persistence.unit_of_work import Units
from tests.bench.pipeline.members import Order

SERVICE = "reporting"
TOPICS = tuple(topic.name for topic in consumed_by(SERVICE) if topic.name != retry_topic(SERVICE))


class _Counting(Processor):
    """A processor that tells the measuring process how many records it has dealt with."""

    counter: Any

    async def process(self, records: Sequence[Record] | Prepared) -> None:
        await super().process(records)
        self.counter.value += len(records)


async def start_ours(order: Order, counter: Any) -> None:
    """As the service consumes."""
    settle_collector()
    configure_logging(SERVICE)
    observer = Observer(KernelMetrics(CollectorRegistry(), SERVICE), order.group)
    routes = make_routes()
    observer.declare(routes)
    aside = SetAside(SERVICE, "bench", Sealer(b"k" * 32), new_id)
    units = Units(make_engine(order.database), service=SERVICE)
    processor = _Counting(routes, units, aside, observer)
    processor.counter = counter
    cluster = Cluster(order.bootstrap, order.prefix)
    await Consumer(order.group, cluster, TOPICS, processor, observer, slot=order.slot).start()


async def start_plain(order: Order, counter: Any) -> None:
    """A FastStream handler: dedupe, the same handlers, a commit a message, then the acknowledgement."""
    units, routes = Units(make_engine(order.database), service=SERVICE), make_routes()
    broker = KafkaBroker(list(order.bootstrap), logger=None)

    @broker.subscriber(
        *(order.prefix + topic for topic in TOPICS),
        group_id=order.group,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        decoder=_decode_nothing,
    )
    async def take(message: KafkaMessage) -> None:
        raw: Any = message.raw_message
        event = EVENTS[message.headers["ce_type"]].model_validate_json(raw.value)
        async with units.begin() as uow:
            row = insert(inbox).values(topic=event.type, record_id=message.headers["ce_id"].encode())
            new = await uow.connection.execute(row.on_conflict_do_nothing().returning(inbox.c.topic))
            handle = routes.events.get(type(event))
            if new.first() is not None and handle is not None:
                uow.occurred_at = read_instant(message.headers["ce_time"])
                await handle(event, uow)
        counter.value += 1

    await broker.start()


async def _decode_nothing(_: KafkaMessage) -> None:
    """The handler decodes by the type in the headers."""
