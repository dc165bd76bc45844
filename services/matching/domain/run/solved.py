"""A market with its answer, as the worker that solved it holds it."""

from collections import Counter
from dataclasses import dataclass

from services.matching.domain.run.locks import Locks
from services.matching.domain.run.pairs import JudgedPairs, Pair
from services.matching.domain.run.result import RunResult
from services.matching.domain.run.ties import tie_rank
from services.matching.domain.solver.assignment import AssignmentProblem


@dataclass(frozen=True, slots=True)
class SolvedMarket:
    """The judged pairs, those chosen of them by position, and the result in terms of people."""

    judged: JudgedPairs
    locks: Locks
    chosen: tuple[Pair, ...]
    result: RunResult


def open_problem(judged: JudgedPairs, locked: frozenset[Pair], salt: str) -> AssignmentProblem:
    """What is left to decide once the locked pairs have their seats."""
    seats = Counter(mentor for mentor, _ in locked)
    slots = Counter(mentee for _, mentee in locked)
    return AssignmentProblem(
        seats=[one.mentor_seats - seats[at] for at, one in enumerate(judged.mentors)],
        slots=[one.mentee_slots - slots[at] for at, one in enumerate(judged.mentees)],
        pairs={
            pair: (score, tie_rank(salt, judged.mentors[pair[0]], judged.mentees[pair[1]]))
            for pair, score in judged.scores.items()
            if pair not in locked
        },
    )
