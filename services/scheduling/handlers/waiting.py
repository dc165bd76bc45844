"""What an unscheduled match waits for, and what wakes it up."""

from typing import Final
from uuid import UUID

from shared.persistence.unit_of_work import UnitOfWork

NEXT_SESSION: Final = "next_session"
"""The due work, by match, that books what an active match lacks."""


def availability_of_person(person_id: UUID) -> str:
    """Somebody's zone, hours and busy times: a match waits for a change of these."""
    return f"availability:{person_id}"


def terms_of_program(program_id: UUID) -> str:
    """A program's cadence and session length."""
    return f"program:{program_id}"


async def wake(uow: UnitOfWork, missing: str) -> None:
    """Have everything that waited for this looked at again, at once."""
    for waiting in await uow.arrived(missing):
        await uow.schedule(waiting.reaction, waiting.subject, uow.now)
