"""What messaging tells the metrics."""

import time
from datetime import datetime

from shared.clock import system_now
from shared.messaging.routes import Routes
from shared.observability.metrics import KernelMetrics


class Observer:
    """Turns what happened to records, rows and partitions into the kernel's metric families."""

    def __init__(self, metrics: KernelMetrics, group: str) -> None:
        self._metrics = metrics
        self._group = group

    def declare(self, routes: Routes) -> None:
        """Begin every series at zero, so that rates and absences can be told."""
        for event, handler in routes.events.items():
            self._metrics.declare([handler.__name__], [event.type])
        self._metrics.declare([handler.__name__ for handler in routes.tombstones.values()])
        self._metrics.declare_due(routes.due)

    def handled(
        self, handler: str, event_type: str, outcome: str, seconds: float, recorded: datetime | None
    ) -> None:
        """One record reached its end."""
        self._metrics.count_message(handler, event_type, outcome)
        if outcome == "duplicate":
            self._metrics.inbox_duplicates.inc()
        if outcome == "gap":
            self._metrics.sequence_gaps.inc()
        if outcome == "ok":
            self._metrics.handler_duration.labels(handler).observe(seconds)
        if recorded is not None:
            age = (system_now() - recorded).total_seconds()
            if age < 0:
                self._metrics.clock_skew.inc()
            self._metrics.event_age.labels(handler).observe(max(0.0, age))

    def dead_lettered(self, reason: str) -> None:
        """One record went to the dead letters."""
        self._metrics.dlq_messages.labels(reason).inc()

    def unreadable(self, topic: str) -> None:
        """A partition stopped at something that is no record."""
        self._metrics.count_message(topic, "unknown", "unreadable")

    def retried(self) -> None:
        """A batch waits for the infrastructure."""
        self._metrics.count_message("batch", "unknown", "retry")

    def commit_failed(self) -> None:
        """Offsets could not be committed."""
        self._metrics.commit_errors.inc()

    def assigned(self, partitions: int) -> None:
        """The group gave this member its partitions."""
        self._metrics.rebalances.inc()
        self._metrics.assigned_partitions.set(partitions)

    def progress(self, topic: str, partition: int, lag: int) -> None:
        """The consumer moved on."""
        self._metrics.last_progress.set(time.time())
        self._metrics.consumer_lag.labels(self._group, topic, str(partition)).set(lag)

    def shards_held(self, shards: int) -> None:
        """The relay holds this many shards."""
        self._metrics.relay_shards_held.set(shards)

    def published(self, rows: int) -> None:
        """The broker acknowledged rows."""
        self._metrics.outbox_published.inc(rows)

    def relay_failed(self, reason: str) -> None:
        """The relay starts over."""
        self._metrics.outbox_publish_errors.labels(reason).inc()

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
