"""Two runs of a cohort side by side: what differs in their figures, and who has somebody else."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.matching.domain.run.market import LockedPair, ParticipantId

Scored = Mapping[LockedPair, int]
"""The pairs of a run with their scores in millionths."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whom a mentee has in a run, and the score of it; several mentors add up, nobody is 0."""

    mentors: tuple[ParticipantId, ...]
    score: int


@dataclass(frozen=True, slots=True)
class Change:
    """A mentee who has not the same mentors in both runs."""

    mentee: ParticipantId
    before: Place
    after: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Who changed: in all, and how many were matched, left over, or are better or worse off by score.

    `kept_pairs` stand in both runs. `changes` are in the order of the mentees' ids.
    """

    kept_pairs: int
    new_pairs: int
    lost_pairs: int
    matched_now: int
    left_over_now: int
    better: int
    worse: int
    changes: tuple[Change, ...]


def compare_pairs(before: Scored, after: Scored) -> Changes:
    """What is different in the second run."""
    old, new = _places(before), _places(after)
    nobody = Place((), 0)
    changes = tuple(
        Change(mentee, old.get(mentee, nobody), new.get(mentee, nobody))
        for mentee in sorted(old.keys() | new.keys())
        if old.get(mentee, nobody).mentors != new.get(mentee, nobody).mentors
    )
    return Changes(
        kept_pairs=len(before.keys() & after.keys()),
        new_pairs=len(after.keys() - before.keys()),
        lost_pairs=len(before.keys() - after.keys()),
        matched_now=sum(not change.before.mentors for change in changes),
        left_over_now=sum(not change.after.mentors for change in changes),
        better=sum(change.after.score > change.before.score for change in changes),
        worse=sum(change.after.score < change.before.score for change in changes),
        changes=changes,
    )


def changed_fields(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[str, ...]:
    """The settings that differ, by name."""
    return tuple(sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)))


def _places(pairs: Scored) -> dict[ParticipantId, Place]:
    mentors: defaultdict[ParticipantId, list[ParticipantId]] = defaultdict(list)
    scores: defaultdict[ParticipantId, int] = defaultdict(int)
    for pair in _ordered(pairs):
        mentors[pair.mentee].append(pair.mentor)
        scores[pair.mentee] += pairs[pair]
    return {mentee: Place(tuple(found), scores[mentee]) for mentee, found in mentors.items()}


def _ordered(pairs: Iterable[LockedPair]) -> list[LockedPair]:
    return sorted(pairs, key=lambda pair: (pair.mentee, pair.mentor))
