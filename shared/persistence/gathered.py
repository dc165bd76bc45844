"""What a unit of work puts off until its end, and how much of it there is."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection


class Gathered(Protocol):
    """Writes that a unit gathers, so that those of many records go out in a few statements."""

    async def write(self, connection: AsyncConnection) -> None:
        """Write what was gathered, and forget it."""

    def discard(self) -> None:
        """Forget what was gathered."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a foreign record was refused, and whether its bytes may be kept."""

    reason: str
    keep: bool


class Mark(NamedTuple):
    """How much a unit had done at some moment; `touches` counts statements and gatherings."""

    touches: int
    facts: int
    copies: int
    refusals: int


G = TypeVar("G", bound=Gathered)
