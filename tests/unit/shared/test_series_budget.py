"""A process shows at most 300 series, whatever is asked of it and whatever goes wrong."""

import pytest
from prometheus_client import CollectorRegistry

from deploy.docs import unstarted
from shared.events.catalog import SERVICES
from shared.http.auth import permissions
from shared.service import Service

BUDGET = 300
_ANSWERS = (0, 200, 302, 404, 500)
_STRANGE = [
    (method, "unmatched") for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER")
]


def samples(registry: CollectorRegistry) -> int:
    """The lines that a scrape gets."""
    return sum(len(family.samples) for family in registry.collect())


def everything_happens(service: Service) -> None:
    """Every route answers everything, and every record ends in every way."""
    for method, route in [*permissions(service.app), *_STRANGE]:
        for code in _ANSWERS:
            service.kernel.metrics.observe_http(method, route, code, 0.1)
    routes = service.routes
    for handler in (*routes.events.values(), *routes.tombstones.values()):
        for outcome in ("ok", "ignored", "duplicate", "dlq", "parked", "skipped", "gap"):
            service.observer.handled(handler.__name__, outcome, 0.1, None)
    for number in range(100):
        service.observer.dead_lettered(f"code_{number}")
        service.observer.relay_failed(RuntimeError(str(number)))
        for topic in routes.foreign:
            service.observer.took([(topic, number, 0)])
            service.observer.progress(topic, number, 1)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_stays_within_its_series(service: str) -> None:
    """Labels that handlers and routes do not have yet are found here, before Prometheus pays for them."""
    made = unstarted(service)
    at_rest = samples(made.kernel.registry)
    everything_happens(made)

    assert 100 < at_rest <= samples(made.kernel.registry) <= BUDGET
