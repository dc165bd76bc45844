"""Programs as matching publishes them."""

from datetime import timedelta

from services.scheduling.domain.cadence import Cadence
from services.scheduling.domain.ids import PersonId, ProgramId
from services.scheduling.domain.match import Program
from services.scheduling.handlers.waiting import terms_of_program, wake
from services.scheduling.persistence.programs import Programs
from shared.events.programs import ProgramPublished
from shared.persistence.unit_of_work import UnitOfWork


class ProgramHandlers:
    """Keeps the terms of programs; what is booked stays when they change."""

    async def program_published(self, event: ProgramPublished, uow: UnitOfWork) -> None:
        """A first or a newer version of a program."""
        program = Program(
            id=ProgramId(event.program_id),
            version=event.version,
            coordinator_ids=tuple(PersonId(each) for each in event.coordinator_ids),
            cadence=Cadence(event.cadence_days, event.first_session_within_days),
            session_length=timedelta(minutes=event.session_minutes),
        )
        await Programs(uow.connection).put(program)
        await wake(uow, terms_of_program(program.id))
