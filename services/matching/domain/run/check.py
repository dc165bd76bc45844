"""What a run could not do, told before it: who has no allowed partner, which rules, seats, broken locks."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from uuid import UUID

from services.matching.domain.run.answers import Relaxation
from services.matching.domain.run.constraints import ConstraintCode, PairRules
from services.matching.domain.run.fairness import hidden_groups
from services.matching.domain.run.market import Candidate, InvalidMarket, Market, ParticipantId, Role
from services.matching.domain.run.pairs import MAX_PAIRS, positions
from services.matching.domain.run.settings import RunSettings
from services.matching.domain.run.why import smallest

_BIT = {code: 1 << at for at, code in enumerate(ConstraintCode)}
_SAME = _BIT[ConstraintCode.SAME_PERSON]


@dataclass(frozen=True, slots=True)
class HeldLock:
    """A match that a coordinator has locked."""

    match_id: UUID
    mentor: ParticipantId
    mentee: ParticipantId


@dataclass(frozen=True, slots=True)
class BrokenLock:
    """A locked match whose people fail rules today."""

    lock: HeldLock
    rules: tuple[ConstraintCode, ...]


@dataclass(frozen=True, slots=True)
class Stuck:
    """Somebody whom the rules leave no partner in a role.

    `conflict` is a smallest set of rules that together refuse every partner: to drop any one of them would no
    longer do so. It is empty where nobody else takes part. `relaxations` are the smallest sets to waive.
    """

    participant: ParticipantId
    role: Role
    conflict: tuple[ConstraintCode, ...]
    relaxations: tuple[Relaxation, ...]


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """What one rule does: pairs it refuses, people it refuses a partner, people who are stuck by it alone."""

    code: ConstraintCode
    pairs: int
    people: int
    stuck_by_it_alone: int


@dataclass(frozen=True, slots=True)
class Supply:
    """Seats against demand, in all (no field) or for the mentees of one group; None is withheld.

    `seats` are those of mentors whom the rules allow at least one of these mentees.
    """

    field: str | None
    value: str | None
    demand: int | None
    seats: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketCheck:
    """The whole answer; people are counted once a role."""

    mentors: int
    mentees: int
    allowed_pairs: int
    supply: tuple[Supply, ...]
    rules: tuple[RuleEffect, ...]
    stuck: tuple[Stuck, ...]
    broken_locks: tuple[BrokenLock, ...]


@dataclass(slots=True)
class _Side:
    """What is gathered of each person of a side."""

    people: Sequence[Candidate]
    fails: list[Counter[int]] = field(default_factory=list)
    allowed: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fails = [Counter() for _ in self.people]
        self.allowed = [0] * len(self.people)


def check_market(
    market: Market, settings: RunSettings, locks: Iterable[HeldLock], lock_rules: PairRules
) -> MarketCheck:
    """Ask every rule about every pair. `lock_rules` judge the locks: matches that exist do not exclude there.

    Raises InvalidMarket for a market past a run's bounds.
    """
    mentors, mentees = _Side(market.side(Role.MENTOR)), _Side(market.side(Role.MENTEE))
    too_many = len(mentors.people) * len(mentees.people) > MAX_PAIRS
    if too_many or len(market.candidates) > settings.max_candidates:
        raise InvalidMarket(f"{len(mentors.people)} x {len(mentees.people)} are too many for a run")
    rules = PairRules(market, settings)
    masks: dict[tuple[ConstraintCode, ...], int] = {}
    reach: list[list[int]] = [[] for _ in mentees.people]
    for at, mentor in enumerate(mentors.people):
        for to, mentee in enumerate(mentees.people):
            refusals = rules.refusals(mentor, mentee)
            mask = masks.get(refusals)
            if mask is None:
                mask = masks.setdefault(refusals, sum(_BIT[code] for code in refusals))
            mentors.fails[at][mask] += 1
            mentees.fails[to][mask] += 1
            if not mask:
                reach[to].append(at)
    return MarketCheck(
        mentors=len(mentors.people),
        mentees=len(mentees.people),
        allowed_pairs=sum(map(len, reach)),
        supply=_supply(mentors.people, mentees.people, reach),
        rules=_effects(mentors, mentees),
        stuck=(*_stuck(mentors, mentees, Role.MENTOR, rules), *_stuck(mentees, mentors, Role.MENTEE, rules)),
        broken_locks=_broken(market, locks, lock_rules),
    )


def smallest_conflict(masks: Iterable[int]) -> tuple[ConstraintCode, ...]:
    """A smallest set of rules of which every partner fails at least one; of equals the first in rule order.

    A smallest hitting set by trying them all, the small ones first: there are at most 2 to the number of
    rules.
    """
    distinct = set(masks)
    codes = [code for code in ConstraintCode if any(mask & _BIT[code] for mask in distinct)]
    for size in range(1, len(codes) + 1):
        for rules in combinations(codes, size):
            hit = sum(_BIT[code] for code in rules)
            if all(mask & hit for mask in distinct):
                return rules
    return ()


def _stuck(side: _Side, others: _Side, role: Role, rules: PairRules) -> Iterable[Stuck]:
    for at, one in enumerate(side.people):
        places = one.mentor_seats if role is Role.MENTOR else one.mentee_slots
        if side.fails[at][0] or not places:
            continue
        failed = (
            (other, rules.refusals(one, other) if role is Role.MENTOR else rules.refusals(other, one))
            for other in others.people
        )
        masks = [mask for mask in side.fails[at] if not mask & _SAME]
        yield Stuck(one.participant_id, role, smallest_conflict(masks), smallest(failed))


def _effects(mentors: _Side, mentees: _Side) -> tuple[RuleEffect, ...]:
    found = []
    for code in ConstraintCode:
        bit = _BIT[code]
        fails = [*mentors.fails, *mentees.fails]
        people = sum(any(mask & bit for mask in masks) for masks in fails)
        pairs = sum(count for masks in mentors.fails for mask, count in masks.items() if mask & bit)
        alone = sum(not masks[0] and masks[bit] > 0 for masks in fails)
        if pairs and code is not ConstraintCode.SAME_PERSON:
            found.append(RuleEffect(code, pairs, people, alone))
    return tuple(found)


def _supply(
    mentors: Sequence[Candidate], mentees: Sequence[Candidate], reach: Sequence[Sequence[int]]
) -> tuple[Supply, ...]:
    groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for at, mentee in enumerate(mentees):
        for group in mentee.groups:
            groups[group].append(at)
    hidden = hidden_groups({group: len(members) for group, members in groups.items()})

    def of(members: Iterable[int]) -> tuple[int, int]:
        wanting = [at for at in members if mentees[at].mentee_slots]
        reached = {mentor for at in wanting for mentor in reach[at]}
        demand = sum(mentees[at].mentee_slots for at in wanting)
        return demand, sum(mentors[at].mentor_seats for at in reached)

    whole = Supply(None, None, *of(range(len(mentees))))
    return (
        whole,
        *(
            Supply(*group, None, None) if group in hidden else Supply(*group, *of(groups[group]))
            for group in sorted(groups)
        ),
    )


def _broken(market: Market, locks: Iterable[HeldLock], rules: PairRules) -> tuple[BrokenLock, ...]:
    at = positions(market.candidates)
    found = []
    for lock in locks:
        if lock.mentor in at and lock.mentee in at:
            refusals = rules.refusals(market.candidates[at[lock.mentor]], market.candidates[at[lock.mentee]])
            broken = tuple(code for code in refusals if code is not ConstraintCode.NO_CAPACITY)
            if broken:
                found.append(BrokenLock(lock, broken))
    return tuple(found)
