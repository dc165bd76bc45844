"""Figures of repeated runs, as a table and as JSON."""

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from tests.bench.pipeline.meter import Reading

PARTS = ("client", "postgres", "broker")


@dataclass(slots=True)
class Report:
    """What was measured: by work, variant and figure the value of each repetition."""

    runs: dict[tuple[str, str], dict[str, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def rate(self, work: str, variant: str, events: int, reading: Reading) -> None:
        """Events a second, and CPU seconds per 10,000 of them."""
        figures = {f"{part}_s": reading.cpu[part] / events * 10_000 for part in PARTS if part in reading.cpu}
        self.add(work, variant, {"rate": events / reading.wall, **figures})

    def add(self, work: str, variant: str, figures: Mapping[str, float]) -> None:
        """The figures of one run."""
        row = self.runs[work, variant]
        for name, value in {**figures, "load": os.getloadavg()[0]}.items():
            row[name].append(value)
        said = "  ".join(f"{name} {_short(value)}" for name, value in figures.items())
        print(f"  {work:8} {variant:34} {said}", flush=True)  # noqa: T201  a run takes minutes

    def median(self, work: str, variant: str, figure: str) -> float | None:
        """The middle of the repetitions; None when there was none."""
        values = self.runs.get((work, variant), {}).get(figure)
        return median(values) if values else None

    def ratio(self, work: str, variant: str, other: str, figure: str = "rate") -> float | None:
        """How the medians of two variants compare."""
        one, two = self.median(work, variant, figure), self.median(work, other, figure)
        return one / two if one is not None and two else None

    def table(self) -> str:
        """One line a variant: median (lowest to highest) of each figure."""
        lines = []
        for (work, variant), figures in self.runs.items():
            said = "  ".join(
                f"{name} {_short(median(values))} ({_short(min(values))}–{_short(max(values))})"
                for name, values in figures.items()
            )
            lines.append(f"{work:8} {variant:34} {said}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        """Medians of every figure, by work and variant."""
        return {
            f"{work}/{variant}": {name: round(median(values), 4) for name, values in figures.items()}
            for (work, variant), figures in self.runs.items()
        }


def percentile(values: list[float], percent: float) -> float:
    """The value below which so many percent lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def _short(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"
