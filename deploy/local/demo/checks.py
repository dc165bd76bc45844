"""What must be true when the story has ended, never taken from whoever told it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Checks:
    """Expectations by name, with what was found."""

    results: list[tuple[str, bool, str]] = field(default_factory=list)

    def same(self, name: str, **found: object) -> None:
        """All these readings of one fact must agree."""
        values = list(found.values())
        agree = all(value == values[0] for value in values)
        shown = (
            str(values[0]) if agree else ", ".join(f"{source}: {value}" for source, value in found.items())
        )
        self.results.append((name, agree, shown[:300]))

    def some(self, name: str, count: int) -> None:
        """It must have happened at all: a story without it proves nothing."""
        self.results.append((name, count > 0, str(count)))

    def none(self, name: str, found: object) -> None:
        """It must not be."""
        self.results.append((name, not found, str(found)[:300] if found else ""))

    @property
    def held(self) -> bool:
        """Whether every expectation held."""
        return all(held for _, held, _ in self.results)


def tally(counts: Mapping[str, int]) -> dict[str, int]:
    """A breakdown in a fixed order, without zeros."""
    return dict(sorted((key, number) for key, number in Counter(counts).items() if number))
