"""The levels of a run, one after the other, each with value, bound and what it costs in total score."""

from dataclasses import dataclass, replace
from enum import StrEnum

from services.matching.domain.run.pairs import Pair
from services.matching.domain.run.settings import RunSettings
from services.matching.domain.run.solved import SolvedMarket, open_problem
from services.matching.domain.solver.assignment import AssignmentProblem, solve


class LevelCode(StrEnum):
    """What is decided, in this order; a later level never takes from an earlier one."""

    LOCKED_PAIRS = "locked_pairs"
    """Those that a coordinator locked, and mutual first choices."""
    MOST_MATCHES = "most_matches"
    TOTAL_SCORE = "total_score"


@dataclass(frozen=True, slots=True)
class Level:
    """One level: what was reached, what could be at best, and its price.

    The price is how much more total score, in millionths, there would be without this level, everything else
    alike; `price_matched` how many more matches. The last level has none.
    """

    code: LevelCode
    value: int
    bound: int
    price: int
    price_matched: int


def levels_of(solved: SolvedMarket, settings: RunSettings) -> tuple[Level, ...]:
    """The levels of a solved market; each price is that of another exact solve."""
    result, locks = solved.result, solved.locks
    matched, total = _without_locks(solved, settings) if locks.kept else (result.matched, result.objective)
    return (
        Level(
            LevelCode.LOCKED_PAIRS,
            len(locks.kept),
            len(locks.kept) + len(locks.refused),
            total - result.objective,
            matched - result.matched,
        ),
        Level(
            LevelCode.MOST_MATCHES,
            result.matched,
            result.cardinality_bound,
            _best_total(solved, settings) - result.objective,
            0,
        ),
        Level(LevelCode.TOTAL_SCORE, result.objective, result.bound, 0, 0),
    )


def _without_locks(solved: SolvedMarket, settings: RunSettings) -> tuple[int, int]:
    """Matches and total of the best result if nothing had been locked."""
    judged = solved.judged
    chosen = solve(open_problem(judged, frozenset(), settings.tie_break_salt))
    return len(chosen), sum(judged.scores[pair] for pair in chosen)


def _best_total(solved: SolvedMarket, settings: RunSettings) -> int:
    """The best total of any number of matches: staying alone is one more partner, who scores nothing."""
    scores, locked = solved.judged.scores, solved.locks.kept
    problem = open_problem(solved.judged, locked, settings.tie_break_salt)
    chosen = solve(_with_staying_alone(problem))
    return sum(scores.get(pair, 0) for pair in chosen | locked)


def _with_staying_alone(problem: AssignmentProblem) -> AssignmentProblem:
    alone = len(problem.seats)
    lonely: dict[Pair, tuple[int, int]] = {
        (alone, mentee): (0, 0) for mentee, slots in enumerate(problem.slots) if slots
    }
    return replace(problem, seats=[*problem.seats, sum(problem.slots)], pairs={**problem.pairs, **lonely})
