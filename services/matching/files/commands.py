"""The commands for cohorts in files. What they need is loaded when they are called."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from services.matching.domain.certificate.claim import Objective
from services.matching.files.cohort import Format
from services.matching.files.progress import Progress
from services.matching.files.refusal import (
    EXIT_BAD_INPUT,
    EXIT_NOT_SOLVED,
    EXIT_NOT_VERIFIED,
    NotProven,
    Refused,
)

FILE_COMMANDS: Final = ("solve", "verify")
_Market = Annotated[
    Path, typer.Argument(metavar="MARKET_DIR", help="Holds mentees, mentors and scores, as CSV or Parquet.")
]
_Out = Annotated[Path, typer.Argument(metavar="OUT_DIR", help="Holds the result.")]
_Json = Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object in the last line.")]
_Floor = Annotated[
    str | None, typer.Option(metavar="N", help="Nobody's score below this, in the unit of the scores file.")
]
_Rounds = Annotated[
    int | None, typer.Option(min=1, max=100, metavar="R", help="How many short rounds; with --format flash.")
]
_Pairs = typer.Option(metavar="FILE", help="Pairs to keep: mentee_id, mentor_id.")


def make_file_cli() -> typer.Typer:
    """A command line of these alone, which loads nothing of the service."""
    cli = typer.Typer(help="The matching service.", add_completion=False, pretty_exceptions_enable=False)
    add_file_commands(cli)
    return cli


def add_file_commands(cli: typer.Typer) -> None:
    """Put them on a command line; they need no settings, server or store."""
    cli.command()(solve)
    cli.command()(verify)


def solve(
    market: _Market,
    out: Annotated[Path, typer.Option(metavar="OUT_DIR", help="Where the result goes, whole or not at all.")],
    *,
    kind: Annotated[Format, typer.Option("--format", help="Who learns from whom.")] = Format.ONE_TO_ONE,
    objective: Annotated[Objective, typer.Option(help="What to be best at.")] = Objective.TOTAL,
    floor: _Floor = None,
    locked: Annotated[Path | None, _Pairs] = None,
    previous: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Pairs to stay with where it costs nothing, such as an old matches.csv."
        ),
    ] = None,
    rounds: _Rounds = None,
    parquet: Annotated[bool, typer.Option("--parquet", help="Write Parquet instead of CSV.")] = False,
    memory_mb: Annotated[
        int | None, typer.Option(min=1, help="Refuse markets that need more memory than this.")
    ] = None,
    as_json: _Json = False,
) -> None:
    """Find the best matching of a cohort in files, and prove it. Exit code 0, 2 for bad input, 3 unsolved."""
    from services.matching.domain.solver.problem import SolverFailed  # noqa: PLC0415 - loads the engines
    from services.matching.files.solve_command import Order, solve_files  # noqa: PLC0415

    order = Order(
        market=market,
        out=out,
        format=kind,
        objective=objective,
        floor=floor,
        locked=locked,
        previous=previous,
        rounds=rounds,
        parquet=parquet,
        memory_mb=memory_mb,
    )
    with _refusals(as_json=as_json):
        try:
            run = solve_files(order, Progress(quiet=as_json))
        except (NotProven, SolverFailed, MemoryError) as error:
            typer.echo(f"not solved: {error}; nothing was written", err=True)
            raise typer.Exit(EXIT_NOT_SOLVED) from error
    _print_run(run, out, as_json=as_json)


def verify(
    market: _Market,
    out: _Out,
    *,
    kind: Annotated[Format | None, typer.Option("--format", help="Instead of what run.json says.")] = None,
    objective: Annotated[Objective | None, typer.Option(help="Instead of what run.json says.")] = None,
    floor: _Floor = None,
    locked: Annotated[Path | None, _Pairs] = None,
    rounds: _Rounds = None,
    as_json: _Json = False,
) -> None:
    """Check a result, whoever made it, without a solver. Exit code 0, 1 if it is refused, 2 for bad input."""
    from services.matching.files.verify_command import Question, verify_files  # noqa: PLC0415

    question = Question(
        market=market,
        out=out,
        format=kind,
        objective=objective,
        floor=floor,
        locked=locked,
        rounds=rounds,
    )
    with _refusals(as_json=as_json):
        answer = verify_files(question, Progress(quiet=as_json))
    _print_answer(answer, as_json=as_json)
    if not answer["verified"]:
        raise typer.Exit(EXIT_NOT_VERIFIED)


@contextmanager
def _refusals(*, as_json: bool) -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        typer.echo(f"refused: {refused}", err=True)
        if as_json:
            typer.echo(json.dumps(refused.as_json()))
        raise typer.Exit(EXIT_BAD_INPUT) from refused


def _print_run(run: dict[str, Any], out: Path, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(run, ensure_ascii=False))
        return
    typer.echo(
        f"{run['matched']:,} pairs of {run['most']:,} possible, {run['unmatched']:,} people without one\n"
        f"total {run['objective']:,} of at most {run['bound']:,}: gap {run['gap']}\n"
        f"worst score {run['floor']}, blocking pairs {run['blocking_pairs']:,}\n"
        f"{run['engine']}, {run['seconds']} s, {run['peak_mb']:,} MB"
    )
    if "optimum" in run:
        best = run["optimum"]
        typer.echo(f"the best total instead: {best['matched']:,} pairs, {best['objective']:,}")
    for number, one in enumerate(run.get("by_round", ()), start=1):
        typer.echo(f"  round {number}: {one['matched']:,} pairs, total {one['objective']:,}")
    for reason, count in run["unmatched_by_reason"].items():
        typer.echo(f"  {reason}: {count:,}")
    if run["rounded_scores"]:
        typer.echo(f"{run['rounded_scores']:,} scores had more than six decimals and were rounded", err=True)
    typer.echo(f"written to {out}")


def _print_answer(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    for complaint in answer["complaints"]:
        typer.echo(f"{complaint['code']}: {complaint['text']}")
    if answer["verified"]:
        how = "by its certificate" if answer["proof_from"] == "certificate" else "by prices found here"
        typer.echo(
            f"verified {how}: {answer['matched']:,} pairs, total {answer['objective']:,},"
            f" bound {answer['bound']:,}, gap {answer['gap']} ({answer['check_seconds']} s)"
        )
    else:
        typer.echo("not verified")
