"""The fit check: each member is asked alone after the first held session; nobody is told who said what."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.engagement.domain.errors import FitCheckNotOpen
from services.engagement.domain.ids import MatchId, PersonId
from services.engagement.domain.match import Match


class FitAnswer(StrEnum):
    """What a member says of the match."""

    GOOD_FIT = "good_fit"
    STILL_DECIDING = "still_deciding"
    NOT_A_GOOD_FIT = "not_a_good_fit"


@dataclass(frozen=True, slots=True)
class FitCheck:
    """The question to one member; `round` counts how often it was asked, `answer` None: it is open."""

    match_id: MatchId
    person_id: PersonId
    round: int
    asked_at: datetime
    answer: FitAnswer | None = None
    answered_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it waits for an answer."""
        return self.answer is None


def ask_after_session(match: Match, checks: Iterable[FitCheck], now: datetime) -> tuple[FitCheck, ...]:
    """The questions that a held session opens: the first for each member, another for the undecided.

    A closed match asks nothing.
    """
    if match.closed:
        return ()
    known = {check.person_id: check for check in checks}
    asked: list[FitCheck] = []
    for member in match.members:
        check = known.get(member.person_id)
        if check is None:
            asked.append(FitCheck(match.id, member.person_id, 1, now))
        elif check.answer is FitAnswer.STILL_DECIDING:
            asked.append(FitCheck(match.id, member.person_id, check.round + 1, now))
    return tuple(asked)


def answer(check: FitCheck | None, given: FitAnswer, now: datetime) -> FitCheck:
    """The answered question; raises FitCheckNotOpen when there is none to answer."""
    if check is None or not check.open:
        raise FitCheckNotOpen
    return replace(check, answer=given, answered_at=now)
