"""People in programs."""

from typing import Any
from uuid import UUID

from services.reporting.handlers.event_time import event_time
from services.reporting.persistence.facts import Facts
from services.reporting.persistence.tables import participant
from shared.events.participants import (
    ParticipantEnrolled,
    ParticipantPaused,
    ParticipantResumed,
    ParticipantUpdated,
    ParticipantWithdrawn,
)
from shared.persistence.unit_of_work import UnitOfWork


class UnknownParticipant(Exception):
    """A stream of a participant does not begin with the enrolment."""


async def participant_enrolled(event: ParticipantEnrolled, uow: UnitOfWork) -> None:
    """Keep who takes part, with the HR codes of that moment."""
    uow.gathered(Facts).put(
        participant,
        {"participant_id": event.participant_id},
        {
            "person_id": event.person_id,
            "program_id": event.program_id,
            "cohort_id": event.cohort_id,
            "roles": [role.value for role in event.roles],
            "capacity": event.capacity,
            "function": event.hr.function,
            "business_unit": event.hr.business_unit,
            "country": event.hr.country,
            "job_level": event.hr.job_level,
            "state": "enrolled",
            "withdrawal_reason": None,
            "enrolled_at": event_time(uow),
            "withdrawn_at": None,
        },
    )


async def participant_updated(event: ParticipantUpdated, uow: UnitOfWork) -> None:
    """Keep roles and capacity."""
    values = {"roles": [role.value for role in event.roles], "capacity": event.capacity}
    _change(event.participant_id, uow, values)


async def participant_paused(event: ParticipantPaused, uow: UnitOfWork) -> None:
    """Keep that no new match is wanted."""
    _change(event.participant_id, uow, {"state": "paused"})


async def participant_resumed(event: ParticipantResumed, uow: UnitOfWork) -> None:
    """Keep that new matches are wanted again."""
    _change(event.participant_id, uow, {"state": "enrolled"})


async def participant_withdrawn(event: ParticipantWithdrawn, uow: UnitOfWork) -> None:
    """Keep that, when and why somebody left."""
    values = {
        "state": "withdrawn",
        "withdrawal_reason": event.reason.value,
        "withdrawn_at": event_time(uow),
    }
    _change(event.participant_id, uow, values)


def _change(participant_id: UUID, uow: UnitOfWork, values: dict[str, Any]) -> None:
    key = {"participant_id": participant_id}
    uow.gathered(Facts).change(participant, key, values, absent=UnknownParticipant)
