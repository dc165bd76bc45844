"""What a run found, as rows."""

from services.matching.domain.ids import MatchRunId
from services.matching.domain.run.result import Proposal, Unmatched
from services.matching.persistence.match_codec import breakdown_to_json


def proposal_values(run_id: MatchRunId, position: int, proposal: Proposal) -> dict[str, object]:
    """The row of a proposal."""
    return {
        "run_id": run_id,
        "position": position,
        "mentor_id": proposal.mentor,
        "mentee_id": proposal.mentee,
        "mentor_person_id": proposal.mentor_person,
        "mentee_person_id": proposal.mentee_person,
        "score": proposal.breakdown.score,
        "shared_minutes": proposal.shared_minutes,
        "breakdown": breakdown_to_json(proposal.breakdown),
    }


def unmatched_values(run_id: MatchRunId, position: int, left: Unmatched) -> dict[str, object]:
    """The row of somebody left over."""
    return {
        "run_id": run_id,
        "position": position,
        "participant_id": left.participant,
        "person_id": left.person,
        "role": left.role.value,
        "reason": left.reason.value,
        "dominating": left.dominating.value if left.dominating else None,
        "feasible_partners": left.feasible_partners,
        "refusals": {count.code.value: count.pairs for count in left.refusals},
    }
