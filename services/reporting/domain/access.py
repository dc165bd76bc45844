"""Who may see which program's report, and how much of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.reporting.domain.figures import PersonId, Program


class Sight(StrEnum):
    """How much of a program somebody sees."""

    NOTHING = "nothing"
    PROTECTED = "protected"
    """An analyst: no small count at all."""
    OWN = "own"
    """A coordinator of the program: its own counts in full, groups and answers of people protected."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody signed in; `person_id` None is a login that HR knows nobody for."""

    person_id: PersonId | None
    roles: frozenset[str]


def sight(viewer: Viewer, program: Program) -> Sight:
    """What a viewer sees of a program: rights of a coordinator are per program, the better right wins."""
    if "coordinator" in viewer.roles and viewer.person_id in program.coordinator_ids:
        return Sight.OWN
    return Sight.PROTECTED if "analyst" in viewer.roles else Sight.NOTHING


def visible(viewer: Viewer, programs: Iterable[Program]) -> tuple[Program, ...]:
    """The programs of which a viewer sees anything."""
    return tuple(program for program in programs if sight(viewer, program) is not Sight.NOTHING)
