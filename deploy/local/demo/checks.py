"""What must be true when the story has ended, never taken from whoever told it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_SHOWN: Final = 300


@dataclass(frozen=True, slots=True)
class Result:
    """One expectation: the subject it belongs to, whether it held, and what was found."""

    group: str
    name: str
    held: bool
    found: str


@dataclass(slots=True)
class Checks:
    """Expectations by name, with what was found; `about` opens the next group."""

    results: list[Result] = field(default_factory=list)
    _group: str = ""

    def about(self, group: str) -> None:
        """What comes next is about this."""
        self._group = group

    def same(self, name: str, **found: object) -> None:
        """All these readings of one fact must agree."""
        values = list(found.values())
        agree = all(value == values[0] for value in values)
        shown = _plain(values[0]) if agree else "; ".join(f"{at}: {_plain(v)}" for at, v in found.items())
        self._add(name, agree, shown)

    def some(self, name: str, count: int) -> None:
        """It must have happened at all: a story without it proves nothing."""
        self._add(name, count > 0, str(count))

    def none(self, name: str, found: object) -> None:
        """It must not be."""
        self._add(name, not found, _plain(found) if found else "none")

    def within(self, name: str, figure: int, limit: int, unit: str) -> None:
        """A figure must not be over its limit."""
        self._add(name, figure <= limit, f"{figure:,} of {limit:,} {unit}")

    def fact(self, name: str, held: bool, found: str) -> None:
        """Something that was found out otherwise."""
        self._add(name, held, found)

    @property
    def held(self) -> bool:
        """Whether every expectation held."""
        return all(result.held for result in self.results)

    @property
    def failed(self) -> list[str]:
        """The expectations that did not hold."""
        return [result.name for result in self.results if not result.held]

    def _add(self, name: str, held: bool, found: str) -> None:
        self.results.append(Result(self._group, name, held, found[:_SHOWN]))


def tally(counts: Mapping[str, int]) -> dict[str, int]:
    """A breakdown in a fixed order, without zeros."""
    return dict(sorted((key, number) for key, number in Counter(counts).items() if number))


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(number)}" for key, number in value.items()) or "none"
    if isinstance(value, list):
        return "; ".join(_plain(item) for item in value) or "none"
    return f"{value:,}" if isinstance(value, int) else str(value)
