"""The ids of matching; a person and a participant are named by the market model already."""

from typing import NewType
from uuid import UUID

from services.matching.domain.run.market import ParticipantId, PersonId

__all__ = ["CohortId", "MatchId", "MatchRunId", "ParticipantId", "PersonId", "ProgramId"]

ProgramId = NewType("ProgramId", UUID)
CohortId = NewType("CohortId", UUID)
MatchId = NewType("MatchId", UUID)
MatchRunId = NewType("MatchRunId", UUID)
