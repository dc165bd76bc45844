"""`offsets show` and `offsets reset`: where this service's group stands in its topics."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn

import typer
from aiokafka.errors import KafkaError

from shared.cli_output import FAILED, NOT_FOUND, REFUSED, AsJson, DryRun, print_counts, print_rows
from shared.messaging.inbox import KEPT
from shared.messaging.offsets import GroupIsActiveError, GroupOffsets, Move, UnknownTopicError, row_of
from shared.messaging.operations import Operations
from shared.persistence.failures import class_of
from shared.settings import ServiceSettings

Run = Callable[[Callable[[Operations], Coroutine[Any, Any, Any]]], Any]
Target = int | str | datetime

Topic = Annotated[str | None, typer.Option(help="Only this topic; else all that the group reads.")]
To = Annotated[str, typer.Option(help="earliest, latest, an offset, or a time as 2026-05-01T12:00:00 (UTC).")]
Skip = Annotated[bool, typer.Option("--allow-skip", help="Also where records would never be consumed.")]


def add_offsets(cli: typer.Typer, name: str, load: Callable[[], ServiceSettings], run: Run) -> None:
    """Put the commands on a service's command line."""
    offsets = typer.Typer(help="Where this service's group stands in its topics.", no_args_is_help=True)
    cli.add_typer(offsets, name="offsets")

    @offsets.command()
    def show(topic: Topic = None, as_json: AsJson = False) -> None:
        """Show each partition: its begin and end, what the group committed, what it has not read."""
        group = GroupOffsets(name, load().cluster)
        with _told():
            print_rows([row_of(each) for each in asyncio.run(group.standing(topic))], as_json)

    @offsets.command()
    def reset(
        to: To,
        topic: Topic = None,
        *,
        dry_run: DryRun = False,
        allow_skip: Skip = False,
        as_json: AsJson = False,
    ) -> None:
        """Move the group, all replicas of which must have stopped; nothing takes effect twice by it."""
        target = _target(to)
        if isinstance(target, int) and topic is None:
            raise typer.BadParameter("an offset is one of a topic: name it with --topic")
        group = GroupOffsets(name, load().cluster)
        with _told():
            moves = asyncio.run(_moves(group, topic, target))
            if dry_run:
                _print_plan(group, moves, as_json)
                return
            if not allow_skip:
                _refuse_skips(moves)
            _move(group, moves, to, run)
            print_counts(_counts(moves), as_json)


@contextmanager
def _told() -> Iterator[None]:
    """Whatever ends a command ends it with one line."""
    try:
        yield
    except UnknownTopicError as error:
        _end(str(error), NOT_FOUND)
    except GroupIsActiveError as error:
        _end(f"refused: {error}; stop every replica first", REFUSED)
    except (KafkaError, OSError, TimeoutError) as error:
        _end(f"the broker did not answer as it should: {class_of(error)}", FAILED)


def _refuse_skips(moves: list[Move]) -> None:
    if skipped := _counts(moves)["skipped"]:
        _end(f"refused: {skipped} records would never be consumed (--allow-skip)", REFUSED)


def _move(group: GroupOffsets, moves: list[Move], to: str, run: Run) -> None:
    if asyncio.run(group.members()):
        typer.echo("waiting until the group forgets the members that stopped", err=True)
    asyncio.run(group.wait_until_empty())

    async def audit(operations: Operations) -> None:
        for topic in sorted({move.standing.topic for move in moves}):
            await operations.note("offsets_reset", "topic", f"{topic} {to}")

    run(audit)
    asyncio.run(group.apply(moves))


async def _moves(group: GroupOffsets, topic: str | None, to: Target) -> list[Move]:
    moves = await group.plan(await group.standing(topic), to)
    return [move for move in moves if move.read_again or move.skipped]


def _target(to: str) -> Target:
    if to in ("earliest", "latest"):
        return to
    if to.isdigit():
        return int(to)
    try:
        moment = datetime.fromisoformat(to)
    except ValueError:
        raise typer.BadParameter(f"{to} is neither earliest, latest, an offset nor a time") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _print_plan(group: GroupOffsets, moves: list[Move], as_json: bool) -> None:
    print_rows([move.row() for move in moves], as_json)
    if as_json:
        return
    counts = _counts(moves)
    typer.echo(f"would read {counts['read_again']} records again; the guard lets none take effect twice")
    if counts["skipped"]:
        typer.echo(f"would skip {counts['skipped']} records for good")
    if foreign := sorted({move.standing.topic for move in moves if group.is_foreign(move.standing.topic)}):
        remembered = f"remembered for {KEPT.days} days"
        typer.echo(f"records of {', '.join(foreign)} are {remembered}: older ones would apply again")
    if members := asyncio.run(group.members()):
        typer.echo(f"would be refused: {len(members)} members are at work: {', '.join(members)}")


def _counts(moves: list[Move]) -> dict[str, int]:
    return {
        "partitions": len(moves),
        "read_again": sum(move.read_again for move in moves),
        "skipped": sum(move.skipped for move in moves),
    }


def _end(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)
