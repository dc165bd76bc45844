"""Why a run decided as it did: about any pair, and about anybody left over; exact, from what the run kept.

A pair is chosen with its breakdown, refused by the rules that it fails, or allowed and not chosen: then the
price of choosing it after all is told. Somebody left over learns the smallest sets of rules with which there
would be a partner for them without anybody losing theirs.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from services.matching.domain.match.manual import WAIVABLE
from services.matching.domain.run.answers import (
    Counterfactual,
    Holder,
    Moved,
    PairAnswer,
    PlaceAnswer,
    Relaxation,
    Verdict,
)
from services.matching.domain.run.constraints import ConstraintCode, PairRules
from services.matching.domain.run.deals import Deals
from services.matching.domain.run.exchange import NOWHERE, Exchanges, Move, Solution
from services.matching.domain.run.locks import accept_locks
from services.matching.domain.run.market import Candidate, LockedPair, Market, ParticipantId, Role
from services.matching.domain.run.pairs import Pair, positions
from services.matching.domain.run.score import ScoreBreakdown, Scoring
from services.matching.domain.run.settings import RunSettings

MOST_RELAXATIONS = 10
MOST_EXAMPLES = 3
MOST_HOLDERS = 20


class NotInRun(LookupError):
    """A participant who did not take part in the run in that role."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run kept to be explained from; `pairs` are those that it chose."""

    market: Market
    settings: RunSettings
    deals: Deals
    prices: tuple[int, ...]
    match_value: int
    pairs: frozenset[LockedPair]


