"""What messaging tells the metrics: lag in records and seconds, outcomes, errors by closed sets."""

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError
from prometheus_client import CollectorRegistry, generate_latest

from shared.messaging.lag import Lag
from shared.messaging.observer import Observer
from shared.messaging.routes import Routes
from shared.observability.metrics import KernelMetrics

MATCHES = "mentoring.matches.v1"


class Clock:
    """Seconds that a test sets."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lag(clock: Clock) -> Lag:
    return Lag(clock)


def test_a_stuck_batch_ages(lag: Lag, clock: Clock) -> None:
    """From its oldest record on, whatever was known before."""
    lag.took([(MATCHES, 0, 990_000), (MATCHES, 0, 995_000), (MATCHES, 3, 980_000)])
    clock.now = 1_030.0

    assert lag.seconds(MATCHES) == 50.0


def test_a_partition_read_to_its_end_has_no_age(lag: Lag) -> None:
    lag.took([(MATCHES, 0, 990_000)])
    lag.left(MATCHES, 0, 0)

    assert (lag.records(MATCHES), lag.seconds(MATCHES)) == (0, 0.0)


def test_what_is_left_is_as_old_as_the_last_record_that_was_read(lag: Lag) -> None:
    """The next one's time is not known before it is read."""
    lag.took([(MATCHES, 0, 900_000), (MATCHES, 0, 940_000)])
    lag.left(MATCHES, 0, 7)
    lag.left(MATCHES, 1, 5)

    assert (lag.records(MATCHES), lag.seconds(MATCHES)) == (12, 60.0)


def test_partitions_that_went_to_another_member_lag_here_no_more(lag: Lag) -> None:
    lag.took([(MATCHES, 0, 900_000)])
    lag.left(MATCHES, 0, 7)
    lag.forget()

    assert (lag.records(MATCHES), lag.seconds(MATCHES)) == (0, 0.0)


def test_a_record_of_the_future_has_no_negative_age(lag: Lag) -> None:
    lag.took([(MATCHES, 0, 2_000_000)])

    assert lag.seconds(MATCHES) == 0.0


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def observer(registry: CollectorRegistry) -> Observer:
    return Observer(KernelMetrics(registry, "engagement"), "engagement")


def test_a_service_shows_the_lag_of_the_topics_that_it_reads(
    observer: Observer, registry: CollectorRegistry
) -> None:
    observer.declare(Routes())
    observer.took([(MATCHES, 0, 1_000)])
    observer.progress(MATCHES, 0, 3)

    value = registry.get_sample_value
    assert value("mentoring_consumer_lag_records", {"topic": MATCHES}) == 3
    assert (value("mentoring_consumer_lag_seconds", {"topic": MATCHES}) or 0) > 1_000_000
    assert value("mentoring_consumer_lag_records", {"topic": "mentoring.engagement.retry"}) == 0
    assert value("mentoring_consumer_lag_records", {"topic": "mentoring.participants.v1"}) is None


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (KafkaConnectionError(), "broker"),
        (TimeoutError(), "timeout"),
        (ConnectionResetError(), "connection"),
        (asyncpg.InterfaceError("x"), "database"),
        (ValueError("canary"), "other"),
    ],
)
def test_a_failure_of_the_relay_is_counted_under_one_of_few_reasons(
    observer: Observer, registry: CollectorRegistry, error: Exception, reason: str
) -> None:
    observer.relay_failed(error)

    assert registry.get_sample_value("mentoring_outbox_publish_errors_total", {"reason": reason}) == 1


def test_codes_of_refused_foreign_records_share_one_series(
    observer: Observer, registry: CollectorRegistry
) -> None:
    observer.dead_lettered("bad_body")
    observer.dead_lettered("canary_code")

    assert registry.get_sample_value("mentoring_dlq_messages_total", {"reason": "refused"}) == 1
    assert b"canary" not in generate_latest(registry)


def test_only_effects_have_a_handler(observer: Observer, registry: CollectorRegistry) -> None:
    observer.handled("match_proposed", "ok", 0.25, None)
    observer.handled("none", "gap", 0.0, None)

    value = registry.get_sample_value
    assert value("mentoring_handler_duration_seconds_sum", {"handler": "match_proposed"}) == 0.25
    assert value("mentoring_handler_messages_total", {"handler": "none", "outcome": "gap"}) == 1
    assert value("mentoring_sequence_gaps_total") == 1
