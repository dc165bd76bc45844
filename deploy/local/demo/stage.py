"""What the story is played on: the running platform, its clock, its feed and the ways to look into it."""

import asyncio
import contextlib
import hashlib
import time
from collections.abc import AsyncIterator, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from aiokafka import AIOKafkaProducer

from deploy.local.demo.api import Api
from deploy.local.demo.feed import TOPIC, Notification
from deploy.local.demo.plan import Plan, StoryStuck
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
_AT_ONCE: Final = 6
_LOOK_SECONDS: Final = 0.005
_DAY: Final = timedelta(days=1)

T = TypeVar("T")


@dataclass(slots=True)
class Stage:
    """Everything that a scene needs."""

    platform: Platform
    clock: DrivenClock
    api: Api
    stores: Stores
    teller: Teller
    producer: AIOKafkaProducer
    plan: Plan
    sent: set[bytes] = field(default_factory=set)

    async def feed(self, notifications: Iterable[Notification]) -> None:
        """Put HR records on the enterprise's topic."""
        for notification in notifications:
            self.sent.add(hashlib.sha256(notification.value).digest())
            await self.producer.send(TOPIC, notification.value, key=notification.key.encode())
        await self.producer.flush()

    async def settle(self) -> None:
        """Wait until everything that was caused has happened in all four stores."""
        await self.stores.settle(self.clock.now(), len(self.sent), self.plan.settle_seconds)

    async def advance_to(self, moment: datetime, step: timedelta = _DAY) -> None:
        """Let business time pass, a step after the other, each settled before the next."""
        while self.clock.now() < moment:
            self.clock.move_to(min(moment, self.clock.now() + step))
            await self.settle()

    async def together(self, calls: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
        """Do what has no order, a few at a time; the answers stand in the order of the calls."""
        some = asyncio.Semaphore(_AT_ONCE)

        async def one(call: Coroutine[Any, Any, T]) -> T:
            async with some:
                return await call

        answers = await asyncio.gather(*map(one, calls), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return [answer for answer in answers if not isinstance(answer, BaseException)]

    async def seconds_until_ended(self, match_id: str, last: Notification) -> float:
        """Send an HR record and measure until the match has ended in all four stores.

        Raises:
            StoryStuck: it did not end everywhere.
        """
        began = time.perf_counter()
        await self.feed([last])
        waiting = set(_ENDED)

        async def look(service: str, column: str, ended: str) -> None:
            statement = f"select state from match where {column} = $1"  # noqa: S608  fixed names
            while await self.stores.value(service, statement, match_id) != ended:  # noqa: ASYNC110  a store
                await asyncio.sleep(_LOOK_SECONDS)
            waiting.discard(service)

        try:
            async with asyncio.timeout(self.plan.ended_seconds):
                await asyncio.gather(*(look(service, *ended) for service, ended in _ENDED.items()))
        except TimeoutError:
            raise StoryStuck(f"a leaver's match did not end in {', '.join(sorted(waiting))}") from None
        return time.perf_counter() - began


@contextlib.asynccontextmanager
async def open_stage(
    platform: Platform, clock: DrivenClock, teller: Teller, plan: Plan
) -> AsyncIterator[Stage]:
    """A stage on a running platform."""
    producer = make_producer(platform.cluster, "hris")
    await producer.start()
    api = Api(platform.base_url, platform.issuer)
    try:
        async with connected_stores(platform.databases) as stores:
            yield Stage(platform, clock, api, stores, teller, producer, plan)
    finally:
        await api.close()
        await producer.stop()
