"""What a match run reads: who takes part, who must not meet, who has been put together by hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.matching.domain.hours import WeeklyHours

ParticipantId = NewType("ParticipantId", UUID)
PersonId = NewType("PersonId", UUID)
PersonPair = frozenset[PersonId]
"""Two people without order."""

PAIR = 2


class InvalidMarket(ValueError):
    """A market that contradicts itself; it is refused whole, before anything is solved."""


class Role(StrEnum):
    """What a participant is ready to be; in a reverse program the mentor is the junior one."""

    MENTOR = "mentor"
    MENTEE = "mentee"
    PEER = "peer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One participant as the run sees them.

    `mentor_seats` and `mentee_slots` count what is left: matches that hold a seat are taken off before.
    `job_level` rises with seniority. `hours` is None as long as zone or working hours are unknown.
    `line_above` holds everybody above the person in the chain of command, not the direct manager alone.
    `in_audience` says whether the program's audience still includes the person. `groups` are those in which
    the program compares how people fare, as (field, value); no rule and no score reads them.
    `choices` are people by rank: a mutual first choice is kept, others decide between equal results.
    """

    participant_id: ParticipantId
    person_id: PersonId
    roles: frozenset[Role]
    mentor_seats: int = 0
    mentee_slots: int = 0
    skills_wanted: frozenset[str] = frozenset()
    skills_offered: frozenset[str] = frozenset()
    function: str | None = None
    job_level: int | None = None
    languages: frozenset[str] = frozenset()
    hours: WeeklyHours | None = None
    line_above: frozenset[PersonId] = frozenset()
    in_audience: bool = True
    groups: tuple[tuple[str, str], ...] = ()
    choices: tuple[PersonId, ...] = ()

    def __post_init__(self) -> None:
        if self.mentor_seats < 0 or self.mentee_slots < 0:
            raise InvalidMarket(f"participant {self.participant_id} has less than no capacity")


@dataclass(frozen=True, slots=True)
class LockedPair:
    """A pair that a coordinator has fixed before the run."""

    mentor: ParticipantId
    mentee: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Everybody and everything that one run decides about; the order of its parts has no meaning.

    `exclusions` are pairs that must not be proposed: forbidden, declined in this cohort, or matched already.
    """

    candidates: tuple[Candidate, ...]
    exclusions: frozenset[PersonPair] = frozenset()
    locked: frozenset[LockedPair] = frozenset()

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.candidates, key=lambda candidate: candidate.participant_id))
        object.__setattr__(self, "candidates", ordered)
        if len({candidate.participant_id for candidate in ordered}) < len(ordered):
            raise InvalidMarket("a participant stands in the market twice")
        if any(len(pair) != PAIR for pair in self.exclusions):
            raise InvalidMarket("an exclusion names two people")

    def side(self, role: Role) -> tuple[Candidate, ...]:
        """The participants ready to take the role, by participant id."""
        return tuple(candidate for candidate in self.candidates if role in candidate.roles)


def exclusions_between(pairs: Iterable[tuple[PersonId, PersonId]]) -> frozenset[PersonPair]:
    """Exclusions from pairs in any order; nobody is excluded from themselves, for nobody meets themselves."""
    return frozenset(frozenset(pair) for pair in pairs if pair[0] != pair[1])
