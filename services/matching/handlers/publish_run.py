"""How a solved run becomes proposals: in chunks that can be resumed, each in a transaction of its own."""

from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.matching.domain.enrolment import Participant, ParticipantStatus
from services.matching.domain.match.states import By
from services.matching.domain.programs.program import Cohort
from services.matching.domain.programs.terms import ProgramTerms
from services.matching.domain.run.constraints import PairRules
from services.matching.domain.run.market import Market, Role
from services.matching.handlers.matches import MatchHandlers
from services.matching.handlers.propose import add_match
from services.matching.handlers.runs import RUN_PUBLISH
from services.matching.metrics import CHANGED_SINCE, MatchingMetrics
from services.matching.persistence.market_reader import MarketReader, run_settings
from services.matching.persistence.match_repository import MatchRepository
from services.matching.persistence.participant_repository import ParticipantRepository
from services.matching.persistence.program_repository import ProgramRepository
from services.matching.persistence.run_repository import MatchRun, RunFigures, RunRepository, RunState
from shared.events.match_runs import MatchRunCompleted, UnmatchedCount
from shared.persistence.unit_of_work import UnitOfWork


class RunPublisher:
    """Publishes proposals; every hard rule is asked again, for what changed since the snapshot wins."""

    def __init__(self, matches: MatchHandlers, metrics: MatchingMetrics, *, chunk: int) -> None:
        self._matches = matches
        self._metrics = metrics
        self._chunk = chunk

    async def publish_due(self, run_id: UUID, uow: UnitOfWork) -> None:
        """Publish the next chunk, or tell that the run is whole."""
        runs, programs = RunRepository(uow.connection), ProgramRepository(uow.connection)
        run = await runs.get(run_id, lock=True)
        if run.state is not RunState.PUBLISHING or run.figures is None:
            return
        proposals = await runs.proposals(run_id, run.cursor, self._chunk)
        terms = (await programs.get(run.program_id)).current
        cohort = await programs.cohort(run.cohort_id)
        made = await self._publish(run, cohort, terms, list(proposals), uow)
        await runs.mark_published(run_id, made)
        figures = run.figures
        run = replace(run, cursor=run.cursor + len(proposals), published=run.published + len(made))
        if run.cursor < figures.proposals:
            await runs.save(run)
            await uow.schedule(RUN_PUBLISH, run_id, uow.now)
            return
        await runs.save(replace(run, state=RunState.PUBLISHED, finished_at=uow.now))
        self._tell(run, figures, uow)

    async def _publish(
        self, run: MatchRun, cohort: Cohort, terms: ProgramTerms, proposals: list[Row[Any]], uow: UnitOfWork
    ) -> list[tuple[int, UUID]]:
        people = {row.mentor_person_id for row in proposals} | {row.mentee_person_id for row in proposals}
        market, locked = await self._market(run, cohort, terms, people, uow)
        rules = PairRules(market, run_settings(cohort, terms, uow.now, len(market.candidates) + 1))
        free = {each.participant_id: each for each in market.candidates}
        used: Counter[tuple[UUID, Role]] = Counter()
        made: list[tuple[int, UUID]] = []
        for row in proposals:
            mentor, mentee = free.get(row.mentor_id), free.get(row.mentee_id)
            if mentor is None or mentee is None or rules.refusal(mentor, mentee) is not None:
                continue
            pair = ((locked[row.mentor_id], Role.MENTOR), (locked[row.mentee_id], Role.MENTEE))
            left = (mentor.mentor_seats, mentee.mentee_slots)
            if any(used[each.id, role] >= seats for (each, role), seats in zip(pair, left, strict=True)):
                continue
            match = await add_match(
                uow, cohort, terms, pair, score=row.score, breakdown=row.breakdown, run_id=run.id
            )
            if not terms.approval_required:
                await self._matches.offer(uow, match, terms.proposal_expiry_days, By.SYSTEM)
            used.update((each.id, role) for each, role in pair)
            made.append((row.position, match.id))
        return made

    @staticmethod
    async def _market(
        run: MatchRun, cohort: Cohort, terms: ProgramTerms, people: set[UUID], uow: UnitOfWork
    ) -> tuple[Market, dict[UUID, Participant]]:
        """The people of a chunk as they are now, their seats under lock."""
        participants, matches = ParticipantRepository(uow.connection), MatchRepository(uow.connection)
        locked = await participants.lock_seats(run.program_id, people)
        taken = await participants.seats_taken(run.program_id, people)
        enrolled = [each for each in locked.values() if each.status is ParticipantStatus.ENROLLED]
        candidates = await MarketReader(uow.connection).candidates(enrolled, terms, taken)
        barred = await matches.live_pairs(run.program_id) | await matches.excluded_pairs(cohort.id)
        return Market(candidates=candidates, exclusions=barred), locked

    def _tell(self, run: MatchRun, figures: RunFigures, uow: UnitOfWork) -> None:
        lost = figures.proposals - run.published
        unmatched = figures.unmatched | ({CHANGED_SINCE: lost} if lost else {})
        self._metrics.pairs.labels("proposed").inc(run.published)
        self._metrics.pairs.labels(CHANGED_SINCE).inc(lost)
        for reason, people in figures.unmatched.items():
            self._metrics.unmatched.labels(reason).inc(people)
        uow.emit(
            MatchRunCompleted(
                match_run_id=run.id,
                program_id=run.program_id,
                cohort_id=run.cohort_id,
                program_version=run.program_version,
                eligible=run.eligible or 0,
                mentors=figures.mentors,
                mentees=figures.mentees,
                proposals=run.published,
                objective=figures.objective,
                bound=figures.bound,
                gap=figures.gap,
                unmatched=tuple(
                    UnmatchedCount(reason=reason, people=people)
                    for reason, people in sorted(unmatched.items())
                ),
                inputs_hash=figures.inputs_hash,
                engine=figures.engine,
                worst_off=figures.worst_off,
                own_best_share=figures.own_best_share,
                mentor_load_gini=figures.mentor_load_gini,
                blocking_pairs=figures.blocking_pairs,
                solve_milliseconds=figures.solve_milliseconds,
            )
        )
