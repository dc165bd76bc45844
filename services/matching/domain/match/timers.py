"""When a match has to be looked at again."""

from datetime import datetime
from enum import StrEnum

from services.matching.domain.match.model import Match
from services.matching.domain.match.states import MatchState


class Timer(StrEnum):
    """The kinds of due rows of a match."""

    EXPIRY = "proposal_expiry"
    START = "match_activation"
    END = "match_end"


def timers(match: Match) -> dict[Timer, datetime]:
    """What has to fall due and when, in the state that the match is in."""
    if match.state is MatchState.OFFERED and match.expires_at is not None:
        return {Timer.EXPIRY: match.expires_at}
    if match.state is MatchState.ACCEPTED and not any(member.away for member in match.members):
        return {Timer.START: match.starts_at}
    if match.state is MatchState.ACTIVE and match.ends_at is not None:
        return {Timer.END: match.ends_at}
    return {}
