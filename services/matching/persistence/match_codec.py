"""Matches as rows and back."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row
from typing_extensions import TypedDict

from services.matching.domain.ids import CohortId, MatchId, MatchRunId, ParticipantId, PersonId, ProgramId
from services.matching.domain.match.model import Match, Member
from services.matching.domain.match.states import EndReason, FlagCode, MatchState, PauseReason
from services.matching.domain.run.market import Role
from services.matching.domain.run.score import ScoreBreakdown
from services.matching.domain.run.settings import Format


class StoredPart(TypedDict):
    """One part of a score as stored; figures in millionths."""

    code: str
    value: int
    weight: int
    contribution: int
    known: bool


def breakdown_to_json(breakdown: ScoreBreakdown) -> list[StoredPart]:
    """The parts of a score, for the store and for events."""
    return [
        {
            "code": part.criterion.value,
            "value": part.value,
            "weight": part.weight,
            "contribution": part.contribution,
            "known": part.known,
        }
        for part in breakdown.parts
    ]


def match_from_rows(row: Row[Any], members: Iterable[Row[Any]]) -> Match:
    """A match from its row and those of its members."""
    return Match(
        id=MatchId(row.id),
        program_id=ProgramId(row.program_id),
        cohort_id=CohortId(row.cohort_id),
        run_id=None if row.run_id is None else MatchRunId(row.run_id),
        format=Format(row.format),
        members=tuple(_member(member) for member in members),
        score=row.score,
        starts_at=row.starts_at,
        duration_days=row.duration_days,
        state=MatchState(row.state),
        locked=row.locked,
        flags=frozenset(FlagCode(code) for code in row.flags),
        overridden=frozenset(FlagCode(code) for code in row.overridden),
        expires_at=row.expires_at,
        activated_at=row.activated_at,
        ends_at=row.ends_at,
        paused_at=row.paused_at,
        pause_reason=None if row.pause_reason is None else PauseReason(row.pause_reason),
        end_reason=None if row.end_reason is None else EndReason(row.end_reason),
    )


def match_values(match: Match) -> dict[str, object]:
    """The row of a match, but for what never changes after its proposal: breakdown and waived rules."""
    return {
        "id": match.id,
        "program_id": match.program_id,
        "cohort_id": match.cohort_id,
        "run_id": match.run_id,
        "format": match.format.value,
        "state": match.state.value,
        "score": match.score,
        "starts_at": match.starts_at,
        "duration_days": match.duration_days,
        "locked": match.locked,
        "flags": sorted(code.value for code in match.flags),
        "overridden": sorted(code.value for code in match.overridden),
        "expires_at": match.expires_at,
        "activated_at": match.activated_at,
        "ends_at": match.ends_at,
        "paused_at": match.paused_at,
        "pause_reason": match.pause_reason.value if match.pause_reason else None,
        "end_reason": match.end_reason.value if match.end_reason else None,
    }


def member_values(match: Match) -> list[dict[str, object]]:
    """The rows of the members of a match."""
    return [
        {
            "match_id": match.id,
            "participant_id": member.participant_id,
            "person_id": member.person_id,
            "role": member.role.value,
            "accepted": member.accepted,
            "confirmed": member.confirmed,
            "away": member.away,
        }
        for member in match.members
    ]


def _member(row: Row[Any]) -> Member:
    return Member(
        participant_id=ParticipantId(row.participant_id),
        person_id=PersonId(row.person_id),
        role=Role(row.role),
        accepted=row.accepted,
        confirmed=row.confirmed,
        away=row.away,
    )
