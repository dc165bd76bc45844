"""A replica as a process of its own, for tests that kill it: `python -m tests.support.member '{...}'`.

It notes its process id with each effect. What it does besides is asked for by the test, not built into the
product.
"""

import asyncio
import base64
import json
import os
import signal
import sys
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from prometheus_client import CollectorRegistry
from pydantic_settings import SettingsConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.cli import serve_until_told
from shared.events.matches import MatchAcceptedBySide
from shared.ids import new_id
from shared.kernel import Kernel
from shared.messaging.broker import Cluster
from shared.messaging.consumer import Consumer
from shared.messaging.observer import Observer
from shared.messaging.processor import Processor
from shared.messaging.routes import Routes
from shared.messaging.sealing import Sealer
from shared.messaging.set_aside import SetAside
from shared.observability.metrics import KernelMetrics
from shared.persistence.engine import make_engine
from shared.persistence.unit_of_work import UnitOfWork, Units
from shared.service import Service
from shared.settings import ServiceSettings
from tests.support.sandbox import METADATA, note
from tests.support.wire import cluster_of_addresses

SEAL: Final = b"k" * 32


@dataclass(frozen=True, slots=True)
class Options:
    """How a replica is started."""

    database_url: str
    bootstrap: list[str]
    prefix: str
    slot: int | None = None
    session_timeout: float = 10.0
    handler_seconds: float = 0.0
    dies_before_its_first_offset_commit: bool = False
    whole_service: bool = False

    def command(self) -> list[str]:
        """What starts it."""
        return [sys.executable, "-m", "tests.support.member", json.dumps(asdict(self))]


class DyingConsumer(Consumer):
    """Is killed between the commit of the database and the commit of the offsets."""

    async def _commit(self, raw: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class MemberSettings(ServiceSettings):
    """The settings of a whole service without an API."""

    model_config = SettingsConfigDict(env_prefix="MEMBER_")


def routes_of(options: Options) -> Routes:
    """A handler that takes its time."""

    async def side_accepted(event: MatchAcceptedBySide, uow: UnitOfWork) -> None:
        await note(uow, event.match_id, f"{event.accepted} {os.getpid()}")
        if options.handler_seconds:
            sys.stdout.write("handling\n")
            sys.stdout.flush()
        await asyncio.sleep(options.handler_seconds)

    return Routes().on(MatchAcceptedBySide, side_accepted)


async def consume(options: Options) -> None:
    """The consumer alone, until it is killed."""
    cluster: Cluster = cluster_of_addresses(options.bootstrap, options.prefix, options.session_timeout)
    observer = Observer(KernelMetrics(CollectorRegistry(), "engagement"), "engagement")
    units = Units(make_engine(options.database_url), service="engagement")
    aside = SetAside("engagement", "test", Sealer(SEAL), new_id)
    processor = Processor(routes_of(options), units, aside, observer)
    kind = DyingConsumer if options.dies_before_its_first_offset_commit else Consumer
    consumer = kind("engagement", cluster, ["mentoring.matches.v1"], processor, observer, slot=options.slot)
    await consumer.start()
    await asyncio.Event().wait()


def serve(options: Options) -> None:
    """A whole service, as `python -m services.<name>` runs it."""
    settings = MemberSettings.model_validate(
        {
            "mode": "test",
            "database_url": options.database_url,
            "kafka_bootstrap_servers": tuple(options.bootstrap),
            "topic_prefix": options.prefix,
            "replica_slot": options.slot,
            "session_timeout": str(options.session_timeout),
            "seal_key": base64.b64encode(SEAL).decode(),
            "oidc_issuer": "https://issuer.example",
            "oidc_audience": "mentoring",
            "oidc_jwks_url": "http://127.0.0.1:1/keys",
        }
    )

    async def nobody(_: AsyncConnection, __: str) -> UUID | None:
        return None

    kernel = Kernel("engagement", settings, metadata=METADATA)
    service = Service(kernel, routes=routes_of(options), api=APIRouter(), person_by_login=nobody)
    serve_until_told(service.app, "127.0.0.1", 0)


if __name__ == "__main__":
    given = Options(**json.loads(sys.argv[1]))
    if given.whole_service:
        serve(given)
    else:
        asyncio.run(consume(given))
