"""Metrics have closed labels, a help text, and series that stand at 0 before anything happens."""

import asyncio
import re

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from shared.observability.loop_lag import watch_loop_lag
from shared.observability.metrics import KernelMetrics, describe
from tests.support.eventually import eventually


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def metrics(registry: CollectorRegistry) -> KernelMetrics:
    return KernelMetrics(registry, "matching")


def test_declared_series_stand_at_zero(metrics: KernelMetrics, registry: CollectorRegistry) -> None:
    metrics.declare(["people"], ["mentoring.person.changed.v1"])
    metrics.declare_reasons(dlq=["malformed"], publish=["timeout"])
    metrics.declare_due(["expiry"])

    value = registry.get_sample_value
    outcome = {"handler": "people", "event_type": "unknown", "outcome": "dlq"}
    known = {"handler": "people", "event_type": "mentoring.person.changed.v1", "outcome": "ok"}
    assert value("mentoring_handler_messages_total", outcome) == 0
    assert value("mentoring_handler_messages_total", known) == 0
    assert value("mentoring_event_age_seconds_count", {"handler": "people"}) == 0
    assert value("mentoring_dlq_messages_total", {"reason": "malformed"}) == 0
    assert value("mentoring_outbox_publish_errors_total", {"reason": "timeout"}) == 0
    assert value("mentoring_due_rows_executed_total", {"kind": "expiry", "outcome": "ok"}) == 0


def test_a_type_that_nobody_declared_makes_no_series_of_its_own(
    metrics: KernelMetrics, registry: CollectorRegistry
) -> None:
    metrics.declare(["people"], ["mentoring.person.changed.v1"])
    metrics.count_message("people", "canary.person@example.org", "skipped", 2)
    metrics.count_message("people", "mentoring.person.changed.v1", "ok")

    unknown = {"handler": "people", "event_type": "unknown", "outcome": "skipped"}
    assert registry.get_sample_value("mentoring_handler_messages_total", unknown) == 2
    assert b"canary" not in generate_latest(registry)


def test_every_family_is_described_as_it_is_scraped(
    metrics: KernelMetrics, registry: CollectorRegistry
) -> None:
    rows = describe(registry)
    scraped = re.findall(r"^# TYPE (\S+) (\S+)$", generate_latest(registry).decode(), re.MULTILINE)

    assert {(name, kind) for name, kind, _, _ in rows} == {
        pair for pair in scraped if not pair[0].endswith("_created")
    }
    assert all(name.startswith("mentoring_") and help_text.endswith(".") for name, _, _, help_text in rows)
    assert (
        "mentoring_http_requests_total",
        "counter",
        ("method", "route", "code"),
        "HTTP requests, by route template.",
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
