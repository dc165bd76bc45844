"""The wiring of matching."""

from services.matching.api import make_api
from services.matching.consumers import make_routes
from services.matching.gauges import MatchGauges
from services.matching.handlers import Handlers
from services.matching.metrics import MatchingMetrics
from services.matching.people_metrics import PeopleGauges, PeopleMetrics
from services.matching.persistence.people_repository import find_person
from services.matching.persistence.tables import METADATA
from services.matching.settings import MatchingSettings
from shared.kernel import Kernel, Surroundings
from shared.service import Service


def create_service(settings: MatchingSettings, around: Surroundings | None = None) -> Service:
    """The service, not started."""
    kernel = Kernel("matching", settings, metadata=METADATA, around=around)
    metrics, people_metrics = MatchingMetrics(kernel.registry), PeopleMetrics(kernel.registry)
    handlers = Handlers(settings, metrics, people_metrics, kernel.new_id)
    return Service(
        kernel,
        routes=make_routes(handlers, settings.hris_topics),
        api=make_api(kernel, handlers),
        person_by_login=find_person,
        workers=(handlers.solver.run,),
        gauges=(MatchGauges(metrics).refresh, PeopleGauges(people_metrics).refresh),
    )
