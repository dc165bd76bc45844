"""Matches as the API shows them: to coordinators, and to their members."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.matching.api.context import View
from services.matching.domain.ids import PersonId
from services.matching.domain.match.model import Match
from services.matching.domain.match.states import EndReason, FlagCode, MatchInput, MatchState, PauseReason
from services.matching.domain.match.views import Seen, member_view
from services.matching.domain.run.market import Role
from services.matching.domain.run.settings import Format
from services.matching.persistence.match_codec import StoredPart
from services.matching.persistence.match_repository import MatchNotFound, StoredMatch
from services.matching.persistence.person_reader import Named


class CommandReason(StrEnum):
    """Why a coordinator does something to a match; kept in the audit alone."""

    REQUESTED_BY_MEMBER = "requested_by_member"
    NO_CONTACT = "no_contact"
    GOALS_REACHED = "goals_reached"
    CONFLICT = "conflict"
    DATA_CORRECTED = "data_corrected"
    ORGANISATIONAL = "organisational"
    OTHER = "other"


class MemberShown(View):
    """A member of a match."""

    participant_id: UUID
    person_id: UUID
    role: Role


class MatchView(View):
    """A match as its coordinators see it: how many said yes, never who did not."""

    id: UUID
    program_id: UUID
    cohort_id: UUID
    run_id: UUID | None
    format: Format
    state: MatchState
    members: list[MemberShown]
    accepted: int
    score: int
    breakdown: list[StoredPart]
    waived: list[str]
    locked: bool
    flags: list[FlagCode]
    overridden: list[FlagCode]
    health: str | None
    starts_at: datetime
    expires_at: datetime | None
    activated_at: datetime | None
    ends_at: datetime | None
    pause_reason: PauseReason | None
    resumption_offered: bool
    end_reason: EndReason | None


class Partner(View):
    """Who else is in the match; the names are there once it is offered."""

    person_id: UUID
    role: Role
    given_name: str | None
    family_name: str | None
    job_title: str | None


class MyMatchView(View):
    """A match as one of its members sees it; `may` are the commands that are open to them."""

    id: UUID
    program_id: UUID
    role: Role
    seen: Seen
    may: list[MatchInput]
    partners: list[Partner]
    score: int
    breakdown: list[StoredPart]
    expires_at: datetime | None
    starts_at: datetime
    ends_at: datetime | None


def match_view(stored: StoredMatch) -> MatchView:
    """What a coordinator sees. Who accepted is not in it: it would tell who declined."""
    match = stored.match
    return MatchView(
        id=match.id,
        program_id=match.program_id,
        cohort_id=match.cohort_id,
        run_id=match.run_id,
        format=match.format,
        state=match.state,
        members=[
            MemberShown(participant_id=each.participant_id, person_id=each.person_id, role=each.role)
            for each in match.members
        ],
        accepted=sum(member.accepted for member in match.members),
        score=match.score,
        breakdown=list(stored.breakdown),
        waived=list(stored.waived),
        locked=match.locked,
        flags=sorted(match.flags),
        overridden=sorted(match.overridden),
        health=stored.health,
        starts_at=match.starts_at,
        expires_at=match.expires_at,
        activated_at=match.activated_at,
        ends_at=match.ends_at,
        pause_reason=match.pause_reason,
        resumption_offered=match.resumption_offered,
        end_reason=match.end_reason,
    )


def my_match_view(stored: StoredMatch, person_id: PersonId, names: dict[PersonId, Named]) -> MyMatchView:
    """What a member sees. Raises MatchNotFound for whom it does not exist."""
    match = stored.match
    view, member = member_view(match, person_id), match.member_of(person_id)
    if view is None or member is None:
        raise MatchNotFound(match_id=str(match.id))
    return MyMatchView(
        id=match.id,
        program_id=match.program_id,
        role=member.role,
        seen=view.seen,
        may=sorted(view.may),
        partners=_partners(match, person_id, names),
        score=match.score,
        breakdown=list(stored.breakdown),
        expires_at=match.expires_at,
        starts_at=match.starts_at,
        ends_at=match.ends_at,
    )


def _partners(match: Match, person_id: PersonId, names: dict[PersonId, Named]) -> list[Partner]:
    unknown = Named(None, None, None)
    return [
        Partner(
            person_id=each.person_id,
            role=each.role,
            given_name=names.get(each.person_id, unknown).given_name,
            family_name=names.get(each.person_id, unknown).family_name,
            job_title=names.get(each.person_id, unknown).job_title,
        )
        for each in match.members
        if each.person_id != person_id
    ]
