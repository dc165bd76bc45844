"""What messaging tells the metrics."""

import time
from collections.abc import Iterable
from datetime import datetime
from functools import partial

import asyncpg
from aiokafka.errors import KafkaError

from shared.clock import system_now
from shared.events.catalog import consumed_by
from shared.messaging.lag import Lag
from shared.messaging.routes import Routes
from shared.observability.labels import DEAD_REASONS, NO_HANDLER
from shared.observability.metrics import KernelMetrics


class Observer:
    """Turns what happened to records, rows and partitions into the kernel's metric families."""

    def __init__(self, metrics: KernelMetrics, service: str) -> None:
        self._metrics = metrics
        self._service = service
        self._lag = Lag()

    def declare(self, routes: Routes) -> None:
        """Begin every series at zero, so that rates and absences can be told."""
        handlers = [*routes.events.values(), *routes.tombstones.values()]
        self._metrics.declare([*(handler.__name__ for handler in handlers), *routes.foreign])
        self._metrics.declare_due(routes.due)
        topics = [*(topic.name for topic in consumed_by(self._service)), *routes.foreign]
        self._metrics.declare_lag(
            {
                topic: (partial(self._lag.records, topic), partial(self._lag.seconds, topic))
                for topic in topics
            }
        )

    def handled(self, handler: str, outcome: str, seconds: float, recorded: datetime | None) -> None:
        """One record reached its end."""
        if outcome == "ok":
            self._metrics.handler_messages.labels(handler, outcome).inc()
            self._metrics.handler_duration.labels(handler).observe(seconds)
        else:
            self._metrics.handler_messages.labels(NO_HANDLER, outcome).inc()
        if outcome == "duplicate":
            self._metrics.inbox_duplicates.inc()
        if outcome == "gap":
            self._metrics.sequence_gaps.inc()
        if recorded is not None:
            age = (system_now() - recorded).total_seconds()
            if age < 0:
                self._metrics.clock_skew.inc()
            self._metrics.event_age.observe(max(0.0, age))

    def dead_lettered(self, reason: str) -> None:
        """One record went to the dead letters."""
        self._metrics.dlq_messages.labels(reason if reason in DEAD_REASONS else "refused").inc()

    def unreadable(self) -> None:
        """A partition stopped at something that is no record."""
        self._metrics.handler_messages.labels(NO_HANDLER, "unreadable").inc()

    def retried(self) -> None:
        """A batch waits for the infrastructure."""
        self._metrics.batch_retries.inc()

    def commit_failed(self) -> None:
        """Offsets could not be committed."""
        self._metrics.commit_errors.inc()

    def assigned(self, partitions: int) -> None:
        """The group gave this member its partitions."""
        self._lag.forget()
        self._metrics.rebalances.inc()
        self._metrics.assigned_partitions.set(partitions)

    def took(self, records: Iterable[tuple[str, int, int]]) -> None:
        """A batch begins: topic, partition and time in milliseconds of each record."""
        self._lag.took(records)

    def progress(self, topic: str, partition: int, lag: int) -> None:
        """The consumer moved on."""
        self._metrics.last_progress.set(time.time())
        self._lag.left(topic, partition, lag)

    def shards_held(self, shards: int) -> None:
        """The relay holds this many shards."""
        self._metrics.relay_shards_held.set(shards)

    def published(self, rows: int) -> None:
        """The broker acknowledged rows."""
        self._metrics.outbox_published.inc(rows)

    def relay_failed(self, error: BaseException) -> None:
        """The relay starts over."""
        self._metrics.outbox_publish_errors.labels(_kind_of(error)).inc()

    def outbox(self, waiting: int, age_seconds: float) -> None:
        """What waits in the outbox."""
        self._metrics.outbox_pending.set(waiting)
        self._metrics.outbox_oldest_age.set(max(0.0, age_seconds))

    def due_done(self, kind: str, outcome: str) -> None:
        """A row of due work was done, or failed."""
        self._metrics.due_rows.labels(kind, outcome).inc()

    def waiting(self, dead: int, parked: int) -> None:
        """What waits for an operator."""
        self._metrics.dlq_waiting.set(dead)
        self._metrics.parked_keys.set(parked)


def _kind_of(error: BaseException) -> str:
    """Which of the relay's errors this is; a connection to the broker fails as an error of its client."""
    if isinstance(error, KafkaError):
        return "broker"
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, OSError):
        return "connection"
    if isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError | asyncpg.InternalClientError):
        return "database"
    return "other"
