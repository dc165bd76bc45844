"""What the story is played on: the running platform, its clock, its feed and the ways to look into it."""

import contextlib
import hashlib
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from aiokafka import AIOKafkaProducer

from deploy.local.demo.api import Api
from deploy.local.demo.feed import TOPIC, Notification
from deploy.local.demo.stores import Stores, connected_stores
from deploy.local.demo.telling import Teller
from deploy.local.platform import Platform
from shared.clock import DrivenClock
from shared.messaging.broker import make_producer

COORDINATOR = ("coordinator",)
_ENDED: Final = {
    "matching": ("id", "ended_early"),
    "scheduling": ("match_id", "closed"),
    "engagement": ("match_id", "ended_early"),
    "reporting": ("match_id", "ended_early"),
}
_STUCK_SECONDS: Final = 30


@dataclass(slots=True)
class Stage:
    """Everything that a scene needs."""

    platform: Platform
    clock: DrivenClock
    api: Api
    stores: Stores
    teller: Teller
    producer: AIOKafkaProducer
    sent: set[bytes] = field(default_factory=set)
    records: int = 0

    async def feed(self, notifications: Iterable[Notification]) -> None:
        """Put HR records on the enterprise's topic."""
        for notification in notifications:
            self.sent.add(hashlib.sha256(notification.value).digest())
            self.records += 1
            await self.producer.send(TOPIC, notification.value, key=notification.key.encode())
        await self.producer.flush()

    async def settle(self) -> None:
        """Wait until everything that was caused has happened in all four stores."""
        await self.stores.settle(self.clock.now(), len(self.sent))

    async def advance_to(self, moment: datetime, step: timedelta = timedelta(days=1)) -> None:
        """Let business time pass, a step after the other, each settled before the next."""
        while self.clock.now() < moment:
            self.clock.move_to(min(moment, self.clock.now() + step))
            await self.settle()

    async def seconds_until_ended(self, match_id: str, last: Notification) -> float:
        """Send an HR record and measure until the match has ended in all four stores."""
        began = time.perf_counter()
        await self.feed([last])
        for service, (column, ended) in _ENDED.items():
            statement = f"select state from match where {column} = $1"  # noqa: S608  fixed names
            while await self.stores.value(service, statement, match_id) != ended:
                if time.perf_counter() - began > _STUCK_SECONDS:
                    raise TimeoutError(f"{match_id} did not end in {service}")
        return time.perf_counter() - began


@contextlib.asynccontextmanager
async def open_stage(platform: Platform, clock: DrivenClock, teller: Teller) -> AsyncIterator[Stage]:
    """A stage on a running platform."""
    producer = make_producer(platform.cluster, "hris")
    await producer.start()
    api = Api(platform.base_url, platform.issuer)
    try:
        async with connected_stores(platform.databases) as stores:
            yield Stage(platform, clock, api, stores, teller, producer)
    finally:
        await api.close()
        await producer.stop()
