"""The use cases of asking why: what a run kept is unpacked and asked beside the event loop."""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.ids import ParticipantId
from services.matching.domain.run.answers import PairAnswer, PlaceAnswer
from services.matching.domain.run.deals import deals_from_bytes, prices_from_bytes
from services.matching.domain.run.market import LockedPair, Role
from services.matching.domain.run.stored import read_inputs
from services.matching.domain.run.why import Answers, Kept, NotInRun
from services.matching.persistence.evidence_repository import Evidence, EvidenceRepository
from services.matching.persistence.run_repository import MatchRun, RunRepository, RunState
from shared.errors import Conflict, NotFound

T = TypeVar("T")
_WHOLE = frozenset({RunState.PUBLISHING, RunState.PUBLISHED, RunState.SOLVED})
READERS: Final = ThreadPoolExecutor(2, thread_name_prefix="explain")
"""Answers about large runs take memory: further questions wait."""


class ParticipantNotInRun(NotFound):
    """The participant did not take part in the run in that role."""

    code = "participant_not_in_run"


class ParticipantForgotten(NotFound):
    """What the run knew of the participant has been erased."""

    code = "participant_forgotten"


class RunNotExplained(Conflict):
    """The run has no answer that could be explained."""

    code = "run_not_whole"


@dataclass(frozen=True, slots=True)
class RunExplained:
    """What a run kept, still packed, and the pairs that it chose."""

    evidence: Evidence
    pairs: frozenset[LockedPair]

    async def pair(self, mentor_id: UUID, mentee_id: UUID) -> PairAnswer:
        """Why these two are a pair or not. Raises ParticipantNotInRun or ParticipantForgotten."""
        mentor, mentee = ParticipantId(mentor_id), ParticipantId(mentee_id)
        return await self._ask(lambda answers: answers.pair(mentor, mentee), mentor, mentee)

    async def place(self, participant_id: UUID, role: Role) -> PlaceAnswer:
        """What a participant got or why nobody. Raises ParticipantNotInRun or ParticipantForgotten."""
        participant = ParticipantId(participant_id)
        return await self._ask(lambda answers: answers.place(participant, role), participant)

    async def _ask(self, question: Callable[[Answers], T], *about: ParticipantId) -> T:
        return await asyncio.get_running_loop().run_in_executor(READERS, self._answer, question, about)

    def _answer(self, question: Callable[[Answers], T], about: tuple[ParticipantId, ...]) -> T:
        kept = _unpacked(self.evidence, self.pairs)
        if self.evidence.redacted:
            # Everybody who takes part names a language: who has none was forgotten.
            forgotten = {one.participant_id for one in kept.market.candidates if not one.languages}
            for participant in forgotten.intersection(about):
                raise ParticipantForgotten(participant_id=str(participant))
        try:
            return question(Answers(kept))
        except NotInRun as error:
            raise ParticipantNotInRun(participant_id=str(error)) from None


async def explained(connection: AsyncConnection, run: MatchRun) -> RunExplained:
    """What is needed to explain a run. Raises RunNotExplained, or EvidenceNotFound for an older one."""
    if run.state not in _WHOLE or run.figures is None:
        raise RunNotExplained(state=run.state.value)
    evidence = await EvidenceRepository(connection).get(run.id)
    rows = await RunRepository(connection).proposals(run.id, 0, run.figures.proposals)
    pairs = frozenset(LockedPair(ParticipantId(row.mentor_id), ParticipantId(row.mentee_id)) for row in rows)
    return RunExplained(evidence, pairs)


def _unpacked(evidence: Evidence, pairs: frozenset[LockedPair]) -> Kept:
    market, settings = read_inputs(evidence.inputs_text)
    return Kept(
        market=market,
        settings=settings,
        deals=deals_from_bytes(evidence.deals),
        prices=prices_from_bytes(evidence.prices),
        match_value=json.loads(evidence.log)["match_value"],
        pairs=pairs,
    )
