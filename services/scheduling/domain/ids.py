"""Whose ids scheduling handles; it makes none of them itself."""

from typing import NewType
from uuid import UUID

PersonId = NewType("PersonId", UUID)
MatchId = NewType("MatchId", UUID)
SessionId = NewType("SessionId", UUID)
ProgramId = NewType("ProgramId", UUID)
BusyTimeId = NewType("BusyTimeId", UUID)
