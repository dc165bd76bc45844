"""What bad records cost: a hundredth malformed, and a hundredth at which the handler throws."""

import random
from collections.abc import Iterator
from uuid import UUID, uuid4

from tests.bench.pipeline.feed import TOPIC, Feed, Message, fill
from tests.bench.pipeline.ground import Ground
from tests.bench.pipeline.members import Order, running
from tests.bench.pipeline.meter import Meter
from tests.bench.pipeline.ours import BROKEN, start_ours
from tests.bench.pipeline.report import Report

WORK = "faults"
EVENTS = 80_000
WARM = 5_000
CLEAN, BAD = "clean", "1 % malformed, 1 % throwing"
_SECONDS = 6.0


def bad_messages(count: int) -> Iterator[Message]:
    """Bad records are of keys of their own: behind one of them its key is parked, which would be cheaper."""
    feed, chance = Feed(), random.Random(7)  # noqa: S311  no secret
    good = feed.messages(count)
    for _ in range(count):
        drawn = chance.random()
        match = UUID(int=chance.getrandbits(128), version=4)
        if drawn < 0.01:
            yield feed.message(match, value=b'{"session_id": 1}')
        elif drawn < 0.02:
            yield feed.message(match, session=BROKEN)
        else:
            yield next(good)


async def measure(ground: Ground, report: Report, repetitions: int) -> None:
    """The same runtime on a clean and on a bad topic, in turn."""
    database = await ground.new_store()
    topics = {CLEAN: Feed().messages(EVENTS), BAD: bad_messages(EVENTS)}
    prefixes = {variant: f"{ground.prefix}faults{number}." for number, variant in enumerate(topics)}
    for variant, messages in topics.items():
        await fill(await ground.new_topics(prefixes[variant]), messages)
    for _ in range(repetitions):
        for variant, prefix in prefixes.items():
            await ground.fresh(database)
            order = Order(
                tuple(ground.kafka.bootstrap),
                prefix,
                f"bench-{uuid4().hex[:8]}",
                database.sqlalchemy,
                options=(("topics", (TOPIC,)),),
            )
            with running(start_ours, [order]) as members:
                await members.warm(WARM)
                before, meter = members.done, Meter(ground.processes(members.pids))
                await members.reach(EVENTS - 1_000, _SECONDS)
                reading, done = meter.read(), members.done - before
            report.rate(WORK, variant, done, reading)


def judge(report: Report) -> dict[str, float | None]:
    """The share of the clean rate that is left."""
    return {"faults_share_of_clean": report.ratio(WORK, BAD, CLEAN)}
