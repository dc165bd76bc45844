"""Metrics have closed labels, a help text, and series that stand at 0 before anything happens."""

import asyncio
import re

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from shared.observability.families import describe
from shared.observability.loop_lag import watch_loop_lag
from shared.observability.metrics import KernelMetrics
from tests.support.eventually import eventually


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def metrics(registry: CollectorRegistry) -> KernelMetrics:
    return KernelMetrics(registry, "matching")


def test_declared_series_stand_at_zero(metrics: KernelMetrics, registry: CollectorRegistry) -> None:
    metrics.declare(["people"])
    metrics.declare_due(["expiry"])

    value = registry.get_sample_value
    assert value("mentoring_handler_messages_total", {"handler": "people", "outcome": "ok"}) == 0
    assert value("mentoring_handler_messages_total", {"handler": "none", "outcome": "dlq"}) == 0
    assert value("mentoring_handler_duration_seconds_count", {"handler": "people"}) == 0
    assert value("mentoring_event_age_seconds_count") == 0
    assert value("mentoring_dlq_messages_total", {"reason": "bad_body"}) == 0
    assert value("mentoring_outbox_publish_errors_total", {"reason": "timeout"}) == 0
    assert value("mentoring_due_rows_executed_total", {"kind": "expiry", "outcome": "ok"}) == 0
    assert value("mentoring_http_answers_total", {"code": "5xx"}) == 0


def test_no_series_is_spent_on_when_a_counter_began(
    metrics: KernelMetrics, registry: CollectorRegistry
) -> None:
    metrics.rebalances.inc()

    assert b"_created" not in generate_latest(registry)


def test_requests_are_counted_by_route_and_answers_by_class(
    metrics: KernelMetrics, registry: CollectorRegistry
) -> None:
    metrics.observe_http("GET", "/things/{id}", 204, 0.2)
    metrics.observe_http("GET", "/things/{id}", 503, 0.2)
    metrics.observe_http("GET", "/things/{id}", 0, 0.2)

    value = registry.get_sample_value
    assert value("mentoring_http_requests_total", {"method": "GET", "route": "/things/{id}"}) == 3
    assert [value("mentoring_http_answers_total", {"code": code}) for code in ("2xx", "5xx", "none")] == [
        1
    ] * 3
    assert value("mentoring_http_request_duration_seconds_bucket", {"le": "0.1"}) == 0
    assert value("mentoring_http_request_duration_seconds_bucket", {"le": "0.3"}) == 3


def test_every_family_is_described_as_it_is_scraped(
    metrics: KernelMetrics, registry: CollectorRegistry
) -> None:
    rows = describe(registry)
    scraped = re.findall(r"^# TYPE (\S+) (\S+)$", generate_latest(registry).decode(), re.MULTILINE)

    assert {(name, kind) for name, kind, _, _ in rows} == set(scraped)
    assert all(name.startswith("mentoring_") and help_text.endswith(".") for name, _, _, help_text in rows)
    assert (
        "mentoring_http_requests_total",
        "counter",
        ("method", "route"),
        "HTTP requests by route template.",
    ) in rows


def test_the_pool_is_read_at_each_scrape(metrics: KernelMetrics, registry: CollectorRegistry) -> None:
    class Pool:
        used = 1

        def size(self) -> int:
            return 5

        def checkedout(self) -> int:
            return self.used

    pool = Pool()
    metrics.watch_pool(pool)
    pool.used = 4

    assert registry.get_sample_value("mentoring_db_pool_size_connections") == 5
    assert registry.get_sample_value("mentoring_db_pool_in_use_connections") == 4


async def test_the_loops_lag_is_measured(metrics: KernelMetrics, registry: CollectorRegistry) -> None:
    metrics.event_loop_lag.set(-1)
    task = asyncio.create_task(watch_loop_lag(metrics, interval_s=0.001))
    await eventually(lambda: (registry.get_sample_value("mentoring_event_loop_lag_seconds") or 0) >= 0, 5)
    task.cancel()

    assert await asyncio.gather(task, return_exceptions=True)
