"""How operator's commands speak: lines to read, or JSON for programs."""

import json
from typing import Annotated, Any, Final

import typer

NOT_FOUND: Final = 1
REFUSED: Final = 3
FAILED: Final = 4

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document a line.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")]


def print_rows(rows: list[dict[str, Any]], as_json: bool) -> None:
    """A row a line."""
    for row in rows:
        if as_json:
            typer.echo(json.dumps(row, default=str))
        else:
            typer.echo("  ".join(f"{name}={value}" for name, value in row.items() if value not in (None, "")))
    if not as_json:
        typer.echo(f"{len(rows)} found")


def print_counts(counts: dict[str, int], as_json: bool) -> None:
    """All counts on one line."""
    typer.echo(
        json.dumps(counts) if as_json else ", ".join(f"{count} {name}" for name, count in counts.items())
    )
