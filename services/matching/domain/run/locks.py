"""Pairs fixed by hand: kept if the rules allow them, else refused with the reason while the run goes on."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from services.matching.domain.run.constraints import ConstraintCode, PairRules
from services.matching.domain.run.market import LockedPair, Market, PersonPair, Role
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
    return Locks(frozenset(kept), tuple(refused))
