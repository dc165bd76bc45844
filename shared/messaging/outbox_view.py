"""What waits in an outbox, as an operator looks at it."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from shared.messaging.relay import LOCK_NAMESPACE
from shared.persistence.outbox import SHARDS
from shared.persistence.unit_of_work import Units

_WAITING: Final = text(
    "select topic, shard, count(*) as rows, "
    "extract(epoch from clock_timestamp() - min(created_at))::float as oldest_age_seconds "
    "from outbox group by topic, shard order by 4 desc, topic, shard"
)
_HELD: Final = text(
    "select distinct l.objid::int from pg_locks l join pg_database d on d.oid = l.database "
    "where d.datname = current_database() and l.locktype = 'advisory' and l.granted "
    "and l.classid = :namespace and l.objsubid = 2"
)


@dataclass(frozen=True, slots=True)
class WaitingRows:
    """The rows of one topic in one shard; the age in seconds."""

    topic: str
    shard: int
    rows: int
    oldest_age_seconds: float


@dataclass(frozen=True, slots=True)
class OutboxView:
    """What waits, the longest-waiting first, and the shards that no relay holds."""

    waiting: list[WaitingRows]
    unheld_shards: list[int]

    @property
    def rows(self) -> int:
        """All rows that wait."""
        return sum(part.rows for part in self.waiting)

    @property
    def oldest_age_seconds(self) -> float:
        """The age of the oldest row, 0 when none waits."""
        return max((part.oldest_age_seconds for part in self.waiting), default=0.0)


async def view_outbox(units: Units) -> OutboxView:
    """Look at an outbox; nothing is locked."""
    async with units.read() as connection:
        waiting = [
            WaitingRows(row.topic, row.shard, row.rows, max(0.0, row.oldest_age_seconds))
            for row in await connection.execute(_WAITING)
        ]
        held = set((await connection.scalars(_HELD, {"namespace": LOCK_NAMESPACE})).all())
    return OutboxView(waiting, [shard for shard in range(SHARDS) if shard not in held])
