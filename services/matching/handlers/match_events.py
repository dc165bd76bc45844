"""What a match tells the world, as events of the contract."""

from collections.abc import Iterable
from typing import TypeVar

from services.matching.domain.match.model import Decision, Match, MatchFact
from services.matching.domain.match.states import By, FactKind
from services.matching.persistence.match_codec import StoredPart
from shared.events import matches as events
from shared.events.base import Format, Member, Role
from shared.events.envelope import WITHHELD
from shared.persistence.unit_of_work import SYSTEM, UnitOfWork

T = TypeVar("T")


class IncompleteMatch(Exception):
    """A match lacks what its state cannot be without."""


def emit_decision(uow: UnitOfWork, decision: Decision, by: By, breakdown: Iterable[StoredPart] = ()) -> None:
    """Publish what a decision tells, in order; `breakdown` belongs to a proposal.

    What happened by itself names nobody, also when somebody's command was the occasion.
    """
    whoever = None if by in {By.MEMBER, By.COORDINATOR} else SYSTEM
    for fact in decision.facts:
        uow.emit(_event(decision.match, fact, breakdown), actor=WITHHELD if fact.withheld else whoever)


def _event(  # noqa: C901, PLR0911 - one return an event
    match: Match, fact: MatchFact, breakdown: Iterable[StoredPart]
) -> events.MatchEvent:
    ids = {"match_id": match.id, "program_id": match.program_id, "cohort_id": match.cohort_id}
    match fact.kind:
        case FactKind.PROPOSED:
            return events.MatchProposed(
                **ids,
                match_run_id=match.run_id,
                format=Format(match.format.value),
                members=_members(match),
                score=match.score,
                breakdown=tuple(_part(part) for part in breakdown),
            )
        case FactKind.OFFERED:
            return events.MatchOffered(**ids, expires_at=_there(match.expires_at))
        case FactKind.ACCEPTED_BY_SIDE:
            accepted = sum(member.accepted for member in match.members)
            return events.MatchAcceptedBySide(**ids, accepted=accepted, awaited=len(match.members) - accepted)
        case FactKind.ACCEPTED:
            return events.MatchAccepted(**ids)
        case FactKind.DECLINED:
            return events.MatchDeclined(**ids)
        case FactKind.EXPIRED:
            return events.MatchExpired(**ids)
        case FactKind.ACTIVATED:
            return events.MatchActivated(
                **ids,
                format=Format(match.format.value),
                members=_members(match),
                activated_at=_there(match.activated_at),
                ends_at=_there(match.ends_at),
            )
        case FactKind.PAUSED:
            return events.MatchPaused(**ids, reason=events.PauseReason(_there(match.pause_reason).value))
        case FactKind.RESUMED:
            return events.MatchResumed(**ids, ends_at=_there(match.ends_at))
        case FactKind.COMPLETED:
            return events.MatchCompleted(**ids)
        case FactKind.ENDED:
            return events.MatchEnded(**ids, reason=events.EndReason(_there(match.end_reason).value))
        case FactKind.FLAGGED:
            return events.MatchFlagged(**ids, code=events.MatchFlagCode(_there(fact.flag).value))


def _there(value: T | None) -> T:
    if value is None:
        raise IncompleteMatch
    return value


def _members(match: Match) -> tuple[Member, ...]:
    return tuple(
        Member(
            participant_id=member.participant_id,
            person_id=member.person_id,
            role=Role(member.role.value),
        )
        for member in match.members
    )


def _part(part: StoredPart) -> events.ScorePart:
    return events.ScorePart(
        code=part["code"], value=part["value"], weight=part["weight"], contribution=part["contribution"]
    )
