"""The HTTP API of matching.

Members need no role: what is theirs is theirs. Coordinators need the role and the program.
"""

from fastapi import APIRouter

from services.matching.api.checks import check_routes
from services.matching.api.cohorts import cohort_routes
from services.matching.api.comparisons import comparison_routes
from services.matching.api.context import Context
from services.matching.api.decision_logs import decision_log_routes
from services.matching.api.enrolments import enrolment_routes
from services.matching.api.matches import match_routes
from services.matching.api.my_matches import my_match_routes
from services.matching.api.people import people_routes
from services.matching.api.programs import program_routes
from services.matching.api.runs import run_routes
from services.matching.api.why import why_routes
from services.matching.api.wishes import wish_routes
from services.matching.handlers import Handlers
from shared.kernel import Kernel


def make_api(kernel: Kernel, handlers: Handlers) -> APIRouter:
    """All routes."""
    context = Context(kernel.units, kernel.clock, handlers)
    router = APIRouter()
    for routes in (
        program_routes,
        cohort_routes,
        enrolment_routes,
        check_routes,
        run_routes,
        decision_log_routes,
        why_routes,
        wish_routes,
        comparison_routes,
        match_routes,
        my_match_routes,
    ):
        router.include_router(routes(context))
    router.include_router(people_routes(kernel.units, handlers.hr))
    return router
