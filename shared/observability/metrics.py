"""The kernel's metrics: closed labels only, no id, key, name or offset ever.

A process shows at most 300 series, whatever happens to it. So what grows with handlers is a sum and a count
(averages), and what needs quantiles has one histogram a process.
"""

from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary, disable_created_metrics

from shared.observability.labels import (
    DEAD_REASONS,
    DUE_OUTCOMES,
    HTTP_ANSWERS,
    NO_ANSWER,
    NO_HANDLER,
    OUTCOMES,
    RELAY_ERRORS,
)

_AGE_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300)
_TRANSACTION_SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 1, 5, 30)
_HTTP_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 3, 10)

# A time stamp beside every counter would double the series.
disable_created_metrics()  # type: ignore[no-untyped-call]


def distribution_version() -> str:
    """The version of the installed distribution."""
    try:
        return version("mentoring-platform")
    except PackageNotFoundError:
        return "0"


class Pool(Protocol):
    """What is read of a database connection pool (SQLAlchemy's `QueuePool`)."""

    def size(self) -> int: ...
    def checkedout(self) -> int: ...


class KernelMetrics:
    """The metric families that every service has; a registry a service."""

    def __init__(self, registry: CollectorRegistry, service: str) -> None:
        self.registry = registry
        self._handlers(registry)
        self._consumer(registry)
        self._outbox(registry)
        self._set_aside(registry)
        self._store(registry)
        self._process(registry, service)
        for reason in DEAD_REASONS:
            self.dlq_messages.labels(reason)
        for reason in RELAY_ERRORS:
            self.outbox_publish_errors.labels(reason)
        for code in HTTP_ANSWERS:
            self.http_answers.labels(code)
        for outcome in OUTCOMES[1:]:
            self.handler_messages.labels(NO_HANDLER, outcome)

    def _handlers(self, registry: CollectorRegistry) -> None:
        self.handler_messages = Counter(
            "mentoring_handler_messages",
            "Records by what became of them; without an effect the handler is `none`.",
            ("handler", "outcome"),
            registry=registry,
        )
        self.handler_duration = Summary(
            "mentoring_handler_duration_seconds",
            "Time that a handler took for one record, without its share of the commit.",
            ("handler",),
            registry=registry,
        )
        self.event_age = Histogram(
            "mentoring_event_age_seconds",
            "System time from an event's recording to its effect in this store.",
            buckets=_AGE_SECONDS,
            registry=registry,
        )
        self.due_rows = Counter(
            "mentoring_due_rows_executed",
            "Due rows that were executed, by kind and outcome.",
            ("kind", "outcome"),
            registry=registry,
        )

    def _consumer(self, registry: CollectorRegistry) -> None:
        self.consumer_lag = Gauge(
            "mentoring_consumer_lag_records",
            "Records of this member's partitions that were not consumed yet.",
            ("topic",),
            registry=registry,
        )
        self.consumer_lag_seconds = Gauge(
            "mentoring_consumer_lag_seconds",
            "Age of the oldest record that this member has not consumed yet; 0 when none waits.",
            ("topic",),
            registry=registry,
        )
        self.last_progress = Gauge(
            "mentoring_consumer_last_progress_timestamp_seconds",
            "Unix time at which the consumer last ended a batch.",
            registry=registry,
        )
        self.assigned_partitions = Gauge(
            "mentoring_consumer_assigned_partitions", "Partitions assigned to this member.", registry=registry
        )
        self.rebalances = Counter(
            "mentoring_rebalances",
            "Assignments that the consumer group gave to this member.",
            registry=registry,
        )
        self.commit_errors = Counter(
            "mentoring_commit_errors", "Offset commits that failed.", registry=registry
        )
        self.batch_retries = Counter(
            "mentoring_batch_retries",
            "Attempts at a batch that the store or the broker let down; it is tried again.",
            registry=registry,
        )
        self.inbox_duplicates = Counter(
            "mentoring_inbox_duplicates",
            "Records refused because their effect was there already.",
            registry=registry,
        )
        self.sequence_gaps = Counter(
            "mentoring_sequence_gaps", "Records that came before their predecessor.", registry=registry
        )
        self.clock_skew = Counter(
            "mentoring_clock_skew", "Records that claim to be recorded in the future.", registry=registry
        )

    def _outbox(self, registry: CollectorRegistry) -> None:
        self.outbox_pending = Gauge(
            "mentoring_outbox_pending_rows",
            "Outbox rows that wait for the relay (an estimate).",
            registry=registry,
        )
        self.outbox_oldest_age = Gauge(
            "mentoring_outbox_oldest_age_seconds", "Age of the oldest waiting outbox row.", registry=registry
        )
        self.outbox_published = Counter(
            "mentoring_outbox_published", "Outbox rows that the broker acknowledged.", registry=registry
        )
        self.outbox_publish_errors = Counter(
            "mentoring_outbox_publish_errors",
            "Times that the relay started over, by what failed.",
            ("reason",),
            registry=registry,
        )
        self.relay_shards_held = Gauge(
            "mentoring_relay_shards_held", "Outbox shards that this process relays.", registry=registry
        )

    def _set_aside(self, registry: CollectorRegistry) -> None:
        self.dlq_messages = Counter(
            "mentoring_dlq_messages", "Records that became dead letters.", ("reason",), registry=registry
        )
        self.dlq_waiting = Gauge(
            "mentoring_dlq_waiting_rows", "Dead letters that wait for a decision.", registry=registry
        )
        self.parked_keys = Gauge(
            "mentoring_parked_keys",
            "Keys whose records wait behind a dead letter or a gap.",
            registry=registry,
        )

    def _store(self, registry: CollectorRegistry) -> None:
        self.transaction_duration = Histogram(
            "mentoring_db_tx_duration_seconds",
            "Time from a transaction's begin to the end of its commit.",
            buckets=_TRANSACTION_SECONDS,
            registry=registry,
        )
        self.db_pool_size = Gauge(
            "mentoring_db_pool_size_connections", "Connections that the pool keeps.", registry=registry
        )
        self.db_pool_in_use = Gauge(
            "mentoring_db_pool_in_use_connections", "Connections that are in use.", registry=registry
        )

    def _process(self, registry: CollectorRegistry, service: str) -> None:
        self.event_loop_lag = Gauge(
            "mentoring_event_loop_lag_seconds",
            "How late the event loop last woke a sleeper.",
            registry=registry,
        )
        self.http_requests = Counter(
            "mentoring_http_requests",
            "HTTP requests by route template.",
            ("method", "route"),
            registry=registry,
        )
        self.http_answers = Counter(
            "mentoring_http_answers",
            "HTTP answers by the class of their status; `none`: the caller left before.",
            ("code",),
            registry=registry,
        )
        self.http_duration = Histogram(
            "mentoring_http_request_duration_seconds",
            "Time from a request's first byte to the end of its answer.",
            buckets=_HTTP_SECONDS,
            registry=registry,
        )
        self.log_fields_dropped = Counter(
            "mentoring_log_fields_dropped", "Fields that the log's allow-list held back.", registry=registry
        )
        Gauge(
            "mentoring_build_info",
            "Always 1; which version runs.",
            ("service", "version", "python"),
            registry=registry,
        ).labels(service, distribution_version(), python_version()).set(1)

    def declare(self, handlers: Iterable[str]) -> None:
        """Start the series of `handlers` at 0."""
        for handler in handlers:
            self.handler_duration.labels(handler)
            self.handler_messages.labels(handler, "ok")

    def declare_due(self, kinds: Iterable[str]) -> None:
        """Start the series of the `kinds` of due rows at 0."""
        for kind in kinds:
            for outcome in DUE_OUTCOMES:
                self.due_rows.labels(kind, outcome)

    def declare_lag(self, topics: Mapping[str, tuple[Callable[[], float], Callable[[], float]]]) -> None:
        """Read the records and the seconds by which topics lag at each scrape."""
        for topic, (records, seconds) in topics.items():
            self.consumer_lag.labels(topic).set_function(records)
            self.consumer_lag_seconds.labels(topic).set_function(seconds)

    def observe_http(self, method: str, route: str, code: int, seconds: float) -> None:
        """Count one request; `code` 0 is one whose caller left before the answer."""
        self.http_requests.labels(method, route).inc()
        self.http_answers.labels(f"{code // 100}xx" if code else NO_ANSWER).inc()
        self.http_duration.observe(seconds)

    def watch_pool(self, pool: Pool) -> None:
        """Read the connection pool's figures at each scrape."""
        self.db_pool_size.set_function(pool.size)
        self.db_pool_in_use.set_function(pool.checkedout)
