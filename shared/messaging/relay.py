"""From the outbox to the topics: every replica relays the shards that it holds the locks of.

Why no cursor, no SKIP LOCKED and no filter by transaction: docs/adr/0003-own-outbox.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import structlog
from aiokafka.errors import KafkaError
from sqlalchemy.engine import make_url

from shared.messaging.broker import Cluster, make_producer
from shared.messaging.observer import Observer
from shared.messaging.publishing import Published, Publisher
from shared.messaging.relay_session import RelaySession
from shared.messaging.sent_rows import SentRows
from shared.persistence.failures import class_of
from shared.persistence.outbox import SHARDS

PAGE: Final = 1000
POLL_SECONDS: Final = 0.25
LOCK_NAMESPACE: Final = 0x6D656E74
_TIDY_SECONDS: Final = 1.0
_VACUUM_ROWS: Final = 2000
_LONGEST_PAUSE: Final = 5.0

_READ: Final = (
    "select pos, aggregateid, raw_key, topic, payload, headers from outbox "
    "where shard = any($1::smallint[]) and topic <> all($2::text[]) and pos <> all($3::bigint[]) "
    "order by pos limit $4"
)
_AGE: Final = (
    "select coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float, "
    "count(*) from (select created_at from outbox order by pos limit 10000) oldest"
)

# asyncpg reports a session that is cut while it learns a type as an internal error.
_PASSING: Final = (
    KafkaError,
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Rest:
    """A topic is left alone until then (of the monotonic clock); the pause grows with each failure."""

    until: float
    pause: float


class Relay:
    """Publishes committed rows in `pos` order, a batch a partition, and deletes what was acknowledged.

    While a full page is on its way to the broker, the one before it is deleted and the next one is read.

    A topic that refuses its batch rests for a while; the rows of other topics go on.
    The connection is direct (no transaction pooler), because the shard locks and LISTEN live in its session.
    `retold` is, by topic, the kind of due work that tells a key again whose records two relays have sent.
    """

    def __init__(
        self,
        service: str,
        database_url: str,
        cluster: Cluster,
        observer: Observer,
        retold: Mapping[str, str] | None = None,
    ) -> None:
        self._service = service
        self._database_url = make_url(database_url)
        self._cluster = cluster
        self._observer = observer
        self._wake = asyncio.Event()
        self._stopping = False
        self._pause = POLL_SECONDS
        self._rests: dict[str, _Rest] = {}
        self._tidy_at = 0.0
        self._ahead: Sequence[Any] = []
        self._sent = SentRows(retold or {})
        self._published_since_vacuum = 0

    async def run(self) -> None:
        """Relay until stopped; after a failure it starts over from what the store says."""
        while not self._stopping:
            try:
                await self._session()
            except _PASSING as error:
                self._observer.relay_failed(error)
                self._observer.shards_held(0)
                _log.warning("relay_restarts", reason=class_of(error), outcome="retry")
                if not self._stopping:
                    self._wake.clear()
                await self._sleep(random.uniform(0, self._pause))  # noqa: S311  jitter, no secret
                self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    def stop(self) -> None:
        """End after the page at hand."""
        self._stopping = True
        self._wake.set()

    async def _session(self) -> None:
        async with contextlib.AsyncExitStack() as stack:
            session = await RelaySession.open(self._database_url, self._service, self._wake.set)
            stack.push_async_callback(session.close)
            # The producer ends first: nothing may be on its way when the locks go.
            producer = make_producer(self._cluster, f"{self._service}-relay")
            stack.push_async_callback(producer.stop)
            await self._sent.make_good(session)
            await producer.start()
            publisher = Publisher(producer, self._cluster, lambda rows: self._about_to_send(session, rows))
            held: set[int] = set()
            self._ahead = []
            while not self._stopping:
                self._wake.clear()
                if len(held) < SHARDS:
                    held |= await self._take_shards(session, held)
                    self._observer.shards_held(len(held))
                busy = await self._page(session, publisher, held)
                await self._tidy(session)
                if not busy:
                    await self._sleep(POLL_SECONDS * random.uniform(0.8, 1))  # noqa: S311  jitter, no secret
            await self._sent.forget(session)

    async def _about_to_send(self, session: RelaySession, rows: Sequence[Any]) -> None:
        await session.make_sure()
        self._sent.send(rows)

    async def _take_shards(self, session: RelaySession, held: set[int]) -> set[int]:
        free = [shard for shard in range(SHARDS) if shard not in held]
        rows = await session.fetch(
            "select shard from unnest($2::int[]) shard where pg_try_advisory_lock($1, shard)",
            LOCK_NAMESPACE,
            free,
        )
        return {row["shard"] for row in rows}

    async def _page(self, session: RelaySession, publisher: Publisher, held: set[int]) -> bool:
        now = time.monotonic()
        resting = [topic for topic, rest in self._rests.items() if rest.until > now]
        rows, self._ahead = self._ahead, []
        if not rows:
            await self._sent.forget(session)
            rows = await session.fetch(_READ, sorted(held), resting, [], PAGE) if held else []
        if not rows:
            return False
        if len(rows) == PAGE:
            published = await self._publish_and_read_on(session, publisher, rows, (sorted(held), resting))
        else:
            published = await publisher.publish(rows)
            self._sent.answered(rows, published)
        if published.positions:
            self._observer.published(len(published.positions))
            self._published_since_vacuum += len(published.positions)
        if not self._ahead:
            await self._sent.forget(session)
        for topic in {row["topic"] for row in rows} - published.failures.keys():
            self._rests.pop(topic, None)
        for topic, failure in published.failures.items():
            pause = (
                min(self._rests[topic].pause * 2, _LONGEST_PAUSE) if topic in self._rests else POLL_SECONDS
            )
            self._rests[topic] = _Rest(time.monotonic() + pause, pause)
            _log.warning("topic_rests", topic=topic, reason=class_of(failure), outcome="retry")
        if published.failures:
            # What became of a batch that failed is unknown: a new producer begins with clean sequences.
            await session.make_sure(within=0)
            self._sent.still_ours()
            raise next(iter(published.failures.values()))
        self._pause = POLL_SECONDS
        return True

    async def _publish_and_read_on(
        self,
        session: RelaySession,
        publisher: Publisher,
        rows: Sequence[Any],
        where: tuple[list[int], list[str]],
    ) -> Published:
        """Send a page and read the next one meanwhile, which counts only if all of this page arrives."""
        positions = [row["pos"] for row in rows]
        both: tuple[Published | BaseException, Sequence[Any] | BaseException] = await asyncio.gather(
            publisher.publish(rows), self._read_on(session, where, positions), return_exceptions=True
        )
        published, ahead = both
        if isinstance(published, BaseException):
            raise published
        self._sent.answered(rows, published)
        if isinstance(ahead, BaseException):
            raise ahead
        if len(published.positions) == len(rows):
            self._ahead = ahead
        return published

    async def _read_on(
        self, session: RelaySession, where: tuple[list[int], list[str]], at_hand: list[int]
    ) -> Sequence[Any]:
        await self._sent.forget(session)
        rows: Sequence[Any] = await session.fetch(_READ, *where, at_hand, PAGE)
        return rows

    async def _tidy(self, session: RelaySession) -> None:
        """Report what waits, and remove dead rows: autovacuum looks once a minute, too late for a queue."""
        now = time.monotonic()
        if now < self._tidy_at:
            return
        self._tidy_at = now + _TIDY_SECONDS
        ((age, waiting),) = await session.fetch(_AGE)
        self._observer.outbox(waiting, age)
        if self._published_since_vacuum >= _VACUUM_ROWS:
            self._published_since_vacuum = 0
            await session.execute("vacuum outbox")

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
