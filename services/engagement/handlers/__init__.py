"""The use cases of engagement, made once at the start."""

from services.engagement.domain.pulse import Calendar
from services.engagement.handlers.care import CareHandlers
from services.engagement.handlers.fit_checks import FitCheckHandlers
from services.engagement.handlers.goals import GoalHandlers
from services.engagement.handlers.health import HealthHandlers
from services.engagement.handlers.match_life import MatchLifeHandlers
from services.engagement.handlers.notes import NoteHandlers
from services.engagement.handlers.people import PeopleHandlers
from services.engagement.handlers.plans import PlanHandlers
from services.engagement.handlers.programs import ProgramHandlers
from services.engagement.handlers.pulses import PulseHandlers, PulseRules
from services.engagement.handlers.sessions import SessionHandlers
from services.engagement.metrics import EngagementMetrics
from services.engagement.settings import EngagementSettings
from services.engagement.vault import Vault


class Handlers:
    """All use cases, by noun."""

    def __init__(self, settings: EngagementSettings, metrics: EngagementMetrics, vault: Vault) -> None:
        rules = PulseRules(
            calendar=Calendar(first=settings.pulse_first_after, every=settings.pulse_every),
            reminder_after=settings.pulse_reminder_after,
            questions=settings.pulse_questions,
        )
        self.people = PeopleHandlers()
        self.care = CareHandlers(metrics)
        self.health = HealthHandlers(self.care, grace=settings.session_log_grace)
        self.pulses = PulseHandlers(self.care, rules)
        self.fit_checks = FitCheckHandlers()
        self.match_life = MatchLifeHandlers(self.care, self.health, self.pulses)
        self.programs = ProgramHandlers(self.health)
        self.sessions = SessionHandlers(self.health, metrics)
        self.plans = PlanHandlers()
        self.goals = GoalHandlers(vault)
        self.notes = NoteHandlers(vault)
