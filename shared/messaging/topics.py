"""Topics as data, applied by a command."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, NoError, TopicAlreadyExistsError, for_code

from shared.events.catalog import PARTITIONS, TOPICS, Topic
from shared.messaging.broker import Cluster, make_admin
from shared.persistence.failures import class_of

_WEEK_MS: Final = 7 * 24 * 3600 * 1000
_PAUSE_SECONDS: Final = 1.0
_KNOWN_SECONDS: Final = 30.0
_KNOWN_PAUSE_SECONDS: Final = 0.1

_log = structlog.get_logger()


class TopicMismatchError(RuntimeError):
    """A topic exists with another number of partitions; its keys would lie elsewhere."""

    def __init__(self, topic: str, partitions: int) -> None:
        super().__init__(
            f"topic {topic} has {partitions} partitions instead of {PARTITIONS}: "
            "it was not made by this platform's topic job; choose another topic prefix or migrate it"
        )


class TopicRefusedError(RuntimeError):
    """The broker did not create a topic."""

    def __init__(self, topic: str, error: str, message: str | None = None) -> None:
        super().__init__(f"topic {topic} was not created: {error} {message or ''}".rstrip())


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
        TopicRefusedError: the broker did not create a topic.
    """
    wanted = {cluster.full_name(topic.name): topic for topic in topics}
    admin = make_admin(cluster.bootstrap_servers, client_id)
    try:
        await admin.start()
        existing = set(await admin.list_topics())
        created = []
        for name, topic in wanted.items():
            if name in existing:
                continue
            new = NewTopic(name, PARTITIONS, replication_factor, topic_configs=topic_config(topic))
            if await _create(admin, new):
                created.append(name)
        await _check(admin, list(wanted))
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
                for name in missing:
                    _log.warning("topic_missing", topic=name, outcome="waiting")
        told = state
        await asyncio.sleep(_PAUSE_SECONDS)


async def _missing(cluster: Cluster, names: Sequence[str], client_id: str) -> list[str]:
    admin = make_admin(cluster.bootstrap_servers, client_id)
    try:
        await admin.start()
        existing = set(await admin.list_topics())
    finally:
        await admin.close()
    return sorted(set(names) - existing)


async def _create(admin: AIOKafkaAdminClient, new: NewTopic) -> bool:
    """Whether the topic was created now; aiokafka raises nothing, the answer holds the errors."""
    answer = await admin.create_topics([new])
    for topic, code, *message in answer.topic_errors:
        if code == TopicAlreadyExistsError.errno:
            return False
        if code != NoError.errno:
            raise TopicRefusedError(topic, for_code(code).__name__, *message)
    return True


async def _check(admin: AIOKafkaAdminClient, names: Sequence[str]) -> None:
    """Count the partitions as soon as the broker tells them: it may know a new topic a moment later only."""
    async with asyncio.timeout(_KNOWN_SECONDS):
        unknown = set(names)
        while unknown:
            for topic in await admin.describe_topics(sorted(unknown)):
                if topic["error_code"] != NoError.errno:
                    continue
                if len(topic["partitions"]) != PARTITIONS:
                    raise TopicMismatchError(topic["topic"], len(topic["partitions"]))
                unknown.discard(topic["topic"])
            await asyncio.sleep(_KNOWN_PAUSE_SECONDS if unknown else 0)
