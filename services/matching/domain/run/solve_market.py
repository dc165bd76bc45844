"""One run from market to result; a plain function that a worker process can be given."""

from collections import Counter

from services.matching.domain.bound import Claim, certify
from services.matching.domain.run.canonical import canonical_hash
from services.matching.domain.run.constraints import PairRules
from services.matching.domain.run.explain import count_refusals, explain_unmatched
from services.matching.domain.run.locks import accept_locks
from services.matching.domain.run.market import Market
from services.matching.domain.run.pairs import JudgedPairs, Pair, judge_pairs
from services.matching.domain.run.result import Proposal, RunResult
from services.matching.domain.run.score import Scoring
from services.matching.domain.run.settings import RunSettings
from services.matching.domain.run.solved import SolvedMarket, open_problem
from services.matching.domain.solver.assignment import ENGINE, engine_version, solve


def run_market(market: Market, settings: RunSettings) -> RunResult:
    """The answer alone; see `solve_market`."""
    return solve_market(market, settings).result


def solve_market(market: Market, settings: RunSettings) -> SolvedMarket:
    """The most pairs that the rules allow and, among those, the best total score, with proof and reasons.

    The same market and settings give the same result to the byte, in whatever order their parts are listed.
    Raises InvalidMarket or MarketTooLarge for a market past the bounds, SolverFailed without an optimum.
    """
    rules, scoring = PairRules(market, settings), Scoring(market, settings)
    locks = accept_locks(market, rules)
    judged = judge_pairs(market, settings, rules, scoring, locks.kept)
    chosen = tuple(sorted(locks.kept | solve(open_problem(judged, locks.kept, settings.tie_break_salt))))
    objective = sum(judged.scores[pair] for pair in chosen)
    certificate = certify(
        Claim(
            seats=[one.mentor_seats for one in judged.mentors],
            slots=[one.mentee_slots for one in judged.mentees],
            scores=judged.scores,
            pairs=chosen,
            objective=objective,
            locked=locks.kept,
        )
    )
    result = RunResult(
        proposals=tuple(_propose(judged, pair, rules, scoring, locks.kept) for pair in chosen),
        unmatched=explain_unmatched(judged, chosen, settings) if certificate.proven else (),
        refused_locks=locks.refused,
        refusals=count_refusals(sum(judged.mentor_refusals, Counter())),
        mentors=len(judged.mentors),
        mentees=len(judged.mentees),
        feasible_pairs=len(judged.scores),
        matched=certificate.matched,
        cardinality_bound=certificate.cardinality_bound,
        objective=certificate.objective,
        bound=certificate.bound,
        gap=certificate.gap,
        proven=certificate.proven,
        faults=certificate.faults,
        match_value=certificate.match_value,
        seat_prices=tuple(
            (mentor.participant_id, price)
            for mentor, price in zip(judged.mentors, certificate.prices, strict=True)
        ),
        inputs_hash=canonical_hash(market, settings),
        engine=ENGINE,
        engine_version=engine_version(),
    )
    return SolvedMarket(judged, locks, chosen, result)


def _propose(
    judged: JudgedPairs, pair: Pair, rules: PairRules, scoring: Scoring, locked: frozenset[Pair]
) -> Proposal:
    mentor, mentee = judged.mentors[pair[0]], judged.mentees[pair[1]]
    return Proposal(
        mentor=mentor.participant_id,
        mentee=mentee.participant_id,
        mentor_person=mentor.person_id,
        mentee_person=mentee.person_id,
        locked=pair in locked,
        shared_minutes=rules.shared_minutes(mentor, mentee),
        breakdown=scoring.breakdown(mentor, mentee),
    )
