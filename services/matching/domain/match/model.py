"""A match: one aggregate from proposal to end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.matching.domain.ids import CohortId, MatchId, MatchRunId, ParticipantId, PersonId, ProgramId
from services.matching.domain.match.states import LIVE, EndReason, FactKind, FlagCode, MatchState, PauseReason
from services.matching.domain.run.market import Role
from services.matching.domain.run.settings import Format


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One participant of a match.

    `accepted` answers the offer, `confirmed` the offer to resume; `away` since HR says so.
    """

    participant_id: ParticipantId
    person_id: PersonId
    role: Role
    accepted: bool = False
    confirmed: bool = False
    away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Who belongs together in which program, and how far they are.

    `score` is in millionths. `starts_at` is the start of the cohort: nothing becomes active before.
    `duration_days` is the program's when the match was proposed. A `locked` match is kept by later runs and
    is flagged where the program's policy would end it. `overridden` flags are not raised again.
    """

    id: MatchId
    program_id: ProgramId
    cohort_id: CohortId
    run_id: MatchRunId | None
    format: Format
    members: tuple[Member, ...]
    score: int
    starts_at: datetime
    duration_days: int
    state: MatchState = MatchState.PROPOSED
    locked: bool = False
    flags: frozenset[FlagCode] = frozenset()
    overridden: frozenset[FlagCode] = frozenset()
    expires_at: datetime | None = None
    activated_at: datetime | None = None
    ends_at: datetime | None = None
    paused_at: datetime | None = None
    pause_reason: PauseReason | None = None
    end_reason: EndReason | None = None

    @property
    def holds_seats(self) -> bool:
        """Whether it takes one of the capacity of each member."""
        return self.state in LIVE

    @property
    def resumption_offered(self) -> bool:
        """Whether it rested for somebody's absence and everybody is back: each member may confirm."""
        return (
            self.state is MatchState.PAUSED
            and self.pause_reason is PauseReason.PARTNER_UNAVAILABLE
            and not any(member.away for member in self.members)
        )

    def member_of(self, person_id: PersonId) -> Member | None:
        """The membership of a person, if there is one."""
        return next((member for member in self.members if member.person_id == person_id), None)


@dataclass(frozen=True, slots=True)
class MatchFact:
    """One event to tell; `withheld`: without who caused it. `flag` belongs to a FLAGGED one."""

    kind: FactKind
    withheld: bool = False
    flag: FlagCode | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The match after an input, and what is to be told about it, in order.

    `excludes_pair`: its members are not proposed to each other again in this cohort.
    """

    match: Match
    facts: tuple[MatchFact, ...] = ()
    excludes_pair: bool = False


def kinds(facts: Iterable[MatchFact]) -> tuple[FactKind, ...]:
    """The kinds of facts, in order."""
    return tuple(fact.kind for fact in facts)
