"""What is measured: consuming and rebuilding, in events a second, CPU seconds and memory."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from deploy.local.database_url import DatabaseUrl
from services.reporting.persistence.tables import METADATA
from services.reporting.rebuild.run import RebuildReport, rebuild
from services.reporting.settings import ReportingSettings
from shared.kernel import Kernel
from shared.persistence.migrations import upgrade
from tests.bench.pipeline.ground import Ground
from tests.bench.pipeline.members import Members, Order, Start, running
from tests.bench.pipeline.meter import Meter, Reading, resident_bytes
from tests.bench.pipeline.report import Report
from tests.bench.reporting.consumers import start_ours, start_plain

PLAIN, OURS, REBUILD = "plain handler", "our runtime", "rebuild"
_WARM = {PLAIN: 50, OURS: 5_000}
_PLAIN_SECONDS = 6.0
_DRAIN_SECONDS = 200.0
_LOOK_SECONDS = 0.5
_MEBIBYTE = 2**20


@dataclass(slots=True)
class Memory:
    """Resident memory of processes at equal distances of time, in MiB."""

    seen: list[float] = field(default_factory=list)

    def look(self, pids: list[int]) -> None:
        """Note it now; a process that has gone counts nothing."""
        held = 0
        for pid in pids:
            try:
                held += resident_bytes([pid])
            except FileNotFoundError:
                continue
        if held:
            self.seen.append(held / _MEBIBYTE)

    def figures(self) -> dict[str, float]:
        """At a fifth of the way, at its end, and the most."""
        return {
            "mib_at_fifth": self.seen[len(self.seen) // 5],
            "mib_at_end": self.seen[-1],
            "mib_most": max(self.seen),
        }


async def new_store(ground: Ground) -> DatabaseUrl:
    """Reporting's tables, empty."""
    database = await ground.postgres.create_database("reporting")
    await asyncio.to_thread(upgrade, "reporting", database.sqlalchemy)
    return database


async def consume(ground: Ground, report: Report, database: DatabaseUrl, events: int, variant: str) -> None:
    """Take events from the topics into the store: all of them, or as many as the peer can in some seconds."""
    start: Start = start_plain if variant == PLAIN else start_ours
    seconds = _PLAIN_SECONDS if variant == PLAIN else _DRAIN_SECONDS
    order = Order(
        tuple(ground.kafka.bootstrap), ground.prefix, f"bench-{uuid4().hex[:8]}", database.sqlalchemy
    )
    with running(start, [order]) as members:
        await members.warm(_WARM[variant])
        before, meter, memory = members.done, Meter(ground.processes(members.pids)), Memory()
        async with _looking(memory, members):
            await members.reach(events, seconds)
        reading, done = meter.read(), members.done - before
    report.rate("consume", variant, done, reading)
    report.add("consume", f"{variant}, memory", memory.figures())


async def rebuilding(ground: Ground, report: Report, database: DatabaseUrl) -> RebuildReport:
    """Make the read models anew, and compare them with what was consumed."""
    kernel = Kernel("reporting", _settings(ground, database), metadata=METADATA)
    meter, memory = Meter(ground.processes([os.getpid()])), Memory()
    try:
        task = asyncio.ensure_future(rebuild(kernel))
        while not task.done():
            await asyncio.wait([task], timeout=_LOOK_SECONDS)
            memory.look(_workers())
        made = task.result()
    finally:
        await kernel.close()
    used = meter.read()
    report.rate("rebuild", REBUILD, made.events, Reading(made.seconds, used.cpu))
    report.add("rebuild", "workers, memory", memory.figures())
    return made


@asynccontextmanager
async def _looking(memory: Memory, members: Members) -> AsyncIterator[None]:
    async def look() -> None:
        while True:
            memory.look(members.pids)
            await asyncio.sleep(_LOOK_SECONDS)

    task = asyncio.ensure_future(look())
    try:
        yield
    finally:
        task.cancel()


def _workers() -> list[int]:
    """The processes of a rebuild: children of this one that were spawned."""
    processes = (entry for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [int(process.name) for process in processes if _is_worker(process)]


def _is_worker(process: Path) -> bool:
    try:
        parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
        return parent == str(os.getpid()) and "spawn_main" in (process / "cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _settings(ground: Ground, database: DatabaseUrl) -> ReportingSettings:
    return ReportingSettings.model_validate(
        {
            "mode": "test",
            "database_url": database.sqlalchemy,
            "kafka_bootstrap_servers": ",".join(ground.kafka.bootstrap),
            "topic_prefix": ground.prefix,
            "seal_key": base64.b64encode(b"k" * 32).decode(),
            "oidc_issuer": "https://issuer.example.com",
            "oidc_audience": "bench",
            "oidc_jwks_url": "http://127.0.0.1:1/jwks",
        }
    )
