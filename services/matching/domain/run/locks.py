"""Pairs fixed before the run: by hand, and people who are each other's first choice.

Both are kept if the rules allow them. A lock that they do not allow is refused with its reason while the run
goes on; a wish that they do not allow is one that could not be met.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.matching.domain.run.constraints import ConstraintCode, PairRules
from services.matching.domain.run.market import Candidate, LockedPair, Market, PersonPair, Role
from services.matching.domain.run.pairs import Pair, positions


class LockRefusal(StrEnum):
    """Why a locked pair names nobody who could be paired."""

    NOT_IN_MARKET = "not_in_market"


@dataclass(frozen=True, slots=True)
class RefusedLock:
    """A locked pair that the run did not keep, and the first reason."""

    pair: LockedPair
    reason: ConstraintCode | LockRefusal


@dataclass(frozen=True, slots=True)
class Locks:
    """The locked pairs that hold, and those that do not."""

    kept: frozenset[Pair]
    refused: tuple[RefusedLock, ...]


def accept_locks(market: Market, rules: PairRules) -> Locks:
    """Keep the locked pairs that break no rule; seats go to them by mentor id, then mentee id.

    A pair is not in the market if one of the two does not take part in that role.
    """
    mentors, mentees = market.side(Role.MENTOR), market.side(Role.MENTEE)
    mentor_at, mentee_at = positions(mentors), positions(mentees)
    seats: Counter[int] = Counter()
    slots: Counter[int] = Counter()
    met: set[PersonPair] = set()
    kept: set[Pair] = set()
    refused = []
    for lock in sorted(market.locked, key=lambda pair: (pair.mentor, pair.mentee)):
        pair = mentor_at.get(lock.mentor), mentee_at.get(lock.mentee)
        if pair[0] is None or pair[1] is None:
            refused.append(RefusedLock(lock, LockRefusal.NOT_IN_MARKET))
            continue
        mentor, mentee = mentors[pair[0]], mentees[pair[1]]
        people = frozenset((mentor.person_id, mentee.person_id))
        reason = rules.refusal(mentor, mentee)
        if reason is None and people in met:
            reason = ConstraintCode.OTHER_DIRECTION
        if reason is None and (
            seats[pair[0]] == mentor.mentor_seats or slots[pair[1]] == mentee.mentee_slots
        ):
            reason = ConstraintCode.NO_CAPACITY
        if reason is not None:
            refused.append(RefusedLock(lock, reason))
            continue
        met.add(people)
        kept.add((pair[0], pair[1]))
        seats[pair[0]] += 1
        slots[pair[1]] += 1
    for at, to in _mutual_first_choices(mentors, mentees):
        people = frozenset((mentors[at].person_id, mentees[to].person_id))
        places = seats[at] < mentors[at].mentor_seats and slots[to] < mentees[to].mentee_slots
        if places and people not in met and rules.refusal(mentors[at], mentees[to]) is None:
            met.add(people)
            kept.add((at, to))
            seats[at] += 1
            slots[to] += 1
    return Locks(frozenset(kept), tuple(refused))


def _mutual_first_choices(mentors: Sequence[Candidate], mentees: Sequence[Candidate]) -> Iterator[Pair]:
    """Pairs of which each is the other's first choice, by position; never more than one a mentor."""
    by_person = {one.person_id: at for at, one in enumerate(mentees)}
    for at, mentor in enumerate(mentors):
        to = by_person.get(mentor.choices[0]) if mentor.choices else None
        if to is not None and mentees[to].choices[:1] == (mentor.person_id,):
            yield at, to
