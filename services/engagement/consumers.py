"""Which event goes to which handler."""

from services.engagement.handlers import Handlers
from services.engagement.handlers.health import HEALTH_CHECK
from services.engagement.handlers.programs import PROGRAM_RECHECK
from services.engagement.handlers.pulses import PULSE, PULSE_REMINDER
from shared.events import matches, people, programs, sessions
from shared.messaging.routes import Routes


def make_routes(handlers: Handlers) -> Routes:
    """The reactions of engagement."""
    routes = Routes()
    routes.on(people.PersonChanged, handlers.people.person_changed)
    routes.on_tombstone(people.PersonChanged, handlers.people.person_erased)
    routes.on(programs.ProgramPublished, handlers.programs.program_published)
    routes.on(matches.MatchActivated, handlers.match_life.match_activated)
    routes.on(matches.MatchPaused, handlers.match_life.match_paused)
    routes.on(matches.MatchResumed, handlers.match_life.match_resumed)
    routes.on(matches.MatchCompleted, handlers.match_life.match_completed)
    routes.on(matches.MatchEnded, handlers.match_life.match_over)
    routes.on(matches.MatchDeclined, handlers.match_life.match_over)
    routes.on(matches.MatchExpired, handlers.match_life.match_over)
    routes.on(matches.MatchFlagged, handlers.match_life.match_flagged)
    routes.on(sessions.SessionScheduled, handlers.sessions.session_booked)
    routes.on(sessions.SessionRescheduled, handlers.sessions.session_booked)
    routes.on(sessions.SessionCancelled, handlers.sessions.session_cancelled)
    routes.on_due(HEALTH_CHECK, handlers.health.health_check_due)
    routes.on_due(PROGRAM_RECHECK, handlers.programs.program_recheck_due)
    routes.on_due(PULSE, handlers.pulses.pulse_due)
    routes.on_due(PULSE_REMINDER, handlers.pulses.pulse_reminder_due)
    return routes
