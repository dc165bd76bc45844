"""Which matches hold seats, as SQL."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, not_

from services.matching.domain.match.states import LIVE, MatchState
from services.matching.persistence.tables import match


def holds_seats(replaceable_of: UUID | None = None) -> ColumnElement[bool]:
    """Whether a match takes the seats of its members.

    `replaceable_of` names a cohort whose proposals may be replaced: those that are not locked hold none.
    """
    live = match.c.state.in_(sorted(state.value for state in LIVE))
    if replaceable_of is None:
        return live
    replaceable = and_(
        match.c.cohort_id == replaceable_of,
        match.c.state == MatchState.PROPOSED.value,
        match.c.locked.is_(False),
    )
    return and_(live, not_(replaceable))
