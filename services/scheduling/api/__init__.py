"""The HTTP API of scheduling.

Members need no role: that they are members is what they may. Coordinators need the role and the program.
"""

from fastapi import APIRouter

from services.scheduling.api.availability import availability_routes
from services.scheduling.api.busy_times import busy_time_routes
from services.scheduling.api.context import Context
from services.scheduling.api.coordination import coordination_routes
from services.scheduling.api.own_calendar import own_calendar_routes
from services.scheduling.api.sessions import session_routes
from services.scheduling.handlers import Handlers
from services.scheduling.persistence.calendars import Holidays
from services.scheduling.settings import SchedulingSettings
from shared.kernel import Kernel


def make_api(
    kernel: Kernel, handlers: Handlers, settings: SchedulingSettings, holidays: Holidays
) -> APIRouter:
    """All routes."""
    context = Context(kernel.units, kernel.clock, handlers, settings, holidays)
    router = APIRouter()
    for routes in (
        availability_routes,
        busy_time_routes,
        own_calendar_routes,
        session_routes,
        coordination_routes,
    ):
        router.include_router(routes(context))
    return router
