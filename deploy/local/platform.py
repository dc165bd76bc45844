"""The embedded platform: broker, database and all four services in one process, on one port.

One command, no Docker, no JVM. It listens on 127.0.0.1 only, its issuer lets anybody at this machine sign in
as anybody, and its data is erased at each start: it serves development and the demo.
"""

import asyncio
import base64
import contextlib
import importlib
import os
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.local.broker import EmbeddedBroker
from deploy.local.database import SERVICES, EmbeddedPostgres
from deploy.local.database_url import DatabaseUrl
from deploy.local.issuer import DevelopmentIssuer, SignIn
from deploy.local.port import choose_port
from shared.clock import Clock, SystemClock
from shared.events.catalog import TOPICS, Topic
from shared.http.auth import DEVELOPMENT_ISSUER
from shared.http.jwks import StaticKeys
from shared.ids import new_id
from shared.kernel import Surroundings
from shared.messaging.broker import Cluster
from shared.messaging.topics import apply_topics
from shared.observability.logging import bound_context, configure_logging
from shared.persistence.migrations import upgrade
from shared.service import Service

AUDIENCE: Final = "mentoring"
ISSUER_PATH: Final = "/issuer"
HOST: Final = "127.0.0.1"
_READY_SECONDS: Final = 60.0
_EMBEDDED_SESSION: Final = timedelta(seconds=10)


class FrontDoor:
    """One port for four apps: `/api/<service>/…` and `/<service>/metrics`; the console has the rest."""

    def __init__(self, apps: dict[str, ASGIApp], issuer: ASGIApp, console: str = "reporting") -> None:
        self._apps = apps
        self._issuer = issuer
        self._console = apps[console]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return
        first, _, rest = scope["path"].lstrip("/").partition("/")
        if first == "api":
            await self._apps.get(rest.partition("/")[0], self._console)(scope, receive, send)
        elif first in self._apps:
            await self._apps[first](_below(scope, rest), receive, send)
        elif f"/{first}" == ISSUER_PATH:
            await self._issuer(_below(scope, rest), receive, send)
        else:
            await self._console(scope, receive, send)


def _below(scope: Scope, rest: str) -> Scope:
    return {**scope, "path": f"/{rest}", "raw_path": f"/{rest}".encode()}


