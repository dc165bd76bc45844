"""What the four services cost while nobody wants anything of them."""

import asyncio

from tests.bench.pipeline.ground import Ground
from tests.bench.pipeline.meter import Meter, resident_bytes
from tests.bench.pipeline.report import Report
from tests.support.processes import SERVICES, new_fleet, prepare

WORK = "idle"
ALL = "four services"
SETTLE_SECONDS = 10.0
SECONDS = 20.0


async def measure(ground: Ground, report: Report, repetitions: int) -> None:
    """One replica of each service; their share of a core and their memory, once they have settled."""
    databases = {service: await ground.postgres.create_database(service) for service in SERVICES}
    async with new_fleet(databases, ground.kafka.bootstrap, f"{ground.prefix}idle.") as fleet:
        await prepare(fleet)
        for service in SERVICES:
            fleet.add(service, 0)
        await fleet.all_ready()
        pids = [each.popen.pid for each in fleet.processes if each.popen]
        await asyncio.sleep(SETTLE_SECONDS)
        for _ in range(repetitions):
            meter = Meter(ground.processes(pids))
            await asyncio.sleep(SECONDS)
            used = meter.read()
            shares = {f"{part}_percent": 100 * cpu / used.wall for part, cpu in used.cpu.items()}
            report.add(WORK, ALL, shares | {"resident_mb": resident_bytes(pids) / 1e6})


def judge(report: Report) -> dict[str, float | None]:
    """Per cent of a core, and megabytes, of the services' own processes."""
    return {
        "idle_percent_of_a_core": report.median(WORK, ALL, "client_percent"),
        "idle_resident_mb": report.median(WORK, ALL, "resident_mb"),
    }
