"""The console as a browser meets it: the real service and the development issuer behind one port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from deploy.local.database_url import DatabaseUrl
from deploy.local.issuer import DevelopmentIssuer, SignIn
from deploy.local.probe import free_ports
from services.reporting.app import create_service
from services.reporting.settings import ReportingSettings
from shared.clock import DrivenClock
from shared.http.auth import DEVELOPMENT_ISSUER
from shared.http.jwks import StaticKeys
from shared.ids import new_id
from shared.kernel import Surroundings
from tests.component.reporting.reporting_world import START, world
from tests.support.eventually import eventually
from tests.support.harness import Harness, empty
from tests.support.tokens import TestIssuer

AUDIENCE: Final = "mentoring"
PEOPLE: Final = (
    SignIn("coordinator", "Coordinator", ["coordinator"]),
    SignIn("analyst", "Analyst", ["analyst"]),
    SignIn("participant", "Participant", ["participant"]),
)
_BATCH: Final = 400


@dataclass(slots=True)
class ConsoleServer:
    """The running console; the harness hands records to its service."""

    base_url: str
    harness: Harness
    issuer: DevelopmentIssuer

    async def fill(self) -> None:
        """Hand over the twelve weeks."""
        records = []
        for time, event in world():
            self.harness.clock.move_to(time)
            records.append(self.harness.record(event))
        for first in range(0, len(records), _BATCH):
            await self.harness.process(*records[first : first + _BATCH])


@asynccontextmanager
async def running_console(database: DatabaseUrl, **settings: object) -> AsyncIterator[ConsoleServer]:
    """The service on an emptied, migrated database."""
    await empty(database)
    port = free_ports(1)[0]
    base_url = f"http://127.0.0.1:{port}"
    issuer = DevelopmentIssuer(
        lambda: PEOPLE,
        base_url=f"{base_url}/issuer",
        audience=AUDIENCE,
        redirect_uris=[f"{base_url}/login/callback"],
    )
    values: dict[str, object] = {
        "mode": "embedded",
        "database_url": database.sqlalchemy,
        "kafka_bootstrap_servers": "127.0.0.1:1",
        "seal_key": "c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=",
        "oidc_issuer": DEVELOPMENT_ISSUER,
        "oidc_audience": AUDIENCE,
        "oidc_jwks_url": f"{base_url}/issuer/jwks",
        "oidc_authorize_url": f"{base_url}/issuer/authorize",
        "oidc_token_url": f"{base_url}/issuer/token",
        "console_url": base_url,
    }
    clock = DrivenClock(START)
    service = create_service(
        ReportingSettings.model_validate(values | settings),
        Surroundings(clock, new_id, StaticKeys(issuer.public_keys())),
    )
    app = Starlette(routes=[Mount("/issuer", issuer.app), Mount("/", service.app)])
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off")
    )
    serving = asyncio.create_task(server.serve())
    try:
        await eventually(lambda: server.started, 10)
        yield ConsoleServer(base_url, Harness(service, clock, TestIssuer()), issuer)
    finally:
        server.should_exit = True
        await serving
        await service.kernel.close()
