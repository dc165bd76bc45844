"""What the match life refuses."""

from services.matching.domain.ids import MatchId
from services.matching.domain.match.states import By, Case, MatchInput, MatchState
from shared.errors import Conflict, Forbidden, NotFound


class IllegalTransition(Conflict):
    """The table has no row for the input in this state (and case)."""

    code = "illegal_transition"

    def __init__(self, match_id: MatchId, state: MatchState, given: MatchInput, case: Case) -> None:
        super().__init__(match_id=str(match_id), state=state.value, input=given.value, case=case.value)
        self.match_id = match_id
        self.state = state
        self.given = given
        self.case = case


class NotForThem(Forbidden):
    """Somebody gives an input that is another's to give."""

    code = "not_for_them"

    def __init__(self, match_id: MatchId, given: MatchInput, by: By) -> None:
        super().__init__(match_id=str(match_id), input=given.value, by=by.value)


class NotAMember(NotFound):
    """The person is in no way part of the match, so it does not exist for them."""

    code = "match_not_found"
