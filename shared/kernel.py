"""What every service is built on: store, broker, clock, metrics and identity, made from its settings."""

from dataclasses import dataclass
from typing import Final

import httpx
from prometheus_client import CollectorRegistry
from sqlalchemy import MetaData

from shared.clock import Clock, SystemClock
from shared.http.commands import Commands
from shared.http.jwks import JwksKeys
from shared.http.tokens import KeySource, TokenRules, TokenVerifier
from shared.ids import NewId, new_id
from shared.messaging.broker import Cluster
from shared.messaging.sealing import Sealer
from shared.messaging.set_aside import SetAside
from shared.observability.health import Health
from shared.observability.metrics import KernelMetrics, distribution_version
from shared.observability.transactions import watch_transactions
from shared.persistence.engine import make_engine
from shared.persistence.tables import audit, idempotency
from shared.persistence.unit_of_work import Units
from shared.settings import ServiceSettings

_JWKS_TIMEOUT_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What tests and the embedded mode replace: the business clock, ids, the issuer's keys."""

    clock: Clock
    new_id: NewId
    keys: KeySource | None = None


def system_surroundings() -> Surroundings:
    """The system's clock, fresh ids, and the keys that the issuer publishes."""
    return Surroundings(SystemClock(), new_id)


class Kernel:
    """The parts that handlers and routes of one service share."""

    def __init__(
        self, name: str, settings: ServiceSettings, *, metadata: MetaData, around: Surroundings | None = None
    ) -> None:
        around = around or system_surroundings()
        self.name = name
        self.settings = settings
        self.metadata = metadata
        self.clock = around.clock
        self.new_id = around.new_id
        self.database_url = settings.database_url.get_secret_value()
        self.cluster: Cluster = settings.cluster
        self.registry = CollectorRegistry()
        self.metrics = KernelMetrics(self.registry, name)
        self.health = Health()
        self.engine = make_engine(
            self.database_url, pool_size=settings.database_pool_size, application=f"mentoring-{name}"
        )
        watch_transactions(self.engine, self.metrics)
        self.units = Units(self.engine, service=name, clock=self.clock, make_id=self.new_id)
        self.sealer = Sealer(settings.seal_bytes)
        self.set_aside = SetAside(name, distribution_version(), self.sealer, self.new_id)
        self.commands = Commands(units=self.units, idempotency=idempotency, audit=audit)
        self.http = httpx.AsyncClient(timeout=_JWKS_TIMEOUT_SECONDS, follow_redirects=False)
        self.verifier = TokenVerifier(
            TokenRules(issuer=settings.oidc_issuer, audience=settings.oidc_audience),
            around.keys or JwksKeys(settings.oidc_jwks_url, self.http),
        )

    async def close(self) -> None:
        """Let go of every connection."""
        await self.http.aclose()
        await self.engine.dispose()
