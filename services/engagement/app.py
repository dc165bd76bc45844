"""The wiring of engagement."""

from services.engagement.api import make_api
from services.engagement.consumers import make_routes
from services.engagement.handlers import Handlers
from services.engagement.metrics import EngagementMetrics, StoreGauges
from services.engagement.persistence.people import find_person
from services.engagement.persistence.tables import METADATA
from services.engagement.settings import EngagementSettings
from services.engagement.vault import Vault
from shared.kernel import Kernel, Surroundings
from shared.service import Service


def create_service(settings: EngagementSettings, around: Surroundings | None = None) -> Service:
    """The service, not started."""
    kernel = Kernel("engagement", settings, metadata=METADATA, around=around)
    metrics = EngagementMetrics(kernel.registry)
    vault = Vault(settings.seal_bytes)
    handlers = Handlers(settings, metrics, vault)
    return Service(
        kernel,
        routes=make_routes(handlers),
        api=make_api(kernel, handlers, vault),
        person_by_login=find_person,
        gauges=(StoreGauges(metrics).refresh,),
    )
