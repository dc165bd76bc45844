"""Services as processes of their own, on a real broker and real databases."""

import asyncio
import base64
import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx

from deploy.local.database_url import DatabaseUrl
from deploy.local.probe import free_ports
from shared.messaging.broker import Cluster
from shared.messaging.topics import apply_topics
from shared.persistence.migrations import upgrade
from tests.support.eventually import eventually
from tests.support.tokens import AUDIENCE, ISSUER, TestIssuer
from tests.support.topics import create_topic
from tests.support.wire import cluster_of_addresses

ROOT: Final = Path(__file__).resolve().parents[2]
SERVICES: Final = ("matching", "scheduling", "engagement", "reporting")
_TLS: Final = ssl.create_default_context()
KEY: Final = base64.b64encode(b"k" * 32).decode()


@contextlib.contextmanager
def published_keys(issuer: TestIssuer) -> Iterator[str]:
    """The address at which the issuer's keys are published."""
    document = json.dumps({"keys": issuer.public_documents}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/jwks"
        server.shutdown()


@dataclass(slots=True)
class Process:
    """One replica of one service."""

    service: str
    slot: int
    port: int
    environment: dict[str, str]
    log: Path
    popen: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it; nothing is waited for."""
        with self.log.open("ab") as output:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", f"services.{self.service}"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        """SIGKILL: it learns nothing."""
        if self.popen is not None:
            self.popen.kill()
            self.popen.wait()

    def terminate(self, within: float = 25.0) -> int:
        """SIGTERM; returns the exit code."""
        assert self.popen is not None
        self.popen.send_signal(signal.SIGTERM)
        return self.popen.wait(within)

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self.popen is not None and self.popen.poll() is None

    @property
    def url(self) -> str:
        """Where its API is."""
        return f"http://127.0.0.1:{self.port}"

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """The answer to a question that needs no token.

        Raises:
            httpx.HTTPError: nobody answers.
        """
        async with httpx.AsyncClient(timeout=10, verify=_TLS) as client:
            return await client.get(f"{self.url}{path}", headers=headers)

    async def ready(self) -> bool:
        """Whether it says that it is ready."""
        try:
            return (await self.get("/readyz")).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def said(self) -> list[dict[str, Any]]:
        """What it logged, line by line; a line that is no JSON object fails."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return [dict(json.loads(line)) for line in lines]

    def said_of(self, event: str) -> list[dict[str, Any]]:
        """What it logged under one code."""
        return [line for line in self.said() if line["event"] == event]


@dataclass(slots=True)
class Fleet:
    """Replicas of the four services, each service with a store of its own."""

    databases: dict[str, DatabaseUrl]
    bootstrap: str
    prefix: str
    issuer: TestIssuer
    jwks_url: str
    folder: Path
    extra: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)

    @property
    def hr_topic(self) -> str:
        """The enterprise's feed that matching reads."""
        return f"{self.prefix}hris.adp"

    @property
    def cluster(self) -> Cluster:
        """The topics as a client of the broker reaches them."""
        return cluster_of_addresses(self.bootstrap.split(","), self.prefix)

    def environment(self, service: str, slot: int | None, port: int) -> dict[str, str]:
        """The whole configuration of a replica."""
        values: dict[str, str] = {
            "DATABASE_URL": self.databases[service].sqlalchemy,
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap,
            "TOPIC_PREFIX": self.prefix,
            "SEAL_KEY": KEY,
            "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": str(port),
            "OIDC_ISSUER": ISSUER,
            "OIDC_AUDIENCE": AUDIENCE,
            "OIDC_JWKS_URL": self.jwks_url,
            **({} if slot is None else {"REPLICA_SLOT": str(slot)}),
            **({"HRIS_TOPICS": f"{self.hr_topic}=adp"} if service == "matching" else {}),
            **self.extra.get(service, {}),
        }
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return inherited | {f"{service.upper()}_{name}": value for name, value in values.items()}

    def add(self, service: str, slot: int) -> Process:
        """A further replica, started."""
        port = free_ports(1)[0]
        process = Process(
            service, slot, port, self.environment(service, slot, port), self.folder / f"{service}-{slot}.log"
        )
        self.processes.append(process)
        process.start()
        return process

    async def all_ready(self, within: float = 60.0) -> None:
        """Return once every replica is ready; a failure tells what the replica said last."""
        for process in self.processes:
            try:
                await eventually(process.ready, within, every=0.1)
            except AssertionError as not_ready:
                raise AssertionError(process.log.read_text(errors="replace")[-5_000:]) from not_ready

    def of(self, service: str) -> list[Process]:
        """The replicas of a service."""
        return [process for process in self.processes if process.service == service]

    async def fetch(self, service: str, statement: str, *arguments: object) -> list[dict[str, Any]]:
        """Rows of a service's store."""
        connection: asyncpg.Connection = await self.databases[service].connect()
        try:
            return [dict(row) for row in await connection.fetch(statement, *arguments)]
        finally:
            await connection.close()

    def logs(self) -> str:
        """Everything that the replicas said."""
        return "".join(
            process.log.read_text(errors="replace") for process in self.processes if process.log.exists()
        )


def run_command(
    service: str, environment: dict[str, str], *arguments: str
) -> "subprocess.CompletedProcess[str]":
    """A one-shot command of a service."""
    return subprocess.run(
        [sys.executable, "-m", f"services.{service}", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextlib.asynccontextmanager
async def new_fleet(
    databases: dict[str, DatabaseUrl],
    bootstrap: Sequence[str],
    prefix: str,
    extra: Mapping[str, Mapping[str, str]] | None = None,
) -> AsyncIterator[Fleet]:
    """A fleet without replicas, topics or tables yet; whatever runs at the end is killed."""
    issuer = TestIssuer()
    with published_keys(issuer) as jwks_url, tempfile.TemporaryDirectory(prefix="mentoring-fleet-") as folder:
        fleet = Fleet(databases, ",".join(bootstrap), prefix, issuer, jwks_url, Path(folder), extra or {})
        try:
            yield fleet
        finally:
            for process in fleet.processes:
                process.kill()


async def prepare(fleet: Fleet) -> None:
    """Topics and tables, and the enterprise's feed."""
    await apply_topics(fleet.cluster, replication_factor=1)
    await create_topic(fleet.bootstrap.split(","), fleet.hr_topic)
    for service, database in fleet.databases.items():
        await asyncio.to_thread(upgrade, service, database.sqlalchemy)
