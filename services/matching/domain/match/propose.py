"""How a match begins: a run's proposal, or a coordinator's own."""

from datetime import datetime

from services.matching.domain.ids import CohortId, MatchId, MatchRunId, ProgramId
from services.matching.domain.match.model import Decision, Match, MatchFact, Member
from services.matching.domain.match.states import FactKind
from services.matching.domain.run.settings import Format


def propose(
    *,
    match_id: MatchId,
    program_id: ProgramId,
    cohort_id: CohortId,
    run_id: MatchRunId | None,
    match_format: Format,
    members: tuple[Member, ...],
    score: int,
    starts_at: datetime,
    duration_days: int,
) -> Decision:
    """A proposed match; it holds the seats of its members from now on."""
    match = Match(
        id=match_id,
        program_id=program_id,
        cohort_id=cohort_id,
        run_id=run_id,
        format=match_format,
        members=members,
        score=score,
        starts_at=starts_at,
        duration_days=duration_days,
    )
    return Decision(match, (MatchFact(FactKind.PROPOSED),))
