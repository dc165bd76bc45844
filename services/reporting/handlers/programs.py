"""Programs, cohorts and match runs."""

from services.reporting.handlers.event_time import event_time
from services.reporting.persistence.facts import Facts
from services.reporting.persistence.tables import cohort, match_run, match_run_unmatched, program
from shared.events.match_runs import MatchRunCompleted
from shared.events.programs import CohortClosed, CohortOpened, ProgramPublished
from shared.persistence.unit_of_work import UnitOfWork


async def program_published(event: ProgramPublished, uow: UnitOfWork) -> None:
    """Keep the version that counts from now on."""
    uow.gathered(Facts).put(
        program,
        {"program_id": event.program_id},
        {
            "version": event.version,
            "title": event.title,
            "format": event.format.value,
            "coordinator_ids": list(event.coordinator_ids),
            "cadence_days": event.cadence_days,
            "session_minutes": event.session_minutes,
            "first_session_within_days": event.first_session_within_days,
            "duration_days": event.duration_days,
            "published_at": event_time(uow),
        },
    )


async def cohort_opened(event: CohortOpened, uow: UnitOfWork) -> None:
    """Keep who could have enrolled."""
    uow.gathered(Facts).put(
        cohort,
        {"cohort_id": event.cohort_id},
        {
            "program_id": event.program_id,
            "starts_on": event.starts_on,
            "eligible": event.eligible,
            "opened_at": event_time(uow),
        },
    )


async def cohort_closed(event: CohortClosed, uow: UnitOfWork) -> None:
    """Keep the end of the intake."""
    uow.gathered(Facts).put(
        cohort, {"cohort_id": event.cohort_id}, {"program_id": event.program_id, "closed_at": event_time(uow)}
    )


async def match_run_completed(event: MatchRunCompleted, uow: UnitOfWork) -> None:
    """Keep the figures of the run and whom it left over, by reason."""
    facts = uow.gathered(Facts)
    facts.put(
        match_run,
        {"match_run_id": event.match_run_id},
        {
            "program_id": event.program_id,
            "cohort_id": event.cohort_id,
            "eligible": event.eligible,
            "mentors": event.mentors,
            "mentees": event.mentees,
            "proposals": event.proposals,
            "objective": event.objective,
            "bound": event.bound,
            "completed_at": event_time(uow),
        },
    )
    for left in event.unmatched:
        facts.put(
            match_run_unmatched,
            {"match_run_id": event.match_run_id, "reason": left.reason},
            {"people": left.people},
        )
