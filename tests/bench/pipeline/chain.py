"""An event's way through two services: two consumers, two stores, two relays."""

import asyncio
import time
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.events.catalog import PARTITIONS
from shared.messaging.broker import Cluster, make_producer, make_reader
from tests.bench.pipeline.feed import TOPIC, Feed
from tests.bench.pipeline.ground import Ground
from tests.bench.pipeline.members import Order, running, until
from tests.bench.pipeline.meter import Meter
from tests.bench.pipeline.ours import start_ours
from tests.bench.pipeline.report import Report, percentile

WORK = "chain"
RATES = (500, 4_000)
SECONDS = 10
WARM_SECONDS = 3
MIDDLE, LAST = "mentoring.engagement.v1", "mentoring.matches.v1"
_TICK = 0.005


async def measure(ground: Ground, report: Report, repetitions: int) -> None:
    """Each rate in turn."""
    stores = [await ground.new_store(), await ground.new_store()]
    for number in range(repetitions):
        for rate in RATES:
            cluster = await ground.new_topics(f"{ground.prefix}chain{number}-{rate}.")
            for store in stores:
                await ground.fresh(store)
            orders = [
                Order(
                    tuple(ground.kafka.bootstrap),
                    cluster.prefix,
                    f"bench-{uuid4().hex[:8]}",
                    store.sqlalchemy,
                    options=(("topics", (topic,)), ("relay", True)),
                )
                for store, topic in zip(stores, (TOPIC, MIDDLE), strict=True)
            ]
            reader = make_reader(cluster, "bench-chain")
            await reader.start()
            reader.assign([TopicPartition(cluster.full_name(LAST), each) for each in range(PARTITIONS)])
            with running(start_ours, orders) as members:
                await _drive(ground, report, rate, (cluster, reader, members.pids))
            await reader.stop()


async def _drive(
    ground: Ground, report: Report, rate: int, parts: tuple[Cluster, AIOKafkaConsumer, list[int]]
) -> None:
    cluster, reader, pids = parts
    producer = make_producer(cluster, "bench-chain-feed")
    await producer.start()
    feed, count = Feed(seed=rate, keys=rate * SECONDS), rate * SECONDS
    # One event a key, so that the last topic's key tells which event it is.
    messages = [feed.message(match) for match in feed.matches]
    sent, arrived = dict[bytes, float](), dict[bytes, float]()

    async def read() -> None:
        while True:
            for records in (await reader.getmany(timeout_ms=500)).values():
                now = time.perf_counter()
                for record in records:
                    arrived[record.key] = now

    reading, name = asyncio.create_task(read()), cluster.full_name(TOPIC)
    first = feed.message(UUID(int=1))
    await producer.send_and_wait(name, first.value, first.key, headers=first.headers)
    await until(lambda: first.key in arrived, 60)
    meter, started, done = Meter(ground.processes(pids)), time.perf_counter(), 0
    while done < count:
        due = min(count, int((time.perf_counter() - started) * rate) + 1)
        for message in messages[done:due]:
            sent[message.key] = time.perf_counter()
            await producer.send(name, message.value, message.key, headers=message.headers)
        done = due
        await asyncio.sleep(_TICK)
    await until(lambda: len(arrived) > count, 30)
    used = meter.read()
    reading.cancel()
    await producer.stop()
    late = list(sent)[rate * WARM_SECONDS :]
    taken = [(arrived[key] - sent[key]) * 1000 for key in late]
    figures = {f"p{percent}_ms": percentile(taken, percent) for percent in (50, 99)}
    cpu = {f"{part}_s": seconds / count * 10_000 for part, seconds in used.cpu.items()}
    report.add(WORK, f"two services, {rate}/s", figures | cpu)


def judge(report: Report) -> dict[str, float | None]:
    """The percentiles that are asked for."""
    return {
        f"chain_{rate}_p{percent}_ms": report.median(WORK, f"two services, {rate}/s", f"p{percent}_ms")
        for rate in RATES
        for percent in (50, 99)
    }
