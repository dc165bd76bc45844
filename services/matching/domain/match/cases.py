"""An input, and which case of the table it meets."""

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from services.matching.domain.ids import PersonId
from services.matching.domain.match.model import Match, Member
from services.matching.domain.match.states import (
    By,
    Case,
    FlagCode,
    MatchInput,
    MatchState,
    PauseReason,
    Policy,
)

FLAG_OF = MappingProxyType(
    {
        MatchInput.LINE_CONFLICT: FlagCode.REPORTING_LINE,
        MatchInput.AUDIENCE_EXIT: FlagCode.OUT_OF_AUDIENCE,
    },
)
"""The flag that a fact raises where the program does not end the match."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An input: what, by whom, about which member.

    `expires_at` belongs to OFFER, `flag` to OVERRIDE, `policy` to LINE_CONFLICT and AUDIENCE_EXIT.
    """

    what: MatchInput
    by: By
    person_id: PersonId | None = None
    expires_at: datetime | None = None
    flag: FlagCode | None = None
    policy: Policy = Policy.FLAG


def case_of(  # noqa: PLR0911 - one return an input that depends on more than the state
    match: Match,
    given: Given,
    member: Member | None,
    now: datetime,
) -> Case:
    """The case of the table that holds; `member` is whom the input is about."""
    what = given.what
    state = match.state
    if what in {MatchInput.ACCEPT, MatchInput.DECLINE} and state is MatchState.OFFERED:
        return _answer_case(match, what, member, now)
    if what is MatchInput.EXPIRY_DUE and state is MatchState.OFFERED:
        return _due(match.expires_at, now)
    if what is MatchInput.START_DUE and state is MatchState.ACCEPTED:
        away = any(other.away for other in match.members)
        return Case.SOMEBODY_AWAY if away else _due(match.starts_at, now)
    if what is MatchInput.END_DUE and state is MatchState.ACTIVE:
        return _due(match.ends_at, now)
    if what in {MatchInput.RESUME, MatchInput.CONFIRM} and state is MatchState.PAUSED:
        return _resumption_case(match, what, member)
    if what is MatchInput.REPLACE and state is MatchState.PROPOSED:
        return Case.LOCKED if match.locked else Case.UNLOCKED
    if what is MatchInput.OVERRIDE and given.flag in match.flags:
        return Case.FLAGGED_BEFORE
    if what in FLAG_OF and state not in {MatchState.PROPOSED, MatchState.OFFERED}:
        return _policy_case(match, FLAG_OF[what], given.policy)
    return Case.ALWAYS


def _answer_case(match: Match, what: MatchInput, member: Member | None, now: datetime) -> Case:
    if match.expires_at is not None and now >= match.expires_at:
        return Case.TOO_LATE
    if what is MatchInput.DECLINE:
        return Case.ALWAYS
    if member is not None and member.accepted:
        return Case.ANSWERED_BEFORE
    awaited = sum(not other.accepted for other in match.members)
    return Case.LAST_ANSWER if awaited == 1 else Case.OTHERS_AWAITED


def _resumption_case(match: Match, what: MatchInput, member: Member | None) -> Case:
    if any(other.away for other in match.members):
        return Case.SOMEBODY_AWAY
    if match.pause_reason is PauseReason.COORDINATOR:
        return Case.RESTED_BY_COORDINATOR
    if what is MatchInput.RESUME:
        return Case.RESTED_BY_LEAVE
    if member is not None and member.confirmed:
        return Case.ANSWERED_BEFORE
    awaited = sum(not other.confirmed for other in match.members)
    return Case.LAST_ANSWER if awaited == 1 else Case.OTHERS_AWAITED


def _policy_case(match: Match, flag: FlagCode, policy: Policy) -> Case:
    if flag in match.overridden:
        return Case.FLAGGED_BEFORE
    if policy is Policy.END and not match.locked:
        return Case.POLICY_END
    return Case.FLAGGED_BEFORE if flag in match.flags else Case.POLICY_FLAG


def _due(at: datetime | None, now: datetime) -> Case:
    return Case.DUE if at is not None and now >= at else Case.NOT_YET_DUE
