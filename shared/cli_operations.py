"""The operator's commands of every service: `dead-letters`, `parked`, `outbox`, `offsets`, `rebuild`.

They exit with 0, 1 when there is no such thing, 2 for a wrong command line, 3 when they refuse,
4 when the broker does not answer.
"""

import asyncio
import getpass
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from shared.cli_offsets import add_offsets
from shared.cli_output import NOT_FOUND, AsJson, DryRun, print_counts, print_rows
from shared.cli_rebuild import add_rebuild
from shared.ids import new_id
from shared.messaging.operations import Operations, Selection
from shared.messaging.outbox_view import OutboxView
from shared.messaging.records import Record
from shared.messaging.sealing import Sealer
from shared.messaging.set_aside import SetAside
from shared.observability.metrics import distribution_version
from shared.persistence.engine import make_engine
from shared.persistence.unit_of_work import Units
from shared.settings import ServiceSettings

_Run = Callable[[Callable[[Operations], Coroutine[Any, Any, Any]]], Any]

Reason = Annotated[str | None, typer.Option(help="Only those with this reason code.")]
Key = Annotated[str | None, typer.Option(help="Only those of this key.")]
Since = Annotated[datetime | None, typer.Option(help="Only those that failed since then (UTC).")]
Id = Annotated[UUID | None, typer.Option("--id", help="Only this one.")]


def add_operations(cli: typer.Typer, name: str, load: Callable[[], ServiceSettings]) -> None:
    """Put the operator's commands on a service's command line."""
    letters = typer.Typer(help="Records that this service could not handle.", no_args_is_help=True)
    cli.add_typer(letters, name="dead-letters")

    run = _runner(name, load)
    _add_looks(letters, run)
    _add_changes(letters, run)

    @cli.command()
    def parked(as_json: AsJson = False) -> None:
        """List the keys whose records wait behind a dead one."""
        print_rows([asdict(key) for key in run(lambda operations: operations.parked())], as_json)

    @cli.command()
    def outbox(as_json: AsJson = False) -> None:
        """Show what waits for the relay, and the shards that no relay holds."""
        _print_outbox(run(lambda operations: operations.outbox()), as_json)

    add_offsets(cli, name, load, run)
    add_rebuild(cli, name)


def _runner(name: str, load: Callable[[], ServiceSettings]) -> _Run:
    def run(use: Callable[[Operations], Coroutine[Any, Any, Any]]) -> Any:
        async def inside() -> Any:
            async with _operations(name, load()) as operations:
                return await use(operations)

        return asyncio.run(inside())

    return run


def _add_looks(letters: typer.Typer, run: _Run) -> None:
    @letters.command("list")
    def list_(reason: Reason = None, key: Key = None, since: Since = None, as_json: AsJson = False) -> None:
        """List what waits, without what it holds."""
        print_rows(run(lambda operations: operations.find(_selection(None, reason, key, since))), as_json)

    @letters.command()
    def show(
        record_id: UUID,
        reveal: Annotated[bool, typer.Option(help="Open a sealed record; audited.")] = False,
    ) -> None:
        """Show one record; a sealed one holds personal data and stays closed unless --reveal."""
        found = run(lambda operations: operations.show(record_id, reveal=reveal))
        if found is None:
            typer.echo(f"no record {record_id} waits here", err=True)
            raise typer.Exit(NOT_FOUND)
        row, record = found
        typer.echo(
            json.dumps(row | {"record": _readable(record) if record else "sealed"}, default=str, indent=2)
        )


def _add_changes(letters: typer.Typer, run: _Run) -> None:
    @letters.command()
    def replay(
        *,
        record_id: Id = None,
        reason: Reason = None,
        key: Key = None,
        since: Since = None,
        dry_run: DryRun = False,
        as_json: AsJson = False,
    ) -> None:
        """Send records again, to this service alone, in the order of each key."""
        selection = _selection(record_id, reason, key, since)
        if dry_run:
            print_rows(run(lambda operations: operations.find(selection)), as_json)
            return
        print_counts({"replayed": run(lambda operations: operations.replay(selection))}, as_json)

    @letters.command()
    def drop(
        *,
        record_id: Id = None,
        reason: Reason = None,
        key: Key = None,
        since: Since = None,
        dry_run: DryRun = False,
        as_json: AsJson = False,
    ) -> None:
        """Give records up for good; what waited for them alone is sent again."""
        selection = _selection(record_id, reason, key, since)
        if selection == Selection():
            raise typer.BadParameter("name what to drop: --id, --reason, --key or --since")
        if dry_run:
            print_rows(run(lambda operations: operations.find(selection)), as_json)
            return
        print_counts(dict(run(lambda operations: operations.drop(selection))), as_json)


@asynccontextmanager
async def _operations(name: str, settings: ServiceSettings) -> AsyncIterator[Operations]:
    engine = make_engine(settings.database_url.get_secret_value(), application=f"mentoring-{name}-operator")
    try:
        units = Units(engine, service=name)
        aside = SetAside(name, distribution_version(), Sealer(settings.seal_bytes), new_id)
        yield Operations(name, units, aside, getpass.getuser())
    finally:
        await engine.dispose()


def _selection(
    record_id: UUID | None, reason: str | None, key: str | None, since: datetime | None
) -> Selection:
    zoned = since.replace(tzinfo=UTC) if since and since.tzinfo is None else since
    return Selection(record_id=record_id, reason=reason, key=key, since=zoned)


def _print_outbox(view: OutboxView, as_json: bool) -> None:
    if as_json:
        whole = {"rows": view.rows, "oldest_age_seconds": view.oldest_age_seconds}
        typer.echo(json.dumps(whole | asdict(view)))
        return
    for part in view.waiting:
        typer.echo(
            f"topic={part.topic}  shard={part.shard}  rows={part.rows}  "
            f"oldest={part.oldest_age_seconds:.0f} s"
        )
    typer.echo(f"{view.rows} rows wait, the oldest for {view.oldest_age_seconds:.0f} s")
    unheld = ", ".join(map(str, view.unheld_shards))
    typer.echo(f"shards that no relay holds: {unheld or 'none'}")


def _readable(record: Record) -> dict[str, Any]:
    return {
        "key": _text(record.key),
        "value": _text(record.value),
        "headers": [[name, _text(value)] for name, value in record.headers],
    }


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode(errors="backslashreplace")
