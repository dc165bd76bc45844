"""How the story is told: readable tables, as it happens."""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table


class Teller:
    """Writes to the terminal."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)

    def chapter(self, title: str) -> None:
        """A new part of the story."""
        self._console.print()
        self._console.rule(f"[bold]{title}", align="left")

    def say(self, text: str) -> None:
        """A sentence."""
        self._console.print(text)

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table; numbers stand right."""
        table = Table(title=title, title_justify="left", title_style="bold", header_style="dim")
        kept = [list(row) for row in rows]
        for number, column in enumerate(columns):
            numeric = bool(kept) and all(isinstance(row[number], int | float) for row in kept)
            table.add_column(column, justify="right" if numeric else "left")
        for row in kept:
            table.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row))
        self._console.print(table)

    def counts(self, title: str, what: str, counts: Mapping[str, int]) -> None:
        """A breakdown."""
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        self.table(title, (what, "count"), ranked)

    def verdict(self, name: str, held: bool, detail: str) -> None:
        """Whether an expectation held."""
        mark = "[green]✓" if held else "[bold red]✗"
        self._console.print(f" {mark}[/] {name}" + (f" [dim]({detail})" if detail else ""))
