"""Which event goes to which handler."""

from services.scheduling.handlers import Handlers
from services.scheduling.handlers.keeping import SESSION_REMINDER
from services.scheduling.handlers.waiting import NEXT_SESSION
from shared.events import availability, engagement, matches, people, programs
from shared.messaging.routes import Routes


def make_routes(handlers: Handlers) -> Routes:
    """The reactions of scheduling."""
    routes = Routes()
    routes.on(people.PersonChanged, handlers.people.person_changed)
    routes.on_tombstone(people.PersonChanged, handlers.people.person_erased)
    routes.on(programs.ProgramPublished, handlers.programs.program_published)
    routes.on(matches.MatchActivated, handlers.match_life.match_activated)
    routes.on(matches.MatchPaused, handlers.match_life.match_paused)
    routes.on(matches.MatchResumed, handlers.match_life.match_resumed)
    routes.on(matches.MatchCompleted, handlers.match_life.match_completed)
    routes.on(matches.MatchEnded, handlers.match_life.match_ended)
    routes.on(engagement.SessionLogged, handlers.sessions.session_logged)
    routes.on_due(NEXT_SESSION, handlers.booking.next_session_due)
    routes.on_due(SESSION_REMINDER, handlers.sessions.session_reminder_due)
    routes.on_retell(availability.AvailabilityChanged, handlers.people.retell_availability)
    return routes
