"""How much a consumer takes on at once follows how long it takes."""

import asyncio
from collections import Counter

from sqlalchemy import text

from shared.events.matches import MatchAcceptedBySide
from shared.ids import new_id
from shared.messaging.broker import Cluster
from shared.persistence.unit_of_work import UnitOfWork
from tests.support.consuming import consuming, done
from tests.support.records import record_of, step
from tests.support.sandbox import Sandbox
from tests.support.wire import make_topics, publish

MATCHES = "mentoring.matches.v1"
RECORDS = 130
SLOW_SECONDS = 0.025


async def test_quick_handlers_soon_get_many_records_and_slow_ones_few(
    sandbox: Sandbox, cluster: Cluster
) -> None:
    """All are fetched at once; the second batch is cut while the first one is applied."""
    assert await sizes_with(sandbox, cluster, 0) == [50, 50, 30]
    assert (await sizes_with(sandbox, cluster, SLOW_SECONDS))[:3] == [50, 50, 25]


async def sizes_with(sandbox: Sandbox, cluster: Cluster, seconds: float) -> list[int]:
    """How many records each transaction had, by a handler that takes so long for each of them."""
    transactions: Counter[str] = Counter()

    async def side_accepted(event: MatchAcceptedBySide, uow: UnitOfWork) -> None:
        number = await uow.connection.scalar(text("select pg_current_xact_id()::text"))
        transactions[str(number)] += 1
        await asyncio.sleep(seconds)

    sandbox.routes.on(MatchAcceptedBySide, side_accepted)
    await make_topics(cluster, MATCHES)
    key = new_id()
    await publish(cluster, [record_of(step(number, key), number) for number in range(1, RECORDS + 1)])
    async with consuming(sandbox, cluster, MATCHES):
        await done(sandbox, cluster)
    return list(transactions.values())
