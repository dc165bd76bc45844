"""The HTTP API of engagement.

Members need no role: that they are members is what they may. Coordinators need the role and the program.
"""

from fastapi import APIRouter

from services.engagement.api.context import Context
from services.engagement.api.coordination import coordination_routes
from services.engagement.api.goals import goal_routes
from services.engagement.api.matches import match_routes
from services.engagement.api.notes import note_routes
from services.engagement.api.nudges import nudge_routes
from services.engagement.api.plans import plan_routes
from services.engagement.api.questions import question_routes
from services.engagement.api.sessions import session_routes
from services.engagement.handlers import Handlers
from services.engagement.vault import Vault
from shared.kernel import Kernel


def make_api(kernel: Kernel, handlers: Handlers, vault: Vault) -> APIRouter:
    """All routes."""
    context = Context(kernel.units, kernel.clock, handlers, vault)
    router = APIRouter()
    for routes in (
        match_routes,
        plan_routes,
        session_routes,
        goal_routes,
        note_routes,
        question_routes,
        nudge_routes,
        coordination_routes,
    ):
        router.include_router(routes(context))
    return router
