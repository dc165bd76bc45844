"""The use cases of scheduling, made once at the start."""

from services.scheduling.domain.session import SessionRules
from services.scheduling.handlers.availability import AvailabilityHandlers
from services.scheduling.handlers.booking import BookingHandlers, BookingRules
from services.scheduling.handlers.keeping import SessionKeeper
from services.scheduling.handlers.match_life import MatchLifeHandlers
from services.scheduling.handlers.people import PeopleHandlers
from services.scheduling.handlers.programs import ProgramHandlers
from services.scheduling.handlers.sessions import SessionHandlers
from services.scheduling.metrics import SchedulingMetrics
from services.scheduling.persistence.calendars import Holidays
from services.scheduling.settings import SchedulingSettings


class Handlers:
    """All use cases, by noun."""

    def __init__(self, settings: SchedulingSettings, metrics: SchedulingMetrics, holidays: Holidays) -> None:
        rules = SessionRules(reminder_before=settings.reminder_before)
        keeper = SessionKeeper(metrics)
        self.availability = AvailabilityHandlers(settings.location_zones)
        self.people = PeopleHandlers(self.availability)
        self.programs = ProgramHandlers()
        self.booking = BookingHandlers(
            keeper,
            holidays,
            metrics,
            BookingRules(
                session=rules,
                minimum_notice=settings.minimum_notice,
                retry_after=settings.retry_after,
                meeting_link=settings.meeting_link,
            ),
        )
        self.match_life = MatchLifeHandlers(keeper, rules)
        self.sessions = SessionHandlers(keeper, holidays, rules)
