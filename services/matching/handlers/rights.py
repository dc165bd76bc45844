"""Who may act in which program."""

from uuid import UUID

from services.matching.domain.ids import PersonId
from services.matching.domain.programs.program import Program
from shared.errors import Forbidden


class NotYourProgram(Forbidden):
    """The caller coordinates other programs, not this one."""

    code = "not_your_program"


def require_coordinator(program: Program, person_id: UUID) -> None:
    """Raise NotYourProgram unless the person coordinates the program."""
    if PersonId(person_id) not in program.coordinators():
        raise NotYourProgram(program_id=str(program.id))
