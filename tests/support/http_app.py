"""A real app of the HTTP factory around a test's own router, and a client on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry

from deploy.local.issuer import DevelopmentIssuer
from shared.http.app import make_http_app
from shared.http.auth import DEVELOPMENT_ISSUER, Authenticator, Connect, PersonLookup
from shared.http.commands import Commands
from shared.http.jwks import StaticKeys
from shared.http.limits import Limits
from shared.http.tokens import TokenRules, TokenVerifier
from shared.observability.health import Health
from shared.observability.metrics import KernelMetrics

AUDIENCE = "mentoring"


class HttpApp:
    """The parts that a test asks about."""

    def __init__(
        self,
        router: APIRouter,
        *,
        commands: Commands | None = None,
        lookup: PersonLookup | None = None,
        connect: Connect | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.issuer = DevelopmentIssuer(list, base_url="http://127.0.0.1", audience=AUDIENCE)
        self.registry = CollectorRegistry()
        self.health = Health()
        rules = TokenRules(issuer=DEVELOPMENT_ISSUER, audience=AUDIENCE)
        verifier = TokenVerifier(rules, StaticKeys(self.issuer.public_keys()))
        self.app: FastAPI = make_http_app(
            name="things",
            title="Things",
            router=router,
            health=self.health,
            metrics=KernelMetrics(self.registry, "things"),
            registry=self.registry,
            authenticator=Authenticator(verifier, lookup=lookup, connect=connect),
            commands=commands,
            limits=limits,
        )

    @asynccontextmanager
    async def client(self, login: str = "ada", *roles: str) -> AsyncIterator[httpx.AsyncClient]:
        """A client whose base is `/api/things/v1`, with a token where roles are named."""
        headers = {"Authorization": f"Bearer {self.issuer.mint(login, roles)}"} if roles else {}
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://things/api/things/v1", headers=headers
        ) as client:
            yield client
