"""Use cases of reading: who asks decides what comes back."""

from uuid import UUID

from services.reporting.domain.access import Sight, Viewer, sight, visible
from services.reporting.domain.disclosure import disclose
from services.reporting.domain.figures import CohortId, Program, ProgramId, Report
from services.reporting.metrics import Channel, ReportingMetrics
from services.reporting.persistence.figures import Figures
from shared.clock import Clock
from shared.errors import Forbidden, NotFound
from shared.persistence.unit_of_work import Units


class ProgramUnknown(NotFound):
    """There is no such program, or the viewer may not know of it."""

    code = "program_unknown"


class CohortUnknown(NotFound):
    """The program has no such cohort."""

    code = "cohort_unknown"


class CohortIsForCoordinators(Forbidden):
    """Two reports that differ by one cohort would tell small counts."""

    code = "cohort_is_for_coordinators"


class Reports:
    """Reports as viewers may see them, at the present business time."""

    def __init__(self, units: Units, clock: Clock, metrics: ReportingMetrics) -> None:
        self._units = units
        self._clock = clock
        self._metrics = metrics

    async def programs(self, viewer: Viewer) -> tuple[Program, ...]:
        """The programs of which the viewer sees a report."""
        async with self._units.read() as connection:
            return visible(viewer, await Figures(connection).programs())

    async def report(
        self, viewer: Viewer, program_id: UUID, cohort_id: UUID | None, channel: Channel
    ) -> Report:
        """One report; ProgramUnknown, CohortUnknown, CohortIsForCoordinators."""
        async with self._units.read() as connection:
            figures = Figures(connection)
            program = await figures.program(ProgramId(program_id))
            if program is None or (seen := sight(viewer, program)) is Sight.NOTHING:
                raise ProgramUnknown
            cohort = None if cohort_id is None else CohortId(cohort_id)
            if cohort is not None and seen is not Sight.OWN:
                raise CohortIsForCoordinators(field="query.cohort")
            if cohort is not None and cohort not in {known.cohort_id for known in program.cohorts}:
                raise CohortUnknown(field="query.cohort")
            report = await figures.report(program, cohort, self._clock.now())
            groups = await figures.groups(program.program_id) if cohort is None else {}
        self._metrics.reports.labels(channel).inc()
        return disclose(report, groups, seen)
