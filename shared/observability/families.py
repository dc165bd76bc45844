"""The metric families of a registry, as the documentation lists them."""

from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase


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
