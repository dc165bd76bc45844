"""All pairs of a market, judged: the allowed ones with their scores, the refused ones counted by reason."""

from collections import Counter
from dataclasses import dataclass

from services.matching.domain.run.constraints import ConstraintCode, PairRules
from services.matching.domain.run.market import (
    Candidate,
    InvalidMarket,
    Market,
    ParticipantId,
    PersonId,
    Role,
)
from services.matching.domain.run.score import Scoring
from services.matching.domain.run.settings import RunSettings
from services.matching.domain.run.ties import tie_rank

MAX_PAIRS = 2_000_000
"""More pairs than this do not fit a worker's memory; larger markets need candidate lists first."""

Pair = tuple[int, int]
"""A mentor's and a mentee's position on their sides."""


@dataclass(frozen=True, slots=True)
class JudgedPairs:
    """Both sides by participant id, the allowed pairs with scores, each person's refusals by reason."""

    mentors: tuple[Candidate, ...]
    mentees: tuple[Candidate, ...]
    scores: dict[Pair, int]
    mentor_refusals: tuple[Counter[ConstraintCode], ...]
    mentee_refusals: tuple[Counter[ConstraintCode], ...]

    def refuse(self, pair: Pair, code: ConstraintCode) -> None:
        """Count a refusal for both people."""
        self.mentor_refusals[pair[0]][code] += 1
        self.mentee_refusals[pair[1]][code] += 1


def judge_pairs(
    market: Market, settings: RunSettings, rules: PairRules, scoring: Scoring, locked: frozenset[Pair]
) -> JudgedPairs:
    """Ask the rules about every pair and score the allowed ones.

    Where two people could mentor each other, one direction is kept: the locked one, else the better one, else
    the one of the smaller tie rank. Raises InvalidMarket for a market past its bounds.
    """
    mentors, mentees = market.side(Role.MENTOR), market.side(Role.MENTEE)
    if len(market.candidates) > settings.max_candidates or len(mentors) * len(mentees) > MAX_PAIRS:
        raise InvalidMarket(
            f"{len(mentors)} x {len(mentees)} of {len(market.candidates)} are too many for a run"
        )
    judged = JudgedPairs(
        mentors, mentees, {}, tuple(Counter() for _ in mentors), tuple(Counter() for _ in mentees)
    )
    for mentor_index, mentor in enumerate(mentors):
        for mentee_index, mentee in enumerate(mentees):
            code = rules.refusal(mentor, mentee)
            if code is None:
                judged.scores[mentor_index, mentee_index] = scoring.score(mentor, mentee)
            else:
                judged.refuse((mentor_index, mentee_index), code)
    for pair in _worse_directions(judged, settings.tie_break_salt, locked):
        del judged.scores[pair]
        judged.refuse(pair, ConstraintCode.OTHER_DIRECTION)
    return judged


def _worse_directions(judged: JudgedPairs, salt: str, locked: frozenset[Pair]) -> list[Pair]:
    both = {one.person_id for one in judged.mentors} & {one.person_id for one in judged.mentees}
    best: dict[frozenset[PersonId], tuple[tuple[bool, int, int], Pair]] = {}
    worse = []
    for pair, score in judged.scores.items():
        mentor, mentee = judged.mentors[pair[0]], judged.mentees[pair[1]]
        if mentor.person_id not in both or mentee.person_id not in both:
            continue
        people = frozenset((mentor.person_id, mentee.person_id))
        rank = (pair not in locked, -score, tie_rank(salt, mentor, mentee))
        if people not in best:
            best[people] = (rank, pair)
        elif rank < best[people][0]:
            worse.append(best[people][1])
            best[people] = (rank, pair)
        else:
            worse.append(pair)
    return worse


def positions(side: tuple[Candidate, ...]) -> dict[ParticipantId, int]:
    """Where each participant stands on a side."""
    return {candidate.participant_id: index for index, candidate in enumerate(side)}
