"""What is claimed, what is said to prove it, and what is wrong with it."""

from dataclasses import dataclass
from enum import StrEnum

from services.matching.domain.certificate.labels import Improvement
from services.matching.domain.certificate.market import Ints, Market, Mask


class Objective(StrEnum):
    """What a result is best at, after the number of pairs."""

    TOTAL = "total"
    FLOOR = "floor"
    STABLE = "stable"


class Fault(StrEnum):
    """Why a claim is refused."""

    ROW_OVER_CAPACITY = "row_over_capacity"
    COLUMN_OVER_CAPACITY = "column_over_capacity"
    COLUMN_BELOW_MINIMUM = "column_below_minimum"
    LOCKED_PAIR_MISSING = "locked_pair_missing"
    BELOW_FLOOR = "below_floor"
    FEWER_PAIRS = "fewer_pairs"
    FLOOR_NOT_HIGHEST = "floor_not_highest"
    TOTAL_BELOW_BEST = "total_below_best"
    BLOCKING_PAIR = "blocking_pair"
    CERTIFICATE_FALSE = "certificate_false"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A result: `chosen` and `locked` are edges of the market, each once.

    `least` is the score that nobody's pair may fall short of, locked pairs apart.
    """

    market: Market
    chosen: Ints
    locked: Ints
    objective: Objective = Objective.TOTAL
    least: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One price a column for the total; a cover for the number of pairs and one for the floor where asked.

    `count_cover` proves that pairs of any score are no more, `floor_cover` that pairs above the floor are
    fewer. Both only mean something in a result with a floor.
    """

    price: Ints
    count_cover: Mask | None = None
    floor_cover: Mask | None = None
    total_price: Ints | None = None
    """Prices of the total alone, for results that may have fewer pairs than the bound of their number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, with where: `node` is a row or column, `edge` an edge of the market."""

    fault: Fault
    node: int = -1
    edge: int = -1
    by: int = 0
    """By how much: pairs too few, places too many, millionths too low."""
    improvement: Improvement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a result reaches against what can be reached; scores in millionths."""

    matched: int
    most: int
    """No allowed result has more pairs."""
    objective: int
    bound: int
    """No allowed result with as many pairs, and none below its floor, has a better total."""
    floor: int | None
    """The worst score among the matched."""
    level: int
    """The floor that was proven, locked pairs apart."""
    blocking_pairs: int
    findings: tuple[Finding, ...]
    proof: Proof | None
    found_itself: bool
    """Whether the prices were found here, not given."""

    @property
    def gap(self) -> int:
        """What is left between the result and the bound."""
        return self.bound - self.objective

    @property
    def proven(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings
