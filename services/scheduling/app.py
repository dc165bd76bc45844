"""The wiring of scheduling."""

from services.scheduling.api import make_api
from services.scheduling.consumers import make_routes
from services.scheduling.handlers import Handlers
from services.scheduling.holidays import PublicHolidays
from services.scheduling.metrics import SchedulingMetrics, StoreGauges
from services.scheduling.persistence.people import find_person
from services.scheduling.persistence.tables import METADATA
from services.scheduling.settings import SchedulingSettings
from shared.kernel import Kernel, Surroundings
from shared.service import Service


def create_service(settings: SchedulingSettings, around: Surroundings | None = None) -> Service:
    """The service, not started."""
    kernel = Kernel("scheduling", settings, metadata=METADATA, around=around)
    metrics = SchedulingMetrics(kernel.registry)
    holidays = PublicHolidays()
    handlers = Handlers(settings, metrics, holidays)
    return Service(
        kernel,
        routes=make_routes(handlers),
        api=make_api(kernel, handlers, settings, holidays),
        person_by_login=find_person,
        gauges=(StoreGauges(metrics).refresh,),
    )
