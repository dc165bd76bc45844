"""The places at which a process may be made to die: data, read by the schedule and by the patches."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

ALL: Final = ("matching", "scheduling", "engagement", "reporting")
PRODUCERS: Final = ("matching", "scheduling", "engagement")


class Where(StrEnum):
    """When the process dies, seen from the function that is wrapped."""

    BEFORE = "before"
    INSIDE = "inside"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a process is busy with while `target` runs; with `work` only once that has been called in it."""

    name: str
    target: str
    work: str | None = None


@dataclass(frozen=True, slots=True)
class CrashPoint:
    """One place: `target` is `module:attribute.path` of the product or of a library below it.

    `within` names the scope in which a passing counts, `nth` how many passings of one scope come first,
    `services` who passes it under the load, `often` whether a process passes it many times a minute,
    `command` the command line that passes it when serving does not, `on_stop` that only SIGTERM leads there.
    """

    name: str
    target: str
    where: Where
    within: str | None = None
    nth: int = 1
    services: tuple[str, ...] = ALL
    often: bool = True
    command: str | None = None
    on_stop: bool = False


_COMMIT: Final = "asyncpg.transaction:Transaction.commit"
_DUE: Final = ("matching", "scheduling")
_BEFORE, _INSIDE, _AFTER = Where.BEFORE, Where.INSIDE, Where.AFTER

SCOPES: Final = (
    Scope("batch", "shared.messaging.processor:Processor._attempt"),
    Scope("command", "shared.http.commands:Call._attempt"),
    Scope("due", "shared.messaging.due:DueWorker.run_once", work="shared.messaging.due:DueWorker._forget"),
    Scope("page", "shared.messaging.relay:Relay._page", work="shared.messaging.publishing:Publisher.publish"),
    Scope("migration", "shared.persistence.migrations:_run"),
)

_POINTS: Final = (
    # A batch of the consumer.
    CrashPoint("batch.read", "shared.messaging.processor:Processor.process", _BEFORE),
    CrashPoint("batch.between_records", "shared.messaging.processor:Processor._one", _AFTER, "batch"),
    CrashPoint("batch.before_commit", _COMMIT, _BEFORE, "batch"),
    CrashPoint("batch.in_commit", _COMMIT, _INSIDE, "batch"),
    CrashPoint("batch.after_commit", _COMMIT, _AFTER, "batch"),
    CrashPoint(
        "batch.set_aside",
        "shared.messaging.set_aside:SetAside.add",
        _AFTER,
        "batch",
        services=("matching",),
        often=False,
    ),
    CrashPoint("outbox.numbered", "shared.persistence.outbox:_count_up", _AFTER, services=PRODUCERS),
    CrashPoint("offsets.before", "aiokafka.consumer.consumer:AIOKafkaConsumer.commit", _BEFORE),
    CrashPoint("offsets.in_commit", "aiokafka.consumer.consumer:AIOKafkaConsumer.commit", _INSIDE),
    CrashPoint("offsets.after", "aiokafka.consumer.consumer:AIOKafkaConsumer.commit", _AFTER),
    # A page of the relay.
    CrashPoint("relay.listening", "asyncpg.connection:Connection.add_listener", _AFTER, often=False),
    CrashPoint("relay.locked", "shared.messaging.relay:Relay._take_shards", _AFTER),
    CrashPoint("relay.read", "shared.messaging.publishing:Publisher.publish", _BEFORE, services=PRODUCERS),
    CrashPoint(
        "relay.between_sends",
        "shared.messaging.publishing:Publisher._send",
        _BEFORE,
        "page",
        nth=2,
        services=PRODUCERS,
    ),
    CrashPoint(
        "relay.in_flight",
        "aiokafka.producer.producer:AIOKafkaProducer.send_batch",
        _INSIDE,
        "page",
        services=PRODUCERS,
    ),
    CrashPoint(
        "relay.one_acknowledged",
        "shared.messaging.publishing:Publisher._send",
        _AFTER,
        "page",
        services=PRODUCERS,
    ),
    CrashPoint(
        "relay.acknowledged", "shared.messaging.publishing:Publisher.publish", _AFTER, services=PRODUCERS
    ),
    CrashPoint(
        "relay.in_delete", "asyncpg.connection:Connection.execute", _INSIDE, "page", services=PRODUCERS
    ),
    CrashPoint("relay.deleted", "asyncpg.connection:Connection.execute", _AFTER, "page", services=PRODUCERS),
    # Due work, and the runs that are made of it.
    CrashPoint("due.before_commit", _COMMIT, _BEFORE, "due", services=_DUE, often=False),
    CrashPoint("due.in_commit", _COMMIT, _INSIDE, "due", services=_DUE, often=False),
    CrashPoint("due.after_commit", _COMMIT, _AFTER, "due", services=_DUE, often=False),
    CrashPoint(
        "run.solving",
        "services.matching.handlers.runs:RunHandlers.solve_due",
        _AFTER,
        services=("matching",),
        often=False,
    ),
    CrashPoint(
        "run.chunk_published",
        "services.matching.handlers.publish_run:RunPublisher.publish_due",
        _AFTER,
        services=("matching",),
        often=False,
    ),
    # A command over HTTP.
    CrashPoint("command.before_commit", _COMMIT, _BEFORE, "command", services=PRODUCERS),
    CrashPoint("command.in_commit", _COMMIT, _INSIDE, "command", services=PRODUCERS),
    CrashPoint("command.after_commit", _COMMIT, _AFTER, "command", services=PRODUCERS),
    # The group.
    CrashPoint("group.revoked", "shared.messaging.consumer:Consumer.on_partitions_revoked", _BEFORE),
    CrashPoint("group.assigned", "shared.messaging.consumer:Consumer.on_partitions_assigned", _AFTER),
    # Migrations are jobs of their own.
    CrashPoint("migration.before_commit", _COMMIT, _BEFORE, "migration", often=False, command="migrate"),
    CrashPoint("migration.in_commit", _COMMIT, _INSIDE, "migration", often=False, command="migrate"),
    CrashPoint("migration.after_commit", _COMMIT, _AFTER, "migration", often=False, command="migrate"),
    # The steps of a stop.
    CrashPoint("stop.told", "shared.service:Service.stop", _BEFORE, often=False, on_stop=True),
    CrashPoint(
        "stop.consumer_ended", "shared.messaging.consumer:Consumer.stop", _AFTER, often=False, on_stop=True
    ),
    CrashPoint("stop.tasks_ended", "shared.service:Service._end_tasks", _AFTER, often=False, on_stop=True),
    CrashPoint("stop.closed", "shared.kernel:Kernel.close", _AFTER, often=False, on_stop=True),
)

POINTS: Final = MappingProxyType({point.name: point for point in _POINTS})
"""By name."""
