"""Everything that is kept of a run, made where it is solved: answer, account, inputs and proof."""

from dataclasses import dataclass

from services.matching.domain.run.deals import deals_to_bytes, pack_scores, prices_to_bytes
from services.matching.domain.run.decision_log import DecisionLog, RunContext, decision_log, log_text
from services.matching.domain.run.market import Market
from services.matching.domain.run.result import RunResult
from services.matching.domain.run.settings import RunSettings
from services.matching.domain.run.solve_market import solve_market
from services.matching.domain.run.stored import inputs_text, read_inputs


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run's answer with what explains and replays it; `log_text` is the canonical text of `log`."""

    result: RunResult
    log: DecisionLog
    log_text: str
    inputs: str
    deals: bytes
    prices: bytes


def solve_and_record(market: Market, settings: RunSettings, context: RunContext) -> RunRecord:
    """Solve a market and keep everything; a plain function that a worker process can be given.

    Raises what `solve_market` raises.
    """
    solved = solve_market(market, settings)
    log = decision_log(context, settings, solved)
    return RunRecord(
        result=solved.result,
        log=log,
        log_text=log_text(log),
        inputs=inputs_text(market, settings),
        deals=deals_to_bytes(pack_scores(solved.judged.scores, len(solved.judged.mentees))),
        prices=prices_to_bytes([price for _, price in solved.result.seat_prices]),
    )


def replay(inputs: str, context: RunContext) -> str:
    """The text of the decision log as the stored inputs give it today."""
    market, settings = read_inputs(inputs)
    return log_text(decision_log(context, settings, solve_market(market, settings)))
