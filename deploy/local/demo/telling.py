"""How the story is told: readable tables, as it happens, never wider than 100 columns."""

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final, TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.local.demo.checks import Checks

WIDTH: Final = 100
_BAR: Final = 40


class Teller:
    """Writes to the terminal, and remembers how long each chapter took."""

    def __init__(self, file: TextIO | None = None) -> None:
        self._console = Console(file=file or sys.stdout, highlight=False, soft_wrap=False)
        if not self._console.is_terminal or self._console.width > WIDTH:
            self._console.width = WIDTH
        self._chapters: list[tuple[str, float]] = []

    def chapter(self, title: str) -> None:
        """A new part of the story."""
        self._chapters.append((title, time.perf_counter()))
        self._console.print()
        self._console.rule(f"[bold]{escape(title)}", align="left")

    def say(self, text: str) -> None:
        """A sentence."""
        self._console.print(escape(text))

    def line(self, text: str) -> None:
        """A line as it is, for machines: neither wrapped nor coloured."""
        self._console.file.write(text + "\n")
        self._console.file.flush()

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table; numbers stand right."""
        table = Table(header_style="dim", box=SIMPLE_HEAD, show_edge=False)
        kept = [list(row) for row in rows]
        for number, column in enumerate(columns):
            numeric = bool(kept) and all(isinstance(row[number], int | float) for row in kept)
            table.add_column(column, justify="right" if numeric else "left", overflow="fold")
        for row in kept:
            table.add_row(*map(_cell, row))
        self._console.print(f"\n[bold]{escape(title)}" if kept else f"\n[bold]{escape(title)}[/]: none")
        if kept:
            self._console.print(table)

    def counts(self, title: str, what: str, counts: Mapping[str, int]) -> None:
        """A breakdown, the largest first."""
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        self.table(title, (what, "count"), ranked)

    def bars(self, title: str, what: str, counts: Sequence[tuple[str, int | None]]) -> None:
        """A breakdown in its own order, with a bar each; what is withheld has none."""
        most = max((count or 0 for _, count in counts), default=0) or 1
        rows = [
            (code, "withheld" if count is None else count, "█" * round(_BAR * (count or 0) / most))
            for code, count in counts
        ]
        self.table(title, (what, "count", ""), rows)

    def verdicts(self, checks: Checks) -> None:
        """Whether each expectation held, by subject."""
        for group, results in groupby(checks.results, key=lambda result: result.group):
            table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=False)
            table.add_column(width=2)
            table.add_column(width=56, overflow="fold")
            table.add_column(overflow="fold", style="dim")
            for result in results:
                mark = "[green]✓" if result.held else "[bold red]✗"
                name = escape(result.name) if result.held else f"[bold red]{escape(result.name)}"
                table.add_row(mark, name, escape(result.found))
            self._console.print(f"[bold]{escape(group)}")
            self._console.print(table)
        if checks.held:
            self._console.print(f"\n[green]All {len(checks.results)} expectations held.")
        for name in checks.failed:
            self._console.print(f"[bold red]FAILED: {escape(name)}")

    def times(self) -> None:
        """How long each chapter took, until now."""
        ends = [began for _, began in self._chapters[1:]] + [time.perf_counter()]
        rows = [
            (title, round(end - began, 1)) for (title, began), end in zip(self._chapters, ends, strict=True)
        ]
        self.table("Seconds", ("chapter", "seconds"), rows)


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else escape(str(value))
