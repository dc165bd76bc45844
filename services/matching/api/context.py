"""What every route works with."""

from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.programs.program import Program
from services.matching.handlers import Handlers
from services.matching.handlers.rights import require_coordinator
from services.matching.persistence.program_repository import ProgramRepository
from shared.clock import Clock
from shared.http.auth import GlobalRole, Identity, allow, allow_signed_in
from shared.persistence.unit_of_work import Units

COORDINATOR = allow(GlobalRole.COORDINATOR)
SIGNED_IN = allow_signed_in()


@dataclass(frozen=True, slots=True)
class Context:
    """The parts of the service that routes need."""

    units: Units
    clock: Clock
    handlers: Handlers


class Body(BaseModel):
    """What a command is told; an unknown field is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class View(BaseModel):
    """What a route answers."""

    model_config = ConfigDict(frozen=True)


async def coordinated(connection: AsyncConnection, program_id: UUID, identity: Identity) -> Program:
    """The program, for one of its coordinators; 403 for anybody else."""
    program = await ProgramRepository(connection).get(program_id)
    require_coordinator(program, identity.require_person())
    return program
