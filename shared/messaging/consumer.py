"""The batch consumer: raw records in, one transaction, explicit offsets after it."""

import asyncio
import random
import time
import zlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import FAKE_CONSUMER

from shared.events.catalog import retry_topic
from shared.messaging.broker import Cluster, make_broker
from shared.messaging.careful_consumer import connect_carefully
from shared.messaging.observer import Observer
from shared.messaging.processor import Processor
from shared.messaging.records import Record
from shared.messaging.replays import replayed_id
from shared.messaging.topics import wait_for_topics
from shared.persistence.failures import class_of

BATCH_RECORDS: Final = 200
"""Small enough that a slow handler gives way to a stop or a rebalance within seconds."""
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
        self._instance = None if slot is None else f"{cluster.prefix}{service}-{slot}-{_digest(self._names)}"
        self._broker: KafkaBroker | None = None
        self._client: AIOKafkaConsumer | None = None
        self._busy = asyncio.Lock()
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
        return sum(self._lag(client, partition) for partition in client.assignment() - client.paused())

    async def start(self) -> None:
        """Wait for the broker and the topics, visibly, and begin to read."""
        await wait_for_topics(self._cluster, list(self._names), client_id=self._service)
        pause = _FIRST_PAUSE
        while True:
            broker = self._subscribe(make_broker(self._cluster, self._service))
            try:
                await connect_carefully(broker, self._unreadable)
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
        if self._broker is not None:
            await self._broker.stop()

    def _subscribe(self, broker: KafkaBroker) -> KafkaBroker:
        subscriber = broker.subscriber(
            *self._names,
            group_id=f"{self._cluster.prefix}{self._service}",
            group_instance_id=self._instance,
            batch=True,
            max_records=BATCH_RECORDS,
            batch_timeout_ms=POLL_MS,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            session_timeout_ms=round(self._session_seconds * 1000),
            heartbeat_interval_ms=min(3000, round(self._session_seconds * 1000 / 3)),
            max_poll_interval_ms=300_000,
            fetch_max_wait_ms=round(self._cluster.fetch_max_wait.total_seconds() * 1000),
            listener=self,
            parser=_keep_raw,
            decoder=_decode_nothing,
        )

        @subscriber
        async def consume(message: KafkaMessage) -> None:
            self._client = subscriber.consumer
            await self._consume(message.raw_message)

        self._subscriber = subscriber
        return broker

    async def _consume(self, raw: Sequence[ConsumerRecord[Any, Any]]) -> None:
        if self._stopping:
            return
        async with self._busy:
            records = [self._record(record) for record in raw]
            pause = _FIRST_PAUSE
            while True:
                try:
                    await self._processor.process(records)
                except Exception as error:
                    if self._stopping:
                        raise
                    _log.warning("batch_waits", reason=class_of(error), outcome="retry")
                    self._observer.retried()
                    await asyncio.sleep(random.uniform(0, pause))  # noqa: S311  jitter, no secret
                    pause = min(pause * 2, _LONGEST_PAUSE)
                else:
                    break
            await self._commit(raw)

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
            self._observer.progress(name, partition.partition, self._lag(client, partition))

    def _record(self, raw: ConsumerRecord[Any, Any]) -> Record:
        topic = self._names[raw.topic]
        headers = tuple(raw.headers)
        return Record(
            topic=topic,
            partition=raw.partition,
            offset=raw.offset,
            key=raw.key,
            value=raw.value,
            headers=headers,
            replay_of=replayed_id(headers) if topic == self._retry_topic else None,
        )

    def _unreadable(self, partition: TopicPartition) -> None:
        self._observer.unreadable(self._names[partition.topic])

    def _lag(self, client: AIOKafkaConsumer, partition: TopicPartition) -> int:
        high = client.highwater(partition)
        fetched = client._subscription.subscription  # noqa: SLF001  aiokafka offers no position without an await
        state = fetched.assignment.state_value(partition) if fetched and fetched.assignment else None
        position = state.position if state is not None and state.has_valid_position else None
        return max(0, high - position) if high is not None and position is not None else 0

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Let the batch at hand end before its partitions go to another member."""
        if revoked:
            try:
                async with asyncio.timeout(_REVOKE_SHARE * self._session_seconds), self._busy:
                    pass
            except TimeoutError:
                _log.warning("revoked_while_busy", outcome="retry")

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Take note of the partitions of this replica."""
        self._client = self._subscriber.consumer
        self._joined = True
        self._observer.assigned(len(assigned))
        _log.info("partitions_assigned", outcome=str(len(assigned)))


def _digest(topics: Iterable[str]) -> str:
    """Of a static member's topics: a known member gets its old partitions, whatever it asks for now."""
    return f"{zlib.crc32(','.join(sorted(topics)).encode()):08x}"


async def _keep_raw(raw: Any) -> KafkaMessage:
    """A parser that cannot fail: it looks at nothing."""
    return KafkaMessage(
        body=b"", raw_message=raw, headers={}, message_id="", correlation_id=None, consumer=FAKE_CONSUMER
    )


async def _decode_nothing(_: KafkaMessage) -> None:
    """A decoder that cannot fail: records are decoded one by one, by us."""
