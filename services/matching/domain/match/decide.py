"""What an input makes of a match: the case, the row of the table, the new match."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.matching.domain.ids import PersonId
from services.matching.domain.match.cases import FLAG_OF, Given, case_of
from services.matching.domain.match.errors import IllegalTransition, NotAMember, NotForThem
from services.matching.domain.match.life import GIVEN_BY, TABLE
from services.matching.domain.match.model import Decision, Match, MatchFact
from services.matching.domain.match.states import LATE_FACTS, FactKind, MatchInput, PauseReason

_OF_A_MEMBER = frozenset(
    {
        MatchInput.ACCEPT,
        MatchInput.DECLINE,
        MatchInput.CONFIRM,
        MatchInput.MEMBER_LEFT,
        MatchInput.MEMBER_DECEASED,
        MatchInput.MEMBER_ON_LEAVE,
        MatchInput.MEMBER_RETURNED,
        MatchInput.MEMBER_WITHDREW,
        MatchInput.AUDIENCE_EXIT,
    },
)


def decide(match: Match, given: Given, now: datetime) -> Decision:
    """Apply one input.

    Raises NotForThem, NotAMember, or IllegalTransition where the table has no row. A fact or a due time that
    reaches a match that is over changes nothing.
    """
    if given.by not in GIVEN_BY[given.what]:
        raise NotForThem(match.id, given.what, given.by)
    member = match.member_of(given.person_id) if given.person_id else None
    if given.what in _OF_A_MEMBER and member is None:
        raise NotAMember(match_id=str(match.id))
    if not match.holds_seats and given.what in LATE_FACTS:
        return Decision(match)
    case = case_of(match, given, member, now)
    row = TABLE.get((match.state, given.what, case))
    if row is None:
        raise IllegalTransition(match.id, match.state, given.what, case)
    flag = given.flag or FLAG_OF.get(given.what)
    facts = tuple(
        MatchFact(kind, row.withheld, flag if kind is FactKind.FLAGGED else None) for kind in row.facts
    )
    told = _apply_facts(_apply(match, given), given, row.facts, now)
    changed = replace(told, state=row.to, end_reason=row.end_reason)
    return Decision(changed, facts, row.excludes_pair)


def _apply(match: Match, given: Given) -> Match:  # noqa: PLR0911 - one return an input
    match given.what:
        case MatchInput.ACCEPT:
            return _with_member(match, given.person_id, accepted=True)
        case MatchInput.CONFIRM:
            return _with_member(match, given.person_id, confirmed=True)
        case MatchInput.MEMBER_ON_LEAVE:
            rested = replace(match, members=tuple(replace(other, confirmed=False) for other in match.members))
            return _with_member(rested, given.person_id, away=True)
        case MatchInput.MEMBER_RETURNED:
            return _with_member(match, given.person_id, away=False)
        case MatchInput.LOCK | MatchInput.UNLOCK:
            return replace(match, locked=given.what is MatchInput.LOCK)
        case MatchInput.OVERRIDE if given.flag is not None:
            flags, overridden = match.flags - {given.flag}, match.overridden | {given.flag}
            return replace(match, flags=flags, overridden=overridden)
        case _:
            return match


def _apply_facts(match: Match, given: Given, facts: tuple[FactKind, ...], now: datetime) -> Match:
    if FactKind.OFFERED in facts:
        return replace(match, expires_at=given.expires_at)
    if FactKind.ACTIVATED in facts:
        return replace(match, activated_at=now, ends_at=now + timedelta(days=match.duration_days))
    if FactKind.PAUSED in facts:
        absent = given.what is MatchInput.MEMBER_ON_LEAVE
        reason = PauseReason.PARTNER_UNAVAILABLE if absent else PauseReason.COORDINATOR
        return replace(match, paused_at=now, pause_reason=reason)
    if FactKind.RESUMED in facts and match.ends_at is not None and match.paused_at is not None:
        ends_at = match.ends_at + (now - match.paused_at)
        members = tuple(replace(member, confirmed=False) for member in match.members)
        return replace(match, ends_at=ends_at, paused_at=None, pause_reason=None, members=members)
    if FactKind.FLAGGED in facts:
        return replace(match, flags=match.flags | {FLAG_OF[given.what]})
    return match


def _with_member(
    match: Match,
    person_id: PersonId | None,
    *,
    accepted: bool | None = None,
    confirmed: bool | None = None,
    away: bool | None = None,
) -> Match:
    members = tuple(
        member
        if member.person_id != person_id
        else replace(
            member,
            accepted=member.accepted if accepted is None else accepted,
            confirmed=member.confirmed if confirmed is None else confirmed,
            away=member.away if away is None else away,
        )
        for member in match.members
    )
    return replace(match, members=members)
