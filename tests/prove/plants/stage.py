"""One play of one scenario: its own topics, stores and replicas, and what it leaves for the verdict."""

import asyncio
import contextlib
import json
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local.database_url import DatabaseUrl
from deploy.local.probe import free_ports
from shared.events.catalog import consumed_by, dead_letter_topic
from shared.persistence.engine import make_engine
from shared.persistence.unit_of_work import Units
from tests.prove.client import Commands, HrFeed
from tests.prove.forks import Child
from tests.prove.plants.arena import Arena
from tests.prove.run_directory import RunDirectory
from tests.support.processes import Fleet

PARTITIONS: Final = 2
REST_SECONDS: Final = 6.0
READY_SECONDS: Final = 20.0


@dataclass(slots=True)
class Stage:
    """What a scenario acts on. `plant` is planted in every replica, None in the control run."""

    arena: Arena
    fleet: Fleet
    run: RunDirectory
    plant: str | None
    topics: Sequence[str]
    ports: dict[tuple[str, int], int] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def bootstrap(self) -> str:
        """The broker."""
        return self.fleet.bootstrap

    async def start(self, service: str, slot: int = 0, *situations: str, dies_at: str | None = None) -> Child:
        """A replica, in these situations, which may have to die at a crash point."""
        port = self.ports.setdefault((service, slot), free_ports(1)[0])
        names = ",".join([*situations, *([self.plant] if self.plant else [])])
        plan = {"point": dies_at, "passing": 1, "slot": slot, "crashes": str(self.run.crashes)}
        child = await self.arena.forks.start(
            service,
            self.fleet.environment(service, slot, port),
            self.run.log(service, slot),
            plan=plan if dies_at else None,
            plant=names or None,
        )
        self.children.append(child)
        return child

    def address(self, service: str, slot: int = 0) -> str:
        """Where a replica answers."""
        return f"http://127.0.0.1:{self.ports[service, slot]}"

    async def ready(self, service: str, slot: int = 0) -> None:
        """Return once it says so.

        Raises:
            AssertionError: it does not in time.
        """

        async def says_so() -> bool:
            try:
                async with httpx.AsyncClient(timeout=2, verify=False) as client:  # noqa: S501  no TLS here
                    return (await client.get(f"{self.address(service, slot)}/readyz")).is_success
            except httpx.HTTPError:
                return False

        log = self.run.log(service, slot)
        assert await wait_for(says_so, READY_SECONDS), log.read_text(errors="replace")[-3000:]

    def commands(self, service: str, slots: int = 1) -> Commands:
        """A client that tries one replica after the other, and keeps a journal."""
        addresses = [self.address(service, slot) for slot in range(slots)]
        return Commands({service: addresses}, self.arena.issuer, self.run, f"{self.fleet.prefix}{service}")

    def feed(self) -> HrFeed:
        """The HR system."""
        return HrFeed(self.bootstrap, self.fleet.hr_topic, self.run)

    @contextlib.asynccontextmanager
    async def units(self, service: str) -> AsyncIterator[Units]:
        """Units of work of the sound product on a store, as another replica would open them."""
        engine = make_engine(self.fleet.databases[service].sqlalchemy)
        try:
            yield Units(engine, service=service)
        finally:
            await engine.dispose()

    @contextlib.asynccontextmanager
    async def store(self, service: str) -> AsyncIterator[asyncpg.Connection]:
        """A plain connection to a store."""
        connection = await self.fleet.databases[service].connect()
        try:
            yield connection
        finally:
            await connection.close()

    async def value(self, service: str, statement: str, *given: object) -> Any:
        """The one value of a store."""
        async with self.store(service) as connection:
            return await connection.fetchval(statement, *given)

    async def publish(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Put records on topics, in this order; `topic` as in the contract, `key`, `value`, `headers`."""
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap.split(","), acks="all", linger_ms=5)
        await producer.start()
        try:
            sent = [
                await producer.send(
                    self.fleet.prefix + record["topic"],
                    record["value"],
                    record["key"],
                    headers=record["headers"],
                )
                for record in records
            ]
            await asyncio.gather(*sent)
        finally:
            await producer.stop()

    async def rest(self, within: float = REST_SECONDS) -> None:
        """Return once nothing moves any more: all read, all relayed; or when it has had its time."""
        async with contextlib.AsyncExitStack() as stack:
            admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap.split(","))
            await admin.start()
            stack.push_async_callback(admin.close)
            reader = AIOKafkaConsumer(bootstrap_servers=self.bootstrap.split(","), enable_auto_commit=False)
            await reader.start()
            stack.push_async_callback(reader.stop)
            calm = 0

            async def is_calm() -> bool:
                nonlocal calm
                calm = calm + 1 if await self._is_calm(admin, reader) else 0
                return calm > 1

            begun = time.monotonic()
            self.about["recovered"] = await wait_for(is_calm, within, every=0.15)
            self.about["recovery_s"] = round(time.monotonic() - begun, 2)

    async def _is_calm(self, admin: AIOKafkaAdminClient, reader: AIOKafkaConsumer) -> bool:
        for service in self.fleet.databases:
            if await self.value(service, "select count(*) from outbox"):
                return False
            committed = await admin.list_consumer_group_offsets(f"{self.fleet.prefix}{service}")
            names = [self.fleet.prefix + topic.name for topic in consumed_by(service)]
            names += [self.fleet.hr_topic] if service == "matching" else []
            places = [TopicPartition(name, number) for name in names for number in range(PARTITIONS)]
            for place, end in (await reader.end_offsets(places)).items():
                if end and (place not in committed or committed[place].offset < end):
                    return False
        return True

    async def end(self) -> None:
        """Kill what still runs, and describe the run."""
        for child in self.children:
            child.send(signal.SIGCONT)
            child.send(signal.SIGKILL)
        await asyncio.gather(*(child.wait(5) for child in self.children))
        self.run.describe(
            {
                "seed": 0,
                "bootstrap": self.bootstrap,
                "topic_prefix": self.fleet.prefix,
                "hr_topics": [self.fleet.hr_topic] if "matching" in self.fleet.databases else [],
                "databases": {name: url.sqlalchemy for name, url in self.fleet.databases.items()},
                "kills": len(self.run.lines("crashes.jsonl")),
                **self.about,
            }
        )

    def retries_a_second(self, service: str) -> float:
        """The most often that a replica tried a batch again within one second, as its log says."""
        seconds: dict[str, int] = {}
        for line in self.run.log(service, 0).read_text(errors="replace").splitlines():
            with contextlib.suppress(ValueError, TypeError, KeyError):
                said = json.loads(line)
                if said["event"] == "batch_waits":
                    second = said["ts"][:19]
                    seconds[second] = seconds.get(second, 0) + 1
        return float(max(seconds.values(), default=0))


async def wait_for(question: Callable[[], Awaitable[bool]], within: float, every: float = 0.05) -> bool:
    """Whether the answer became yes in time."""
    deadline = time.monotonic() + within
    while not await question():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(every)
    return True


@contextlib.asynccontextmanager
async def staged(
    arena: Arena, services: Sequence[str], plant: str | None, folder: Path
) -> AsyncIterator[Stage]:
    """Topics and stores of one play; they are forgotten at the end."""
    number = arena.number()
    prefix = f"p{number}."
    names = {topic.name for service in services for topic in consumed_by(service)}
    names |= {dead_letter_topic(service) for service in services}
    names |= {"mentoring.sessions.v1", "mentoring.engagement.v1"}
    databases: dict[str, DatabaseUrl] = {}
    for service in services:
        databases[service] = await arena.store(service, number)
    fleet = arena.fleet(databases, prefix, folder)
    full = [prefix + name for name in sorted(names)]
    full += [fleet.hr_topic] if "matching" in services else []
    if "matching" in services:
        full += [prefix + f"mentoring.{name}.v1" for name in ("people", "programs", "participants")]
        full += [prefix + f"mentoring.{name}.v1" for name in ("matches", "match-runs")]
    full = sorted(set(full))
    admin = AIOKafkaAdminClient(bootstrap_servers=list(arena.kafka.bootstrap))
    await admin.start()
    stage = Stage(arena, fleet, RunDirectory(folder), plant, full)
    try:
        await admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in full])
        yield stage
    finally:
        await stage.end()
        with contextlib.suppress(Exception):
            await admin.delete_topics(full)
        await admin.close()
        for database in databases.values():
            await arena.forget(database)
