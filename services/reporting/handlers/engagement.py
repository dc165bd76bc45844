"""What happens inside matches, as codes and numbers."""

from services.reporting.handlers.event_time import event_time
from services.reporting.persistence.facts import Facts
from services.reporting.persistence.tables import (
    fit_tally,
    flag,
    goal,
    health,
    milestone,
    nudge_tally,
    pulse_tally,
    session_log,
)
from shared.events.engagement import (
    FitCheckAnswered,
    FlagRaised,
    FlagResolved,
    GoalEvent,
    GoalProgressed,
    GoalReached,
    GoalSet,
    HealthChanged,
    MilestoneReached,
    NudgeSent,
    PulseAnswered,
    SessionLogged,
)
from shared.persistence.unit_of_work import UnitOfWork


async def session_logged(event: SessionLogged, uow: UnitOfWork) -> None:
    """Keep what became of a session."""
    uow.gathered(Facts).put(
        session_log,
        {"session_log_id": event.session_log_id},
        {
            "match_id": event.match_id,
            "program_id": event.program_id,
            "session_id": event.session_id,
            "outcome": event.outcome.value,
            "minutes": event.minutes,
            "themes": list(event.themes),
            "occurred_at": event.occurred_at,
        },
    )


async def goal_set(event: GoalSet, uow: UnitOfWork) -> None:
    """Keep that there is a goal."""
    _goal(event, uow, set_at=event_time(uow), due_on=event.due_on)


async def goal_progressed(event: GoalProgressed, uow: UnitOfWork) -> None:
    """Keep how far it is."""
    _goal(event, uow, percent=event.percent)


async def goal_reached(event: GoalReached, uow: UnitOfWork) -> None:
    """Keep that it was reached."""
    _goal(event, uow, percent=100, reached_at=event_time(uow))


async def milestone_reached(event: MilestoneReached, uow: UnitOfWork) -> None:
    """Keep when a step of the plan was reached."""
    uow.gathered(Facts).put(
        milestone,
        {"match_id": event.match_id, "milestone": event.milestone},
        {"program_id": event.program_id, "reached_at": event_time(uow)},
    )


async def pulse_answered(event: PulseAnswered, uow: UnitOfWork) -> None:
    """Count an answer."""
    key = {"match_id": event.match_id, "question": event.question, "rating": event.rating}
    uow.gathered(Facts).add(pulse_tally, key, "answers", first={"program_id": event.program_id})


async def fit_check_answered(event: FitCheckAnswered, uow: UnitOfWork) -> None:
    """Count an answer."""
    key = {"match_id": event.match_id, "answer": event.answer.value}
    uow.gathered(Facts).add(fit_tally, key, "answers", first={"program_id": event.program_id})


async def health_changed(event: HealthChanged, uow: UnitOfWork) -> None:
    """Keep the latest health."""
    uow.gathered(Facts).put(
        health,
        {"match_id": event.match_id},
        {"program_id": event.program_id, "health": event.health.value, "since": event_time(uow)},
    )


async def flag_raised(event: FlagRaised, uow: UnitOfWork) -> None:
    """Keep what needs the coordinator."""
    _flag(event, uow, raised_at=event_time(uow))


async def flag_resolved(event: FlagResolved, uow: UnitOfWork) -> None:
    """Keep that it was dealt with."""
    _flag(event, uow, resolved_at=event_time(uow), resolution=event.resolution)


async def nudge_sent(event: NudgeSent, uow: UnitOfWork) -> None:
    """Count a nudge."""
    key = {"match_id": event.match_id, "code": event.code}
    uow.gathered(Facts).add(nudge_tally, key, "nudges", first={"program_id": event.program_id})


def _goal(event: GoalEvent, uow: UnitOfWork, **values: object) -> None:
    uow.gathered(Facts).put(
        goal,
        {"goal_id": event.goal_id},
        {"match_id": event.match_id, "program_id": event.program_id, **values},
        first={"percent": 0},
    )


def _flag(event: FlagRaised | FlagResolved, uow: UnitOfWork, **values: object) -> None:
    uow.gathered(Facts).put(
        flag,
        {"flag_id": event.flag_id},
        {"match_id": event.match_id, "program_id": event.program_id, "code": event.code, **values},
    )