class Answers:
    """Answers about one run."""

    def __init__(self, kept: Kept) -> None:
        market = kept.market
        self._kept = kept
        self._rules = PairRules(market, kept.settings)
        self._scoring = Scoring(market, kept.settings)
        self._mentors, self._mentees = market.side(Role.MENTOR), market.side(Role.MENTEE)
        self._mentor_at, self._mentee_at = positions(self._mentors), positions(self._mentees)
        self._chosen = frozenset(
            (self._mentor_at[pair.mentor], self._mentee_at[pair.mentee]) for pair in kept.pairs
        )
        self._exchanges = Exchanges(
            Solution(
                seats=[one.mentor_seats for one in self._mentors],
                slots=[one.mentee_slots for one in self._mentees],
                deals=kept.deals,
                chosen=self._chosen,
                match_value=kept.match_value,
                prices=kept.prices,
                locked=accept_locks(market, self._rules).kept,
            )
        )

    def pair(self, mentor_id: ParticipantId, mentee_id: ParticipantId) -> PairAnswer:
        """Why these two are a pair, or why not. Raises NotInRun."""
        at = (_find(self._mentor_at, mentor_id), _find(self._mentee_at, mentee_id))
        mentor, mentee = self._mentors[at[0]], self._mentees[at[1]]
        refusals = self._rules.refusals(mentor, mentee)
        score = self._kept.deals.score(at)
        if not refusals and score is None:
            refusals = (ConstraintCode.OTHER_DIRECTION,)
        chosen = at in self._chosen
        allowed = Verdict.CHOSEN if chosen else Verdict.NOT_CHOSEN
        verdict = Verdict.REFUSED if refusals else allowed
        return PairAnswer(
            mentor=mentor_id,
            mentee=mentee_id,
            verdict=verdict,
            refusals=refusals,
            score=score,
            breakdown=self._breakdown(mentor, mentee, score),
            shared_minutes=self._rules.shared_minutes(mentor, mentee),
            seat_price=self._kept.prices[at[0]],
            counterfactual=None
            if score is None or verdict is not Verdict.NOT_CHOSEN
            else self._counterfactual(at, score),
        )

    def place(self, participant: ParticipantId, role: Role) -> PlaceAnswer:
        """What a participant got in a role, and else why. Raises NotInRun."""
        if role is Role.MENTOR:
            at = _find(self._mentor_at, participant)
            partners = [self._mentees[mentee] for mentor, mentee in self._chosen if mentor == at]
        else:
            at = _find(self._mentee_at, participant)
            partners = [self._mentors[mentor] for mentor, mentee in self._chosen if mentee == at]
        holders = self._holders(at, role)
        return PlaceAnswer(
            participant=participant,
            role=role,
            partners=tuple(sorted(one.participant_id for one in partners)),
            allowed=len(holders),
            holders=() if partners else tuple(holders[:MOST_HOLDERS]),
            relaxations=() if partners else self._relaxations(at, role),
        )

    def _breakdown(self, mentor: Candidate, mentee: Candidate, score: int | None) -> ScoreBreakdown | None:
        """The parts of the score that the run went by; None where they cannot be made any more."""
        if score is None:
            return None
        breakdown = self._scoring.breakdown(mentor, mentee)
        return breakdown if breakdown.score == score else None

    def _counterfactual(self, pair: Pair, score: int) -> Counterfactual | None:
        forced = self._exchanges.force(pair)
        if forced is None:
            return None
        before = forced.moves[0].before
        has = 0 if before == NOWHERE else self._kept.deals.score((before, pair[1])) or 0
        gain = score - has
        moves = tuple(map(self._moved, forced.moves))
        return Counterfactual(gain, gain - forced.total, forced.total, forced.matched, moves)

    def _moved(self, move: Move) -> Moved:
        def mentor(at: int) -> ParticipantId | None:
            return None if at == NOWHERE else self._mentors[at].participant_id

        return Moved(self._mentees[move.mentee].participant_id, mentor(move.before), mentor(move.after))

    def _holders(self, at: int, role: Role) -> list[Holder]:
        """The allowed partners, the best first."""
        deals = self._kept.deals
        if role is Role.MENTEE:
            found = [(score, mentor) for mentor, score in deals.of(at)]
        else:
            scores = ((deals.score((at, mentee)), mentee) for mentee in range(len(self._mentees)))
            found = [(score, mentee) for score, mentee in scores if score is not None]
        found.sort(key=lambda each: (-each[0], each[1]))
        side = self._mentors if role is Role.MENTEE else self._mentees
        held: defaultdict[int, list[ParticipantId]] = defaultdict(list)
        for mentor, mentee in sorted(self._chosen):
            if role is Role.MENTEE:
                held[mentor].append(self._mentees[mentee].participant_id)
            else:
                held[mentee].append(self._mentors[mentor].participant_id)
        return [Holder(side[other].participant_id, score, tuple(held[other])) for score, other in found]

    def _relaxations(self, at: int, role: Role) -> tuple[Relaxation, ...]:
        """The smallest sets of rules that stand between somebody and a place that costs nobody theirs."""
        if role is Role.MENTEE:
            one = self._mentees[at]
            open_partners = [self._mentors[mentor] for mentor in self._exchanges.opens()]
            failed = [(each, self._rules.refusals(each, one)) for each in open_partners]
        else:
            one = self._mentors[at]
            open_partners = [self._mentees[mentee] for mentee in self._exchanges.seekers()]
            failed = [(each, self._rules.refusals(one, each)) for each in open_partners]
        return smallest(failed)


def smallest(failed: Iterable[tuple[Candidate, tuple[ConstraintCode, ...]]]) -> tuple[Relaxation, ...]:
    """The sets of fewest rules that, waived, would open a partner; those that open most come first.

    What can never be waived opens nothing.
    """
    by_rules: defaultdict[tuple[ConstraintCode, ...], list[ParticipantId]] = defaultdict(list)
    for partner, rules in failed:
        if rules and WAIVABLE.issuperset(rules):
            by_rules[rules].append(partner.participant_id)
    fewest = min(map(len, by_rules), default=0)
    order = list(ConstraintCode)
    found = sorted(
        ((rules, partners) for rules, partners in by_rules.items() if len(rules) == fewest),
        key=lambda each: (-len(each[1]), [order.index(code) for code in each[0]]),
    )
    return tuple(
        Relaxation(rules, len(partners), tuple(sorted(partners)[:MOST_EXAMPLES]))
        for rules, partners in found[:MOST_RELAXATIONS]
    )


def _find(known: dict[ParticipantId, int], participant: ParticipantId) -> int:
    if participant not in known:
        raise NotInRun(str(participant))
    return known[participant]
