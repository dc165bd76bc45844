"""The table of metrics is what `/metrics` of each service really shows."""

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.docs import METRICS
from shared.events.catalog import SERVICES
from tests.component.conftest import HarnessFactory

_ROW = re.compile(r"^\| `(mentoring_\w+)` \| (\w+) \|", re.MULTILINE)


def _documented(service: str) -> set[tuple[str, str]]:
    """Name and type of what the page says about a service."""
    sections = re.split(r"^## ", METRICS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    wanted = ("Every service", f"{service.title()} alone")
    return {row for section in sections if section.startswith(wanted) for row in _ROW.findall(section)}


@pytest.mark.parametrize("service", SERVICES)
async def test_the_documented_metrics_are_those_that_are_scraped(
    harness_factory: HarnessFactory, service: str
) -> None:
    """Nothing is missing in the table, and nothing in it is imagined."""
    harness = await harness_factory(service)
    async with harness.client() as client:
        answer = await client.get("/metrics")

    scraped = {
        (family.name + ("_total" if family.type == "counter" else ""), family.type)
        for family in text_string_to_metric_families(answer.text)
        if not family.name.endswith("_created")
    }
    assert answer.status_code == 200
    assert len(scraped) >= 27
    assert scraped == _documented(service)
