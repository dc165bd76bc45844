"""`python -m services.<name>`: the same commands in every service."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from typing import TypeVar

import typer
import uvicorn
from fastapi import FastAPI

from shared.cli_operations import add_operations
from shared.garbage import settle_collector
from shared.messaging.topics import apply_topics
from shared.observability.logging import configure_logging
from shared.observability.metrics import distribution_version
from shared.persistence.migrations import upgrade
from shared.service import Service
from shared.settings import ServiceSettings, load_settings

S = TypeVar("S", bound=ServiceSettings)
_GRACE_SECONDS = 10


def make_cli(name: str, settings_class: type[S], create_service: Callable[[S], Service]) -> typer.Typer:
    """The command line of one service; without a command it serves."""
    cli = typer.Typer(help=f"The {name} service.", add_completion=False, pretty_exceptions_enable=False)

    def load() -> S:
        settings = load_settings(settings_class, dict(os.environ))
        configure_logging(name, settings.log_level, version=distribution_version())
        return settings

    @cli.callback(invoke_without_command=True)
    def default(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            serve()

    @cli.command()
    def serve() -> None:
        """Serve until SIGTERM."""
        settings = load()
        service = create_service(settings)
        settle_collector()
        serve_until_told(service.app, settings.http_host, settings.http_port)

    @cli.command()
    def migrate() -> None:
        """Bring this service's store to the newest revision."""
        upgrade(name, load().database_url.get_secret_value())

    @cli.command()
    def topics(replication_factor: int = typer.Option(3, min=1, help="Copies of each partition.")) -> None:
        """Create the topics of the platform that are missing, and check the others."""
        created = asyncio.run(apply_topics(load().cluster, replication_factor=replication_factor))
        typer.echo(f"created {len(created)}: {', '.join(created) or 'all topics were there'}")

    add_operations(cli, name, load)
    return cli


def serve_until_told(app: FastAPI, host: str, port: int) -> None:
    """Serve until SIGTERM, and exit with 0 after it: uvicorn would end by the signal that it was sent."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        limit_concurrency=500,
        h11_max_incomplete_event_size=16_384,
    )


def main(name: str, settings_class: type[S], create_service: Callable[[S], Service]) -> None:
    """Run the command line."""
    make_cli(name, settings_class, create_service)()
