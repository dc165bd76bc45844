"""Which event goes to which handler."""

from collections.abc import Iterable

from services.matching.domain.match.timers import Timer
from services.matching.handlers import Handlers
from services.matching.handlers.people import PERSON_CHANGE
from services.matching.handlers.person_events import retell_person
from services.matching.handlers.runs import RUN_PUBLISH, RUN_SOLVE
from shared.events import availability, engagement, people
from shared.messaging.routes import Routes


def make_routes(handlers: Handlers, hris_topics: Iterable[str]) -> Routes:
    """The reactions of matching."""
    routes = Routes()
    routes.on(availability.AvailabilityChanged, handlers.runs.availability_changed)
    routes.on(engagement.FitCheckAnswered, handlers.matches.fit_check_answered)
    routes.on(engagement.HealthChanged, handlers.matches.health_changed)
    routes.on_due(Timer.EXPIRY, handlers.matches.proposal_due)
    routes.on_due(Timer.START, handlers.matches.start_due)
    routes.on_due(Timer.END, handlers.matches.end_due)
    routes.on_due(RUN_SOLVE, handlers.runs.solve_due)
    routes.on_due(RUN_PUBLISH, handlers.publisher.publish_due)
    routes.on_due(PERSON_CHANGE, handlers.hr.people.person_change_due)
    routes.on_retell(people.PersonChanged, retell_person)
    for topic in hris_topics:
        routes.on_foreign(topic, handlers.hr.feed.hr_record)
    return routes
