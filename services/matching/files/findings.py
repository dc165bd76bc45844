"""What is wrong with a result, in words and with the people's ids."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from services.matching.domain.certificate.claim import Fault, Finding
from services.matching.domain.certificate.labels import Improvement
from services.matching.domain.certificate.market import Market
from services.matching.files.cohort import Cohort
from services.matching.files.figures import smallest_of

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong: a closed code, and a sentence with ids."""

    code: str
    text: str

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {"code": self.code, "text": self.text}


class Teller:
    """Turns findings about rows, columns and edges into sentences about people."""

    def __init__(self, cohort: Cohort, market: Market) -> None:
        self._cohort, self._market = cohort, market
        self._unit = cohort.scores.unit

    def tell(self, finding: Finding) -> Complaint:
        """One complaint."""
        fault, show = finding.fault, self._unit.show
        texts: dict[Fault, Callable[[], str]] = {
            Fault.ROW_OVER_CAPACITY: lambda: self._over(finding, row=True),
            Fault.COLUMN_OVER_CAPACITY: lambda: self._over(finding, row=False),
            Fault.COLUMN_BELOW_MINIMUM: lambda: self._below(finding),
            Fault.LOCKED_PAIR_MISSING: lambda: f"the locked pair {self.pair(finding.edge)} is missing",
            Fault.BELOW_FLOOR: lambda: (
                f"{self.pair(finding.edge)} is {show(finding.by)} below the floor that was asked for"
            ),
            Fault.FEWER_PAIRS: lambda: (
                f"{finding.by} more pair{'s' * (finding.by > 1)} would be possible{self._change(finding)}"
            ),
            Fault.FLOOR_NOT_HIGHEST: lambda: (
                f"as many pairs are possible with nobody below {show(finding.by)}"
            ),
            Fault.TOTAL_BELOW_BEST: lambda: (
                f"the total could be higher by at least {show(finding.by)}{self._change(finding)}"
            ),
            Fault.BLOCKING_PAIR: lambda: (
                f"{finding.by} pairs would rather have each other, {self.pair(finding.edge)} among them"
            ),
            Fault.CERTIFICATE_FALSE: lambda: "the prices of the certificate do not prove this result",
        }
        return Complaint(fault.value, texts[fault]())

    def _over(self, finding: Finding, *, row: bool) -> str:
        people = self._cohort.rows if row else self._cohort.columns
        size = int(people.capacity[finding.node])
        return f"{people.id_of(finding.node)} has {size + finding.by} pairs and a capacity of {size}"

    def _below(self, finding: Finding) -> str:
        smallest = int(smallest_of(self._cohort)[finding.node])
        name = self._cohort.columns.id_of(finding.node)
        return f"{name} has {smallest - finding.by} pairs, and a group of theirs has at least {smallest}"

    def pair(self, edge: int) -> str:
        """The two of an edge."""
        row = int(self._market.row_of(np.array([edge]))[0])
        names = self._cohort.rows.id_of(row), self._cohort.columns.id_of(int(self._market.column[edge]))
        mentee, mentor = names[::-1] if self._cohort.swapped else names
        return f"{mentee}–{mentor}"

    def _change(self, finding: Finding) -> str:
        change = finding.improvement
        if change is None:
            return ""
        shape = "circle" if change.circle else "chain"
        return f" by a {shape} of moves: {self._moves(change)}"

    def _moves(self, change: Improvement) -> str:
        comes = ", ".join(self.pair(edge) for edge in change.edges_in[:_SHOWN])
        goes = ", ".join(self.pair(edge) for edge in change.edges_out[:_SHOWN])
        more = "" if len(change.edges_in) <= _SHOWN else f", … ({len(change.edges_in)} in all)"
        return f"{comes}{more} instead of {goes or 'nothing'}{more if goes else ''}"
