"""The batch consumer: raw records in, one transaction, explicit offsets after it."""

import asyncio
import random
import time
from collections.abc import Sequence
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from shared.events.catalog import retry_topic
from shared.messaging.batch_size import MOST, BatchSize
from shared.messaging.broker import Cluster, make_broker
from shared.messaging.careful_consumer import connect_carefully, lag_of
from shared.messaging.membership import instance_id
from shared.messaging.observer import Observer
from shared.messaging.preparing import Prepared, prepare
from shared.messaging.processor import Processor
from shared.messaging.raw_messages import decode_nothing, keep_raw, to_record
from shared.messaging.topics import wait_for_topics
from shared.persistence.failures import class_of

_FEW_RECORDS: Final = 50
_REST_SECONDS: Final = 0.01
"""After few records: under a trickle, batches of one or two would cost ten times the work of larger ones."""
_STOP_SECONDS: Final = 15.0
POLL_MS: Final = 50
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
_REVOKE_SHARE: Final = 0.8
"""Of the session timeout, which is also how long the group waits for a member during a rebalance."""


_log = structlog.get_logger()


class Consumer(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Reads a service's topics for one replica.

    `topics` are of the contract, `foreign` ones keep their own names. A replica slot gives static membership:
    a successor under the same slot takes over at once.
    """

    def __init__(
        self,
        service: str,
        cluster: Cluster,
        topics: Sequence[str],
        processor: Processor,
        observer: Observer,
        *,
        foreign: Sequence[str] = (),
        slot: int | None = None,
    ) -> None:
        self._service = service
        self._cluster = cluster
        self._names = {cluster.full_name(topic): topic for topic in topics} | {
            topic: topic for topic in foreign
        }
        self._session_seconds = cluster.session_timeout.total_seconds()
        self._retry_topic = retry_topic(service)
        self._processor = processor
        self._observer = observer
        self._instance = (
            None if slot is None else instance_id(f"{cluster.prefix}{service}", slot, self._names)
        )
        self._broker: KafkaBroker | None = None
        self._client: AIOKafkaConsumer | None = None
        self._at_hand: asyncio.Task[None] | None = None
        self._offsets: asyncio.Task[None] | None = None
        self._size = BatchSize()
        self._term = 0
        self._stopping = False
        self._joined = False
        self.last_progress = time.monotonic()

    @property
    def assigned(self) -> bool:
        """Whether the group has answered: this replica has its partitions, be it none."""
        return self._joined

    @property
    def lost(self) -> bool:
        """Whether the membership ended by an error that only a new process cures."""
        coordinator = getattr(self._client, "_coordinator", None)
        task = getattr(coordinator, "_coordination_task", None)
        return task is not None and task.done() and not self._stopping

    @property
    def lag(self) -> int:
        """Records that wait in the readable partitions of this replica, as far as the last fetches told."""
        client = self._client
        if client is None:
            return 0
        return sum(lag_of(client, partition) for partition in client.assignment() - client.paused())

    async def start(self) -> None:
        """Wait for the broker and the topics, visibly, and begin to read."""
        await wait_for_topics(self._cluster, list(self._names), client_id=self._service)
        pause = _FIRST_PAUSE
        while True:
            broker = self._subscribe(make_broker(self._cluster, self._service))
            try:
                await connect_carefully(broker, lambda _: self._observer.unreadable())
                await broker.start()
            except (KafkaError, OSError) as error:
                _log.warning("broker_unreachable", reason=class_of(error))
                await broker.stop()
                await asyncio.sleep(random.uniform(0, pause))  # noqa: S311  jitter, no secret
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                self._broker = broker
                return

    async def stop(self) -> None:
        """Finish or roll back the batch at hand and stop reading; a static member stays in its group."""
        self._stopping = True
        await _end_of(self._at_hand, within=_STOP_SECONDS)
        await _end_of(self._offsets, within=_STOP_SECONDS)
        if self._broker is not None:
            await self._broker.stop()

    def _subscribe(self, broker: KafkaBroker) -> KafkaBroker:
        subscriber = broker.subscriber(
            *self._names,
            group_id=f"{self._cluster.prefix}{self._service}",
            group_instance_id=self._instance,
            batch=True,
            max_records=MOST,
            batch_timeout_ms=POLL_MS,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            session_timeout_ms=round(self._session_seconds * 1000),
            heartbeat_interval_ms=min(3000, round(self._session_seconds * 1000 / 3)),
            max_poll_interval_ms=300_000,
            fetch_max_wait_ms=round(self._cluster.fetch_max_wait.total_seconds() * 1000),
            listener=self,
            parser=keep_raw,
            decoder=decode_nothing,
        )

        @subscriber
        async def consume(message: KafkaMessage) -> None:
            self._client = subscriber.consumer
            await self._consume(message.raw_message)

        self._subscriber = subscriber
        return broker

    async def _consume(self, raw: Sequence[ConsumerRecord[Any, Any]]) -> None:
        """Cut what was fetched into batches; each is decoded while the one before it is applied."""
        term, first = self._term, 0
        while first < len(raw):
            piece = raw[first : first + self._size.records]
            first += len(piece)
            prepared = await prepare(
                [to_record(record, self._names[record.topic], self._retry_topic) for record in piece]
            )
            await _end_of(self._at_hand)
            if self._stopping or term != self._term:
                # Whoever has the partitions now reads them from the offsets that are committed.
                return
            self._at_hand = asyncio.create_task(self._apply(piece, prepared))
        if len(raw) < _FEW_RECORDS:
            await asyncio.sleep(_REST_SECONDS)

    async def _apply(self, raw: Sequence[ConsumerRecord[Any, Any]], prepared: Prepared) -> None:
        pause = _FIRST_PAUSE
        while True:
            started = time.monotonic()
            try:
                self._observer.took((self._names[each.topic], each.partition, each.timestamp) for each in raw)
                await self._processor.process(prepared)
            except Exception as error:
                if self._stopping:
                    raise
                _log.warning("batch_waits", reason=class_of(error), outcome="retry")
                self._observer.retried()
                await asyncio.sleep(random.uniform(0, pause))  # noqa: S311  jitter, no secret
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                break
        self._size.took(len(raw), time.monotonic() - started)
        await _end_of(self._offsets)
        self._offsets = asyncio.create_task(self._commit(raw))

    async def _commit(self, raw: Sequence[ConsumerRecord[Any, Any]]) -> None:
        client = self._client
        if client is None:
            return
        offsets: dict[TopicPartition, int] = {}
        mine = client.assignment()
        for record in raw:
            partition = TopicPartition(record.topic, record.partition)
            if partition in mine:
                offsets[partition] = record.offset + 1
        try:
            if offsets:
                await client.commit(offsets)
        except (KafkaError, AssertionError) as error:
            # After a rebalance the partitions are another member's: the guard absorbs what comes twice.
            self._observer.commit_failed()
            _log.warning("commit_failed", reason=class_of(error))
        self.last_progress = time.monotonic()
        for partition in client.assignment():
            name = self._names[partition.topic]
            self._observer.progress(name, partition.partition, lag_of(client, partition))

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Let the batch at hand end before its partitions go to another member."""
        if revoked:
            self._term += 1
            try:
                async with asyncio.timeout(_REVOKE_SHARE * self._session_seconds):
                    await _end_of(self._at_hand)
                    await _end_of(self._offsets)
            except TimeoutError:
                _log.warning("revoked_while_busy", outcome="retry")

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Take note of the partitions of this replica."""
        self._client = self._subscriber.consumer
        self._joined = True
        self._observer.assigned(len(assigned))
        _log.info("partitions_assigned", outcome=str(len(assigned)))


async def _end_of(task: asyncio.Task[None] | None, *, within: float | None = None) -> None:
    """Wait for a task, which tells of its failures itself; cancelled when it takes longer."""
    if task is not None:
        _, late = await asyncio.wait([task], timeout=within)
        if late:
            task.cancel()
            await asyncio.wait([task])
