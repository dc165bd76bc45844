"""How long it takes from a commit to the record being in a consumer's hands, at a hundred a second."""

import asyncio
import random
import time
from uuid import UUID, uuid4

from aiokafka import TopicPartition

from shared.events.catalog import PARTITIONS
from shared.events.sessions import SessionScheduled
from shared.ids import new_id
from shared.messaging.broker import make_reader
from shared.persistence.engine import make_engine
from shared.persistence.unit_of_work import Units
from tests.bench.pipeline.feed import TOPIC, Feed
from tests.bench.pipeline.ground import Ground
from tests.bench.pipeline.members import Order, running, until
from tests.bench.pipeline.meter import Meter
from tests.bench.pipeline.relay import start_relay
from tests.bench.pipeline.report import Report, percentile

WORK = "latency"
OURS = "commit to readable, 100/s"
RATE = 100.0
EVENTS = 1_500
WARM = 300


async def measure(ground: Ground, report: Report, repetitions: int) -> None:
    """One event a transaction at random moments; the reader runs in this process, the relay in another."""
    database = await ground.new_store()
    for number in range(repetitions):
        cluster = await ground.new_topics(f"{ground.prefix}latency{number}.")
        await ground.fresh(database)
        order = Order(tuple(ground.kafka.bootstrap), cluster.prefix, uuid4().hex, database.sqlalchemy)
        reader = make_reader(cluster, "bench-latency")
        await reader.start()
        reader.assign([TopicPartition(cluster.full_name(TOPIC), each) for each in range(PARTITIONS)])
        committed, arrived = dict[UUID, float](), dict[UUID, float]()

        async def read() -> None:
            while True:
                for records in (await reader.getmany(timeout_ms=500)).values():  # noqa: B023
                    now = time.perf_counter()
                    for record in records:
                        event = SessionScheduled.model_validate_json(record.value)
                        arrived[event.session_id] = now  # noqa: B023

        reading = asyncio.create_task(read())
        engine = make_engine(database.sqlalchemy)
        with running(start_relay, [order]) as members:
            meter = Meter(ground.processes(members.pids))
            await _write(Units(engine, service="bench"), committed, seed=number)
            await until(lambda: len(arrived) == EVENTS, 30)  # noqa: B023
            used = meter.read()
        reading.cancel()
        await reader.stop()
        await engine.dispose()
        taken = [(arrived[each] - committed[each]) * 1000 for each in list(committed)[WARM:]]
        figures = {f"p{percent}_ms": percentile(taken, percent) for percent in (50, 95, 99)}
        report.add(WORK, OURS, figures | {"client_s": used.cpu["client"] / EVENTS * 10_000})


async def _write(units: Units, committed: dict[UUID, float], seed: int) -> None:
    pauses = random.Random(seed)  # noqa: S311  no secret
    matches = [message.key.decode() for message in Feed(keys=500).messages(500)]
    at = time.perf_counter()
    for number in range(EVENTS):
        at += pauses.expovariate(RATE)
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        session = new_id()
        async with units.begin() as uow:
            uow.emit(
                SessionScheduled(
                    session_id=session,
                    match_id=UUID(matches[number % len(matches)]),
                    program_id=session,
                    starts_at=uow.now,
                    ends_at=uow.now,
                )
            )
        committed[session] = time.perf_counter()


def judge(report: Report) -> dict[str, float | None]:
    """The percentiles that are asked for."""
    return {f"latency_p{percent}_ms": report.median(WORK, OURS, f"p{percent}_ms") for percent in (50, 99)}
