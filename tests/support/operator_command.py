"""The operator's commands of a service as they are typed, in the process of the test."""

import asyncio
import base64
from collections.abc import Callable

import typer
from typer.testing import CliRunner, Result

from deploy.local.database_url import DatabaseUrl
from shared.cli_operations import add_operations
from shared.settings import ServiceSettings

Typed = Callable[..., "asyncio.Future[Result]"]


def operator_of(
    database: DatabaseUrl,
    service: str = "engagement",
    bootstrap: tuple[str, ...] = ("127.0.0.1:1",),
    **more: object,
) -> Typed:
    """Call the answer with the words of a command."""
    settings = ServiceSettings.model_validate(
        {
            "database_url": database.sqlalchemy,
            "kafka_bootstrap_servers": bootstrap,
            "seal_key": base64.b64encode(b"k" * 32).decode(),
            "oidc_issuer": "https://issuer.example",
            "oidc_audience": "mentoring",
            "oidc_jwks_url": "https://issuer.example/keys",
            **more,
        }
    )
    cli = typer.Typer()
    add_operations(cli, service, lambda: settings)

    def typed(*words: str) -> "asyncio.Future[Result]":
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(None, lambda: CliRunner().invoke(cli, list(words)))

    return typed
