"""Topics as data, applied by a command."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

import structlog
from aiokafka.admin import NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError

from shared.events.catalog import PARTITIONS, TOPICS, Topic
from shared.messaging.broker import Cluster, make_admin
from shared.messaging.failures import class_of

_WEEK_MS: Final = 7 * 24 * 3600 * 1000
_PAUSE_SECONDS: Final = 1.0

_log = structlog.get_logger()


class TopicMismatchError(RuntimeError):
    """A topic exists with another number of partitions; its keys would lie elsewhere."""

    def __init__(self, topic: str, partitions: int) -> None:
        super().__init__(
            f"topic {topic} has {partitions} partitions instead of {PARTITIONS}: "
            "it was not made by this platform's topic job; choose another topic prefix or migrate it"
        )


def topic_config(topic: Topic) -> dict[str, str]:
    """The broker's settings of a topic."""
    config = {"max.message.bytes": "1048576"}
    if topic.compacted:
        return config | {"cleanup.policy": "compact", "delete.retention.ms": str(_WEEK_MS)}
    retention = -1 if topic.retention is None else round(topic.retention.total_seconds() * 1000)
    return config | {"cleanup.policy": "delete", "retention.ms": str(retention)}


async def apply_topics(
    cluster: Cluster,
    *,
    replication_factor: int,
    topics: Iterable[Topic] = TOPICS.values(),
    client_id: str = "topics",
) -> list[str]:
    """Create the topics that are missing and return their names; an existing one is checked, never changed.

    Raises:
        TopicMismatchError: a topic has another number of partitions.
    """
    admin = make_admin(cluster.bootstrap_servers, client_id)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        created = []
        for topic in topics:
            name = cluster.full_name(topic.name)
            if name in existing:
                continue
            new = NewTopic(name, PARTITIONS, replication_factor, topic_configs=topic_config(topic))
            try:
                await admin.create_topics([new])
            except TopicAlreadyExistsError:
                continue
            created.append(name)
        await _check(admin, [cluster.full_name(topic.name) for topic in topics])
    finally:
        await admin.close()
    return created


async def wait_for_topics(cluster: Cluster, names: Sequence[str], *, client_id: str) -> None:
    """Return once the broker answers and has all these topics; say what is missing meanwhile."""
    told: object = None
    while True:
        try:
            missing = await _missing(cluster, names, client_id)
        except (KafkaError, OSError, TimeoutError) as error:
            state: object = class_of(error)
            if state != told:
                _log.warning("broker_unreachable", reason=class_of(error), outcome="waiting")
        else:
            if not missing:
                return
            state = tuple(missing)
            if state != told:
                _log.warning("topics_missing", topic=",".join(missing), outcome="waiting")
        told = state
        await asyncio.sleep(_PAUSE_SECONDS)


async def _missing(cluster: Cluster, names: Sequence[str], client_id: str) -> list[str]:
    admin = make_admin(cluster.bootstrap_servers, client_id)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
    finally:
        await admin.close()
    return sorted(set(names) - existing)


async def _check(admin: object, names: Sequence[str]) -> None:
    described = await admin.describe_topics(list(names))  # type: ignore[attr-defined]  # aiokafka ships no types
    for topic in described:
        if topic["error_code"] == 0 and len(topic["partitions"]) != PARTITIONS:
            raise TopicMismatchError(topic["topic"], len(topic["partitions"]))
