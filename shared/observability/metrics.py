"""The kernel's metrics: closed labels only, no id, key, name or offset ever."""

from collections.abc import Collection, Iterable
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

OUTCOMES = ("ok", "ignored", "duplicate", "retry", "dlq", "parked", "skipped", "gap", "unreadable")
"""What became of a record."""
UNKNOWN = "unknown"
DUE_OUTCOMES = ("ok", "retry", "error")

_HANDLER_SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30)
_AGE_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300)
_HTTP_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 3, 10)


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
        self._event_types: set[str] = set()
        self._handlers(registry)
        self._consumer(registry)
        self._outbox(registry)
        self._set_aside(registry)
        self._process(registry, service)

    def _handlers(self, registry: CollectorRegistry) -> None:
        self.handler_messages = Counter(
            "mentoring_handler_messages",
            "Records that a handler took, by what became of them.",
            ("handler", "event_type", "outcome"),
            registry=registry,
        )
        self.handler_duration = Histogram(
            "mentoring_handler_duration_seconds",
            "Time that a handler took for one record.",
            ("handler",),
            buckets=_HANDLER_SECONDS,
            registry=registry,
        )
        self.event_age = Histogram(
            "mentoring_event_age_seconds",
            "System time from an event's recording to its effect in this store.",
            ("handler",),
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
            "Records of an assigned partition that were not consumed yet.",
            ("group", "topic", "partition"),
            registry=registry,
        )
        self.last_progress = Gauge(
            "mentoring_consumer_last_progress_timestamp_seconds",
            "Unix time at which the consumer last committed or found nothing to do.",
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
            "Batches of outbox rows that the broker did not take.",
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

    def _process(self, registry: CollectorRegistry, service: str) -> None:
        self.event_loop_lag = Gauge(
            "mentoring_event_loop_lag_seconds",
            "How late the event loop last woke a sleeper.",
            registry=registry,
        )
        self.db_pool_size = Gauge(
            "mentoring_db_pool_size_connections", "Connections that the pool keeps.", registry=registry
        )
        self.db_pool_in_use = Gauge(
            "mentoring_db_pool_in_use_connections", "Connections that are in use.", registry=registry
        )
        self.http_requests = Counter(
            "mentoring_http_requests",
            "HTTP requests, by route template.",
            ("method", "route", "code"),
            registry=registry,
        )
        self.http_duration = Histogram(
            "mentoring_http_request_duration_seconds",
            "Time from a request's first byte to the end of its answer.",
            ("method", "route"),
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

    def declare(self, handlers: Iterable[str], event_types: Collection[str] = ()) -> None:
        """Start the series of `handlers` at 0 and add their `event_types` to the closed set.

        Call it once a handler, with the types that this handler takes, to keep the number of series small.
        """
        self._event_types.update(event_types)
        for handler in handlers:
            self.handler_duration.labels(handler)
            self.event_age.labels(handler)
            for outcome in OUTCOMES:
                self.handler_messages.labels(handler, UNKNOWN, outcome)
            for event_type in event_types:
                self.handler_messages.labels(handler, event_type, "ok")

    def declare_reasons(self, *, dlq: Iterable[str] = (), publish: Iterable[str] = ()) -> None:
        """Start the series of the reasons of dead letters and of publish errors at 0."""
        for reason in dlq:
            self.dlq_messages.labels(reason)
        for reason in publish:
            self.outbox_publish_errors.labels(reason)

    def declare_due(self, kinds: Iterable[str]) -> None:
        """Start the series of the `kinds` of due rows at 0."""
        for kind in kinds:
            for outcome in DUE_OUTCOMES:
                self.due_rows.labels(kind, outcome)

    def count_message(self, handler: str, event_type: str, outcome: str, amount: int = 1) -> None:
        """Count records; a type that was not declared counts as `unknown`."""
        known = event_type if event_type in self._event_types else UNKNOWN
        self.handler_messages.labels(handler, known, outcome).inc(amount)

    def observe_http(self, method: str, route: str, code: int, seconds: float) -> None:
        """Count one request; `code` 0 is one whose caller left before the answer."""
        self.http_requests.labels(method, route, str(code)).inc()
        self.http_duration.labels(method, route).observe(seconds)

    def watch_pool(self, pool: Pool) -> None:
        """Read the connection pool's figures at each scrape."""
        self.db_pool_size.set_function(pool.size)
        self.db_pool_in_use.set_function(pool.checkedout)


def describe(registry: CollectorRegistry) -> list[tuple[str, str, tuple[str, ...], str]]:
    """Name as it is scraped, type, labels and help of every family, by name: the table in the docs."""
    rows = []
    for collector in set(registry._collector_to_names):  # noqa: SLF001 - a family without a series shows no labels
        labels = tuple(collector._labelnames) if isinstance(collector, MetricWrapperBase) else ()  # noqa: SLF001
        families = collector.describe() if isinstance(collector, MetricWrapperBase) else collector.collect()
        for family in families:
            suffix = "_total" if family.type == "counter" else ""
            rows.append((family.name + suffix, family.type, labels, family.documentation))
    return sorted(rows)
