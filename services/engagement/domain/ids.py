"""Whose ids engagement handles; the domain makes none of them itself."""

from typing import NewType
from uuid import UUID

PersonId = NewType("PersonId", UUID)
ParticipantId = NewType("ParticipantId", UUID)
ProgramId = NewType("ProgramId", UUID)
MatchId = NewType("MatchId", UUID)
SessionId = NewType("SessionId", UUID)
SessionLogId = NewType("SessionLogId", UUID)
GoalId = NewType("GoalId", UUID)
NoteId = NewType("NoteId", UUID)
PulseId = NewType("PulseId", UUID)
NudgeId = NewType("NudgeId", UUID)
FlagId = NewType("FlagId", UUID)
