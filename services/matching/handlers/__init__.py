"""The use cases of matching."""

from services.matching.handlers.enrolment import EnrolmentHandlers
from services.matching.handlers.market_check import CohortChecks
from services.matching.handlers.matches import MatchHandlers
from services.matching.handlers.people_wiring import make_people
from services.matching.handlers.person_effects import PersonEffects
from services.matching.handlers.programs import ProgramHandlers
from services.matching.handlers.propose import ManualMatches
from services.matching.handlers.publish_run import RunPublisher
from services.matching.handlers.runs import RunHandlers
from services.matching.handlers.solver import Solver
from services.matching.metrics import MatchingMetrics
from services.matching.people_metrics import PeopleMetrics
from services.matching.settings import MatchingSettings
from shared.ids import NewId


class Handlers:
    """All of them, by noun."""

    def __init__(
        self,
        settings: MatchingSettings,
        metrics: MatchingMetrics,
        people_metrics: PeopleMetrics,
        new_id: NewId,
    ) -> None:
        self.programs = ProgramHandlers()
        self.enrolment = EnrolmentHandlers()
        self.matches = MatchHandlers()
        self.manual = ManualMatches(settings.run_max_participants)
        self.hr = make_people(settings, people_metrics, PersonEffects())
        self.solver = Solver(processes=settings.solver_processes, waiting=settings.solver_waiting)
        self.runs = RunHandlers(
            self.solver,
            metrics,
            new_id(),
            max_participants=settings.run_max_participants,
            chunk=settings.run_chunk,
        )
        self.checks = CohortChecks(settings.run_max_participants)
        self.publisher = RunPublisher(self.matches, metrics, chunk=settings.run_chunk)
