"""How many events a second one process takes from the topic into the store."""

import os
from uuid import uuid4

from shared.events.sessions import SessionScheduled
from tests.bench.pipeline.bound import read_alone, write_alone
from tests.bench.pipeline.feed import TOPIC, Feed, fill
from tests.bench.pipeline.ground import Ground
from tests.bench.pipeline.members import Order, Start, running
from tests.bench.pipeline.meter import Meter
from tests.bench.pipeline.ours import start_ours
from tests.bench.pipeline.plain import start_plain
from tests.bench.pipeline.report import Report

WORK = "consume"
EVENTS = 200_000
_SECONDS = 6.0
PLAIN, OURS, TWO = "plain handler", "our runtime", "our runtime, two processes"
READ, WRITE = "reading alone", "writing alone"


async def measure(ground: Ground, report: Report, repetitions: int) -> None:
    """The peer, both halves alone, our runtime with one process and with two, in turn."""
    feed, database = Feed(), await ground.new_store()
    await fill(ground.cluster, feed.messages(EVENTS))
    events = [
        SessionScheduled.model_validate_json(message.value) for message in Feed(seed=2).messages(60_000)
    ]
    for _ in range(repetitions):
        await ground.fresh(database)
        report.rate(WORK, READ, *await read_alone(ground, os.getpid(), 60_000))
        report.rate(WORK, WRITE, *await write_alone(ground, database, events, os.getpid()))
        for variant, start, processes, warm in (
            (PLAIN, start_plain, 1, 50),
            (OURS, start_ours, 1, 5_000),
            (TWO, start_ours, 2, 5_000),
        ):
            await ground.fresh(database)
            await _drain(ground, report, database.sqlalchemy, (variant, start, processes, warm))


async def _drain(ground: Ground, report: Report, database: str, how: tuple[str, Start, int, int]) -> None:
    variant, start, processes, warm = how
    group = f"bench-{uuid4().hex[:8]}"
    orders = [
        Order(tuple(ground.kafka.bootstrap), ground.prefix, group, database, slot, (("topics", (TOPIC,)),))
        for slot in range(processes)
    ]
    with running(start, orders) as members:
        await members.warm(warm)
        before, meter = members.done, Meter(ground.processes(members.pids))
        await members.reach(EVENTS - 2_000, _SECONDS)
        reading, done = meter.read(), members.done - before
    report.rate(WORK, variant, done, reading)


def judge(report: Report) -> dict[str, float | None]:
    """The ratios that are asked for."""
    read, write = report.median(WORK, READ, "rate"), report.median(WORK, WRITE, "rate")
    ours = report.median(WORK, OURS, "rate")
    bound = 1 / (1 / read + 1 / write) if read and write else None
    return {
        "consume_times_plain": report.ratio(WORK, OURS, PLAIN),
        "consume_serial_bound": bound,
        "consume_share_of_bound": ours / bound if ours and bound else None,
        "consume_two_processes": report.ratio(WORK, TWO, OURS),
    }
