"""What each side sees of a match. Who declined, and whose fit check ended it, is in no view."""

from dataclasses import dataclass
from enum import StrEnum

from services.matching.domain.ids import PersonId
from services.matching.domain.match.model import Match
from services.matching.domain.match.states import EndReason, MatchInput, MatchState


class Seen(StrEnum):
    """What a member is told, as a code of the message catalog."""

    ANSWER_AWAITED = "answer_awaited"
    PARTNER_AWAITED = "partner_awaited"
    STARTS_SOON = "starts_soon"
    RUNNING = "running"
    RESTING = "resting"
    RESUMPTION_OFFERED = "resumption_offered"
    RESUMPTION_CONFIRMED = "resumption_confirmed"
    COMPLETED = "completed"
    NOT_GOING_AHEAD = "not_going_ahead"
    PARTNER_UNAVAILABLE = "partner_unavailable"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class MemberView:
    """The code that a member reads and the commands open to them."""

    seen: Seen
    may: frozenset[MatchInput] = frozenset()


_ANSWERS = frozenset({MatchInput.ACCEPT, MatchInput.DECLINE})
_SAME_FOR_ALL = {
    MatchState.ACCEPTED: MemberView(Seen.STARTS_SOON),
    MatchState.ACTIVE: MemberView(Seen.RUNNING),
    MatchState.COMPLETED: MemberView(Seen.COMPLETED),
    # One code for both, so that silence and a refusal look alike.
    MatchState.DECLINED: MemberView(Seen.NOT_GOING_AHEAD),
    MatchState.EXPIRED: MemberView(Seen.NOT_GOING_AHEAD),
}


def member_view(match: Match, person_id: PersonId) -> MemberView | None:  # noqa: PLR0911 - one return a state
    """What that person sees; None: the match does not exist for them.

    A proposal is the coordinator's until it is offered, and one that never was offered stays so.
    """
    member = match.member_of(person_id)
    if member is None or match.expires_at is None:
        return None
    if match.state is MatchState.OFFERED:
        if member.accepted:
            return MemberView(Seen.PARTNER_AWAITED, frozenset({MatchInput.DECLINE}))
        return MemberView(Seen.ANSWER_AWAITED, _ANSWERS)
    if match.state is MatchState.PAUSED:
        if not match.resumption_offered:
            return MemberView(Seen.RESTING)
        if member.confirmed:
            return MemberView(Seen.RESUMPTION_CONFIRMED)
        return MemberView(Seen.RESUMPTION_OFFERED, frozenset({MatchInput.CONFIRM}))
    if match.state is MatchState.ENDED_EARLY:
        if not all(other.accepted for other in match.members):
            return MemberView(Seen.NOT_GOING_AHEAD)
        absent = match.end_reason is EndReason.PARTNER_UNAVAILABLE
        return MemberView(Seen.PARTNER_UNAVAILABLE if absent else Seen.ENDED)
    return _SAME_FOR_ALL[match.state]