class _Server(uvicorn.Server):
    """A server that leaves signals to the command that runs it: what else runs must be stopped first."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Platform:
    """Everything that runs, and how to reach it."""

    def __init__(
        self,
        broker: EmbeddedBroker,
        databases: dict[str, DatabaseUrl],
        *,
        clock: Clock,
        listener: socket.socket,
        people: Callable[[], Iterable[SignIn]],
        settings: dict[str, dict[str, Any]] | None = None,
    ) -> None:
        self.clock = clock
        self.databases = databases
        self.base_url = f"http://{HOST}:{listener.getsockname()[1]}"
        self.cluster = Cluster(
            tuple(broker.bootstrap),
            idempotent=False,
            session_timeout=_EMBEDDED_SESSION,
            fetch_max_wait=timedelta(milliseconds=10),
        )
        self.issuer = DevelopmentIssuer(
            people,
            base_url=f"{self.base_url}{ISSUER_PATH}",
            audience=AUDIENCE,
            redirect_uris=[f"{self.base_url}/login/callback"],
        )
        self.services = {name: self._service(name, (settings or {}).get(name, {})) for name in SERVICES}
        self._server = _Server(
            uvicorn.Config(
                FrontDoor({name: service.app for name, service in self.services.items()}, self.issuer.app),
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                # Longer than clients keep theirs: else they may send on a connection that is being closed.
                timeout_keep_alive=30,
                timeout_graceful_shutdown=3,
            )
        )
        self._listener = listener
        self._serving: asyncio.Task[None] | None = None

    def _service(self, name: str, more: dict[str, Any]) -> Service:
        settings_class = getattr(
            importlib.import_module(f"services.{name}.settings"), f"{name.title()}Settings"
        )
        create = importlib.import_module(f"services.{name}.app").create_service
        values = {
            "mode": "embedded",
            "database_url": self.databases[name].sqlalchemy,
            "kafka_bootstrap_servers": self.cluster.bootstrap_servers,
            "session_timeout": _EMBEDDED_SESSION,
            "seal_key": base64.b64encode(secrets.token_bytes(32)).decode(),
            "oidc_issuer": DEVELOPMENT_ISSUER,
            "oidc_audience": AUDIENCE,
            "oidc_jwks_url": f"{self.base_url}{ISSUER_PATH}/jwks",
            "oidc_authorize_url": f"{self.base_url}{ISSUER_PATH}/authorize",
            "oidc_token_url": f"{self.base_url}{ISSUER_PATH}/token",
            "console_url": self.base_url,
        }
        around = Surroundings(self.clock, new_id, StaticKeys(self.issuer.public_keys()))
        service: Service = create(settings_class.model_validate(values | more), around)
        return service

    async def start(self) -> None:
        """Start everything and return once all four services are ready."""
        await apply_topics(
            self.cluster, replication_factor=1, topics=[*TOPICS.values(), *self._foreign_topics()]
        )
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        # The broker takes five seconds to form the groups: the stores are migrated meanwhile.
        await asyncio.gather(*(service.start() for service in self.services.values()), self._migrate())
        async with asyncio.timeout(_READY_SECONDS):
            for name, service in self.services.items():
                with bound_context(service=name):
                    while not (await service.kernel.health.readyz()).ok:  # noqa: ASYNC110  it asks the store
                        await asyncio.sleep(0.05)

    async def _migrate(self) -> None:
        for name, database in self.databases.items():
            await asyncio.to_thread(upgrade, name, database.sqlalchemy)

    def _foreign_topics(self) -> list[Topic]:
        """The enterprise's own topics that the services read: here nobody else makes them."""
        names = sorted({name for service in self.services.values() for name in service.routes.foreign})
        return [Topic(name, "A feed of the enterprise.", "enterprise", (), None, ()) for name in names]

    async def stop(self) -> None:
        """Stop the services, then the server."""
        await asyncio.gather(*(service.stop() for service in self.services.values()))
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving


@contextlib.asynccontextmanager
async def running_platform(
    *,
    clock: Clock | None = None,
    port: int | None = None,
    people: Callable[[], Iterable[SignIn]] = tuple,
    settings: dict[str, dict[str, Any]] | None = None,
) -> AsyncIterator[Platform]:
    """The platform, from nothing to ready, and back to nothing.

    Raises:
        OSError: another process took the port.
    """
    postgres = EmbeddedPostgres()
    # The port is ours from the first moment: nobody takes it while the parts start.
    with socket.create_server((HOST, port or 0)) as listener, EmbeddedBroker() as broker:
        # The server initialises its directory while Python imports the services.
        booting = asyncio.gather(asyncio.to_thread(postgres.start), asyncio.to_thread(_import_services))
        try:
            await asyncio.shield(booting)
            platform = Platform(
                broker,
                await postgres.create_databases(),
                clock=clock or SystemClock(),
                listener=listener,
                people=people,
                settings=settings,
            )
            try:
                await platform.start()
                yield platform
            finally:
                await platform.stop()
        finally:
            # A thread cannot be cancelled: what it starts is stopped once it is there.
            await asyncio.wait({booting})
            postgres.stop()


def _import_services() -> None:
    for name in SERVICES:
        importlib.import_module(f"services.{name}.app")


async def _run(port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running_platform(port=port) as platform:
        sys.stderr.write(f"ready: {platform.base_url}\n")
        await stop.wait()


if __name__ == "__main__":
    configure_logging("platform", "INFO")
    try:
        chosen = choose_port(os.environ.get("PORT"))
    except ValueError as bad:
        sys.stderr.write(f"platform: {bad}\n")
        sys.exit(2)
    asyncio.run(_run(chosen))
