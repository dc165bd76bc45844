"""What a consumer does with what it finds: offsets move explicitly, a bad record costs only its own key."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

from shared.events.matches import MatchAcceptedBySide
from shared.messaging.broker import Cluster
from shared.messaging.operations import Selection
from shared.messaging.records import Record
from shared.messaging.relay import Relay
from shared.messaging.routes import ForeignRecord
from shared.persistence.unit_of_work import UnitOfWork
from tests.support.consuming import consuming, done, effects_are
from tests.support.eventually import eventually
from tests.support.records import MATCH, OTHER_MATCH, broken, changed, headers_of, record_of, step, without
from tests.support.sandbox import Sandbox, note
from tests.support.topics import create_topic
from tests.support.wire import cluster_of_addresses, make_topics, publish

MATCHES = "mentoring.matches.v1"
RETRY = "mentoring.engagement.retry"
DLQ = "mentoring.engagement.dlq"
GOOD = headers_of("mentoring.match.accepted-by-side.v1", 1)
Logs = list[MutableMapping[str, Any]]


async def test_offsets_move_past_a_batch_that_holds_only_bad_records(
    counting: Sandbox, cluster: Cluster
) -> None:
    """FastStream itself would lose such a batch without a word; each record is a dead letter here."""
    await make_topics(cluster, MATCHES)
    bad = [
        broken(step(1), 1, value=b"{"),
        broken(step(2), 2, value=None),
        broken(step(3), 3, headers=changed(headers_of("x.y", 3), {"ce_id": None})),
        broken(step(4), 4, headers=changed(headers_of("x.y", 4), {"ce_type": b"\xff"})),
        broken(step(5), 5, headers=without(GOOD, "ce_sequence")),
        broken(step(6), 6, key=None),
        broken(step(7), 7, key=b""),
        broken(step(8), 8, headers=()),
        broken(step(9), 9, value=b"[" * 500_000),
    ]
    await publish(cluster, bad)

    async with consuming(counting, cluster, MATCHES):
        await done(counting, cluster)

    assert await counting.effects() == []
    assert len(await counting.waiting()) == 9


async def test_neighbours_of_bad_records_have_their_effect_and_a_replay_brings_the_key_back(
    counting: Sandbox, cluster: Cluster
) -> None:
    """From the dead letter over the operator's command and the relay back into the consumer."""
    await make_topics(cluster, MATCHES, RETRY, DLQ)
    failing = [True]
    good = counting.routes.events[MatchAcceptedBySide]

    async def side_accepted(event: MatchAcceptedBySide, uow: UnitOfWork) -> None:
        if failing and event.accepted == 1 and event.match_id == MATCH:
            raise ValueError
        await good(event, uow)

    counting.routes.on(MatchAcceptedBySide, side_accepted)
    await publish(
        cluster,
        [record_of(step(number, match), number) for number in (1, 2) for match in (MATCH, OTHER_MATCH)],
    )
    relay = Relay(
        "engagement", counting.engine.url.render_as_string(hide_password=False), cluster, counting.observer
    )
    relaying = asyncio.create_task(relay.run())
    async with consuming(counting, cluster, MATCHES, RETRY):
        await done(counting, cluster)
        assert await counting.effects() == [(str(OTHER_MATCH), "1"), (str(OTHER_MATCH), "2")]
        failing.clear()
        await counting.operations().replay(Selection(key=str(MATCH)))

        async def healed() -> bool:
            return await counting.waiting() == []

        await eventually(healed, timeout=30)
        await done(counting, cluster, RETRY)
    relay.stop()
    await relaying
    assert [value for subject, value in await counting.effects() if subject == str(MATCH)] == ["1", "2"]


async def test_a_foreign_topic_keeps_its_own_name_whatever_the_prefix(
    counting: Sandbox, cluster: Cluster
) -> None:
    topic = f"{cluster.prefix.rstrip('.')}-hris"
    await create_topic(cluster.bootstrap_servers, topic, partitions=3)

    async def hr_record(record: ForeignRecord, uow: UnitOfWork) -> None:
        await note(uow, record.topic, (record.value or b"").decode())

    counting.routes.on_foreign(topic, hr_record)
    bare = cluster_of_addresses(cluster.bootstrap_servers)
    await publish(bare, [Record(topic, 0, 0, None, b"row", ())])

    async with consuming(counting, cluster, foreign=(topic,)):
        await eventually(lambda: effects_are(counting, [(topic, "row")]), timeout=30)


async def test_a_database_that_is_away_costs_a_pause_and_nothing_else(
    counting: Sandbox, cluster: Cluster, logs: Logs
) -> None:
    await make_topics(cluster, MATCHES)
    cut = iter([True] * 3)
    good = counting.routes.events[MatchAcceptedBySide]

    async def side_accepted(event: MatchAcceptedBySide, uow: UnitOfWork) -> None:
        await good(event, uow)
        if next(cut, False):
            raise ConnectionResetError

    counting.routes.on(MatchAcceptedBySide, side_accepted)
    await publish(cluster, [record_of(step(number), number) for number in range(1, 6)])

    async with consuming(counting, cluster, MATCHES):
        await done(counting, cluster)

    assert [value for _, value in await counting.effects()] == ["1", "2", "3", "4", "5"]
    assert await counting.waiting() == []
    assert [entry["reason"] for entry in logs if entry["event"] == "batch_waits"] == [
        "ConnectionResetError"
    ] * 3
