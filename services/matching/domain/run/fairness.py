"""How a run's result treats people: told with every run, never hidden in a total.

Scores and shares are integers in millionths. Somebody's best feasible partner is the best whom the rules
allowed them, taken or not; the share of it that they got does not depend on how high the scores of their
group are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from services.matching.domain.run.pairs import JudgedPairs, Pair
from services.matching.domain.run.score import FULL

GROUP_MINIMUM = 5
"""Figures of a group of fewer people are withheld."""


@dataclass(frozen=True, slots=True)
class OwnBest:
    """What share of their own best feasible mentor people got, in millionths.

    `people` are the mentees whom the rules allowed a mentor; who is left over counts 0. None without anybody.
    """

    people: int
    mean: int | None
    worst: int | None


@dataclass(frozen=True, slots=True)
class GroupShare:
    """The same for one group of a field that the program may compare; None is withheld."""

    field: str
    value: str
    people: int | None
    mean: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """The figures of one result.

    `worst_off` is the lowest score of a pair. `mentor_load_gini` is over the mentors who had a seat: 0 when
    all have equally many mentees. In a blocking pair an allowed mentor and mentee both score higher together
    than with the worst of whom they got. A mutual first choice is a pair that is the best of both sides.
    """

    worst_off: int | None
    own_best: OwnBest
    own_best_by_group: tuple[GroupShare, ...]
    mentor_load_gini: int
    blocking_pairs: int
    people_in_blocking_pairs: int
    mutual_first_choices: int
    mutual_first_choices_honoured: int


def fairness_of(judged: JudgedPairs, chosen: Collection[Pair]) -> Fairness:
    """The figures of the chosen pairs."""
    mentor_scores: list[list[int]] = [[] for _ in judged.mentors]
    mentee_scores: list[list[int]] = [[] for _ in judged.mentees]
    for mentor, mentee in chosen:
        mentor_scores[mentor].append(judged.scores[mentor, mentee])
        mentee_scores[mentee].append(judged.scores[mentor, mentee])
    shares = _shares(judged, mentee_scores)
    blocking = _blocking(judged, mentor_scores, mentee_scores) - set(chosen)
    mutual = _mutual(judged)
    seats = [
        len(scores) for one, scores in zip(judged.mentors, mentor_scores, strict=True) if one.mentor_seats
    ]
    return Fairness(
        worst_off=min((judged.scores[pair] for pair in chosen), default=None),
        own_best=OwnBest(len(shares), _mean(shares.values()), min(shares.values(), default=None)),
        own_best_by_group=_by_group(judged, shares),
        mentor_load_gini=gini(seats),
        blocking_pairs=len(blocking),
        people_in_blocking_pairs=len({one for one, _ in blocking}) + len({other for _, other in blocking}),
        mutual_first_choices=len(mutual),
        mutual_first_choices_honoured=len(mutual.intersection(chosen)),
    )


def gini(loads: Sequence[int]) -> int:
    """The Gini coefficient of whole numbers, in millionths, rounded down; 0 for nobody and for nothing.

    `sum_i (2 i - n - 1) x_i / (n sum x)` over rising x_i (Sen, On Economic Inequality, 1973).
    """
    total, count = sum(loads), len(loads)
    if not total:
        return 0
    weighted = sum((2 * at - count - 1) * load for at, load in enumerate(sorted(loads), 1))
    return FULL * weighted // (count * total)


def _shares(judged: JudgedPairs, got: Sequence[Sequence[int]]) -> dict[int, int]:
    """Each mentee's share of what the best allowed mentors would have given, by position."""
    allowed: list[list[int]] = [[] for _ in judged.mentees]
    for (_, mentee), score in judged.scores.items():
        allowed[mentee].append(score)
    shares = {}
    for mentee, scores in enumerate(allowed):
        if scores:
            slots = judged.mentees[mentee].mentee_slots
            best = sum(sorted(scores, reverse=True)[:slots])
            reached = FULL if got[mentee] else 0
            shares[mentee] = FULL * sum(got[mentee]) // best if best else reached
    return shares


def _by_group(judged: JudgedPairs, shares: dict[int, int]) -> tuple[GroupShare, ...]:
    members: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for mentee, share in shares.items():
        for group in judged.mentees[mentee].groups:
            members[group].append(share)
    hidden = hidden_groups({group: len(found) for group, found in members.items()})
    return tuple(
        GroupShare(*group, None, None)
        if group in hidden
        else GroupShare(*group, len(members[group]), _mean(members[group]))
        for group in sorted(members)
    )


def hidden_groups(sizes: dict[tuple[str, str], int]) -> frozenset[tuple[str, str]]:
    """Groups too small to be told; one alone would follow from the rest: the next one goes with it."""
    hidden: set[tuple[str, str]] = set()
    for field in {field for field, _ in sizes}:
        rising = sorted((size, group) for group, size in sizes.items() if group[0] == field)
        small = [group for size, group in rising if size < GROUP_MINIMUM]
        if len(small) == 1:
            small = [group for _, group in rising[:2]]
        hidden.update(small)
    return frozenset(hidden)


def _blocking(
    judged: JudgedPairs, mentor_scores: Sequence[Sequence[int]], mentee_scores: Sequence[Sequence[int]]
) -> set[Pair]:
    def least(scores: Sequence[int], places: int) -> int:
        return min(scores, default=FULL) if len(scores) >= places else -1

    mentor_least = [
        least(scores, one.mentor_seats) for one, scores in zip(judged.mentors, mentor_scores, strict=True)
    ]
    mentee_least = [
        least(scores, one.mentee_slots) for one, scores in zip(judged.mentees, mentee_scores, strict=True)
    ]
    return {
        pair
        for pair, score in judged.scores.items()
        if score > mentor_least[pair[0]] and score > mentee_least[pair[1]]
    }


def _mutual(judged: JudgedPairs) -> set[Pair]:
    mentor_best: defaultdict[int, int] = defaultdict(int)
    mentee_best: defaultdict[int, int] = defaultdict(int)
    for (mentor, mentee), score in judged.scores.items():
        mentor_best[mentor] = max(mentor_best[mentor], score)
        mentee_best[mentee] = max(mentee_best[mentee], score)
    return {
        pair for pair, score in judged.scores.items() if score == mentor_best[pair[0]] == mentee_best[pair[1]]
    }


def _mean(values: Iterable[int]) -> int | None:
    found = list(values)
    return sum(found) // len(found) if found else None
