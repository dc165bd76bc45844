"""What the verdict found: every violation counted, a few of each shown."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

SHOWN: Final = 5


class Invariant(StrEnum):
    """What must hold, whatever died."""

    LOSS = "I1"
    PHANTOM = "I2"
    ONCE = "I3"
    ORDER = "I4"
    AGREEMENT = "I5"
    CONSERVATION = "I6"
    CONVERGENCE = "I7"
    CAUSALITY = "I8"
    OFFSETS = "I9"
    RECOVERY = "I10"
    LETTERS = "I11"
    DURABLE = "I12"


MEANING: Final = {
    Invariant.LOSS: "nothing is lost",
    Invariant.PHANTOM: "no event without a committed cause",
    Invariant.ONCE: "every effect happens once",
    Invariant.ORDER: "the order of each key holds",
    Invariant.AGREEMENT: "the same event has the same bytes",
    Invariant.CONSERVATION: "seats, calendars and counters add up",
    Invariant.CONVERGENCE: "what is stored follows from the topics",
    Invariant.CAUSALITY: "no effect is before its cause",
    Invariant.OFFSETS: "offsets move forward and reach the end",
    Invariant.RECOVERY: "the system recovers, and stays responsive",
    Invariant.LETTERS: "dead letters are accounted for",
    Invariant.DURABLE: "what was acknowledged is there",
}


@dataclass(slots=True)
class Findings:
    """Violations by invariant, and what was looked at."""

    violations: Counter[Invariant] = field(default_factory=Counter)
    examples: dict[Invariant, list[str]] = field(default_factory=dict)
    looked_at: Counter[str] = field(default_factory=Counter)
    unchecked: list[str] = field(default_factory=list)

    def add(self, invariant: Invariant, what: str) -> None:
        """Something is wrong."""
        self.violations[invariant] += 1
        shown = self.examples.setdefault(invariant, [])
        if len(shown) < SHOWN:
            shown.append(what)

    def saw(self, what: str, times: int = 1) -> None:
        """Something was looked at: a verdict about nothing is worth nothing."""
        self.looked_at[what] += times

    def could_not(self, what: str) -> None:
        """Something could not be looked at."""
        self.unchecked.append(what)
