"""The timeline's faults, carried out."""

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Final

from aiokafka.errors import KafkaError

from tests.prove.compaction import compact
from tests.prove.duplicates import send_again
from tests.prove.injected import inject_malformed
from tests.prove.offsets import reset_offsets
from tests.prove.platform import KAFKA, Platform
from tests.prove.replicas import Replica
from tests.prove.run_directory import RunDirectory
from tests.prove.schedule import SKEW_SECONDS, Fault, Kind
from tests.prove.watch import Watch

_DELAY_SECONDS: Final = 0.15
_LOST_REPLIES: Final = 5


@dataclass(slots=True)
class Faults:
    """Carries out a timeline; two faults may overlap, as they do in life."""

    platform: Platform
    replicas: dict[tuple[str, int], Replica]
    run: RunDirectory
    watch: Watch
    session_seconds: float
    more_of: Callable[[str], AbstractAsyncContextManager[None]]
    """Further replicas of a service, for as long as the block runs."""
    draw: random.Random
    ended_at: float = 0.0
    done: dict[str, int] = field(default_factory=dict)
    one_server: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One server is restarted at a time, and none while a group has to empty itself."""
    one_group: asyncio.Lock = field(default_factory=asyncio.Lock)
    """A group is scaled, or set back."""

    async def carry_out(self, faults: tuple[Fault, ...], stopped: Callable[[], bool]) -> None:
        """All of them, each at its time; returns when the last has passed."""
        begun = time.monotonic()
        under_way = []
        for fault in faults:
            await asyncio.sleep(max(0.0, begun + fault.at - time.monotonic()))
            if stopped():
                break
            under_way.append(asyncio.create_task(self._one(fault)))
        await asyncio.gather(*under_way)
        self.ended_at = time.monotonic()

    async def _one(self, fault: Fault) -> None:
        act = self._acts()[fault.kind]
        target = _target(fault)
        self.run.fault(fault.kind.value, target, seconds=fault.seconds)
        try:
            await act(fault)
        except (OSError, RuntimeError, TimeoutError, KafkaError) as error:
            self.run.fault("fault_failed", target, error=repr(error), failed=fault.kind.value)
            self.done["failed"] = self.done.get("failed", 0) + 1
            return
        self.done[fault.kind.value] = self.done.get(fault.kind.value, 0) + 1
        self.run.fault(f"{fault.kind.value}_over", target)

    def _acts(self) -> dict[Kind, Callable[[Fault], Awaitable[None]]]:
        return {
            Kind.PAUSE: self._pause,
            Kind.TERM: self._term,
            Kind.POSTGRES_RESTART: self._restart_postgres,
            Kind.KAFKA_RESTART: self._restart_kafka,
            Kind.KAFKA_OUTAGE: self._kafka_outage,
            Kind.DUPLICATES: self._duplicates,
            Kind.OFFSETS_RESET: self._reset_offsets,
            Kind.SCALE: self._scale,
            Kind.CUT: self._cut,
            Kind.DELAY: self._delay,
            Kind.ONE_WAY: self._one_way,
            Kind.COMMIT_REPLY_LOST: self._lose_commit_reply,
            Kind.MALFORMED: self._malformed,
            Kind.COMPACTION: self._compact,
            Kind.CLOCK: self._clock,
        }

    async def _pause(self, fault: Fault) -> None:
        """SIGSTOP: to the others it is gone; when it comes back it believes that no time has passed.

        Its sessions are cut meanwhile, as the database's own timeouts would: another relay takes its shards.
        """
        replica = self.replicas[fault.service, fault.slot]
        replica.on_hold = True
        try:
            if replica.child is not None:
                replica.child.send(signal.SIGSTOP)
            await asyncio.sleep(fault.seconds / 2)
            await self.platform.proxy.cut(fault.service)
            await asyncio.sleep(fault.seconds / 2)
        finally:
            if replica.child is not None:
                replica.child.send(signal.SIGCONT)
            replica.on_hold = False

    async def _term(self, fault: Fault) -> None:
        """SIGTERM under load; the successor starts when it has ended."""
        self.replicas[fault.service, fault.slot].restart()

    async def _restart_postgres(self, _: Fault) -> None:
        async with self.one_server:
            await asyncio.to_thread(self.platform.postgres.restart)

    async def _restart_kafka(self, fault: Fault) -> None:
        """A controlled restart, or every other time a crash."""
        async with self.one_server:
            await asyncio.to_thread(self.platform.kafka.restart, kill=fault.slot == 1)

    async def _kafka_outage(self, fault: Fault) -> None:
        async with self.one_server:
            await asyncio.to_thread(self.platform.kafka.stop)
            try:
                await asyncio.sleep(fault.seconds)
            finally:
                await asyncio.to_thread(self.platform.kafka.start)

    async def _duplicates(self, _: Fault) -> None:
        await send_again(self.platform.cluster, self.run)

    async def _reset_offsets(self, fault: Fault) -> None:
        """An operator's mistake: the service is stopped, its group goes back to the beginning."""
        members = [self.replicas[key] for key in self.replicas if key[0] == fault.service]
        async with self.one_group, self.one_server:
            await asyncio.gather(*(member.leave() for member in members))
            try:
                await reset_offsets(
                    self.platform, self.run, self.watch, fault.service, within=self.session_seconds * 3
                )
            finally:
                for member in members:
                    member.away = False

    async def _scale(self, fault: Fault) -> None:
        async with self.one_group, self.more_of(fault.service):
            await asyncio.sleep(fault.seconds)

    async def _cut(self, fault: Fault) -> None:
        """Every connection is reset, of the broker and of one database in turn."""
        await self.platform.proxy.cut(_route(fault))

    async def _delay(self, fault: Fault) -> None:
        await self.platform.proxy.delay(_route(fault), _DELAY_SECONDS, fault.seconds)
        await asyncio.sleep(fault.seconds)

    async def _one_way(self, fault: Fault) -> None:
        end = "client" if self.draw.random() < 0.5 else "server"
        await self.platform.proxy.one_way(_route(fault), end, fault.seconds)
        await asyncio.sleep(fault.seconds)

    async def _lose_commit_reply(self, fault: Fault) -> None:
        await self.platform.proxy.lose_commit_reply(fault.service, _LOST_REPLIES)

    async def _clock(self, fault: Fault) -> None:
        """The next lives of a replica have a wrong clock, until the time of the fault is over."""
        replica = self.replicas[fault.service, fault.slot]
        replica.skew = SKEW_SECONDS if fault.slot == 0 else -SKEW_SECONDS
        replica.restart()
        await asyncio.sleep(fault.seconds)
        replica.skew = 0.0
        replica.restart()

    async def _compact(self, fault: Fault) -> None:
        async with self.one_server:
            await compact(self.platform.cluster, fault.seconds)

    async def _malformed(self, _: Fault) -> None:
        await inject_malformed(self.platform.cluster, self.run, self.draw)


def _route(fault: Fault) -> str:
    """Slot 0 means the broker, slot 1 the database of the service."""
    return KAFKA if fault.slot == 0 else fault.service


def _target(fault: Fault) -> str:
    match fault.kind:
        case Kind.PAUSE | Kind.TERM | Kind.CLOCK:
            return f"{fault.service}-{fault.slot}"
        case Kind.CUT | Kind.DELAY | Kind.ONE_WAY:
            return _route(fault)
        case Kind.OFFSETS_RESET | Kind.SCALE | Kind.COMMIT_REPLY_LOST:
            return fault.service
        case _:
            return ""
