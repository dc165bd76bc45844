"""What every route works with."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, ConfigDict, StringConstraints

from services.engagement.handlers import Handlers
from services.engagement.vault import Vault
from shared.clock import Clock
from shared.persistence.unit_of_work import Units

MAX_WORDS = 10_000
"""Characters of a note."""


@dataclass(frozen=True, slots=True)
class Context:
    """The parts of the service that routes need."""

    units: Units
    clock: Clock
    handlers: Handlers
    vault: Vault


class Body(BaseModel):
    """What a command is told; an unknown field is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class View(BaseModel):
    """What a route answers."""

    model_config = ConfigDict(frozen=True)


class Made(View):
    """The id of what was made; what was written is not repeated, for answers are kept for a day."""

    id: UUID


Code = Annotated[str, StringConstraints(min_length=1, max_length=200)]
PathCode = Annotated[str, Path(min_length=1, max_length=200)]
