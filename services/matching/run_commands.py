"""`runs log|replay`: what an operator, an analyst or a works council asks of the runs in the store."""

import asyncio
import sys
from collections.abc import Callable
from typing import Final, NoReturn
from uuid import UUID

import typer

from services.matching.domain.run.record import replay
from services.matching.domain.run.stored import inputs_hash
from services.matching.handlers.runs import context_of
from services.matching.persistence.evidence_repository import Evidence, EvidenceRepository
from services.matching.persistence.run_repository import MatchRun, RunRepository
from services.matching.settings import MatchingSettings
from shared.errors import NotFound
from shared.persistence.engine import make_engine
from shared.persistence.unit_of_work import Units

DIFFERENT: Final = 1
NOT_REPLAYABLE: Final = 2


def add_run_commands(cli: typer.Typer, load: Callable[[], MatchingSettings]) -> None:
    """Put them on the command line of matching."""
    runs = typer.Typer(help="Match runs as they were recorded.", no_args_is_help=True)
    cli.add_typer(runs, name="runs")

    @runs.command("log")
    def show_log(run_id: UUID) -> None:
        """Print the decision log of a run, byte for byte."""
        sys.stdout.write(_read(load(), run_id)[1].log)

    @runs.command("replay")
    def replay_run(run_id: UUID) -> None:
        """Solve a run again from its stored inputs and compare every byte of its decision log.

        Exit code 1: something is different. 2: the run cannot be replayed.
        """
        run, kept = _read(load(), run_id)
        if kept.redacted:
            _stop("the inputs are not whole any more: somebody in them was forgotten", NOT_REPLAYABLE)
        text = kept.inputs_text
        if run.figures is None or inputs_hash(text) != run.figures.inputs_hash:
            _stop("the stored inputs are not those of the run: their hash is another one", DIFFERENT)
        again = replay(text, context_of(run))
        if again != kept.log:
            _stop(_first_difference(kept.log, again), DIFFERENT)
        size = len(kept.log.encode())
        typer.echo(
            f"the same {size} bytes: {run.figures.proposals} proposals, inputs {run.figures.inputs_hash}"
        )


def _read(settings: MatchingSettings, run_id: UUID) -> tuple[MatchRun, Evidence]:
    async def read() -> tuple[MatchRun, Evidence]:
        engine = make_engine(
            settings.database_url.get_secret_value(), application="mentoring-matching-replay"
        )
        try:
            async with Units(engine, service="matching").read() as connection:
                run = await RunRepository(connection).get(run_id)
                return run, await EvidenceRepository(connection).get(run_id)
        finally:
            await engine.dispose()

    try:
        return asyncio.run(read())
    except NotFound as error:
        _stop(f"{error.code}: {run_id}", NOT_REPLAYABLE)


def _stop(why: str, code: int) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(code)


def _first_difference(stored: str, again: str) -> str:
    """Where two texts part, with a little of both."""
    at = next(
        (at for at, (one, other) in enumerate(zip(stored, again, strict=False)) if one != other),
        min(len(stored), len(again)),
    )
    start = max(0, at - 40)
    before, after = stored[start : at + 40], again[start : at + 40]
    return f"different from byte {at} on\nstored: …{before}…\nagain:  …{after}…"
