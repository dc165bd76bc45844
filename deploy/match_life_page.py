"""The life of a match as a page: the table by which matching decides, row by row."""

from typing import Final

from services.matching.domain.match.life import GIVEN_BY, TABLE
from services.matching.domain.match.states import LIVE, Case

_ABOUT: Final = """\
# The life of a match

Written by `make docs` from the table by which matching decides; do not edit.

A match is one aggregate from proposal to end: proposed → offered → accepted → active ⇄ paused → completed,
or declined, expired, ended early.
What is in no row is refused; a fact or a due time that reaches a match that is over changes nothing.
While it is {live}, it holds a seat of every member.
*Withheld*: its events do not say who caused them. *Apart*: the pair is not proposed again in that cohort.
"""

Row = tuple[str, ...]


def match_life_rows() -> tuple[Row, ...]:
    """Header and rows."""
    header = ("state", "input", "case", "given by", "new state", "events", "reason", "withheld", "apart")
    rows = [
        (
            state.value,
            given.value,
            "" if case is Case.ALWAYS else case.value,
            ", ".join(sorted(by.value for by in GIVEN_BY[given])),
            row.to.value,
            ", ".join(fact.value for fact in row.facts),
            row.end_reason.value if row.end_reason else "",
            "yes" if row.withheld else "",
            "yes" if row.excludes_pair else "",
        )
        for (state, given, case), row in TABLE.items()
    ]
    order = [state.value for state in type(next(iter(LIVE)))]
    return (header, *sorted(rows, key=lambda row: (order.index(row[0]), row[1], row[2])))


def about_match_life() -> str:
    """What stands above the table."""
    order = list(type(next(iter(LIVE))))
    return _ABOUT.format(live=", ".join(state.value for state in order if state in LIVE))
