"""What an operator does with records that wait: look, send again, give up; all of it audited."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from shared.clock import system_now
from shared.events.envelope import ActorType
from shared.http.audit import AuditRow, append_audit
from shared.messaging.outbox_view import OutboxView, view_outbox
from shared.messaging.records import Record
from shared.messaging.replays import make_replay
from shared.messaging.set_aside import SetAside, Status
from shared.messaging.streams import lock_streams
from shared.persistence.tables import audit, set_aside
from shared.persistence.unit_of_work import UnitOfWork, Units

PAGE: Final = 1000
"""Records that one call lists, replays or drops; what is over waits for the next."""

_COLUMNS: Final = [column for column in set_aside.c if column.name != "record"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which waiting records are meant; what is None does not matter."""

    record_id: UUID | None = None
    reason: str | None = None
    key: str | None = None
    since: datetime | None = None
    statuses: tuple[Status, ...] = (Status.DEAD, Status.PARKED, Status.SKIPPED)

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL."""
        found: list[ColumnElement[bool]] = [
            set_aside.c.status.in_([status.value for status in self.statuses])
        ]
        if self.record_id is not None:
            found.append(set_aside.c.id == self.record_id)
        if self.reason is not None:
            found.append(set_aside.c.reason == self.reason)
        if self.key is not None:
            found.append(set_aside.c.stream_key == self.key)
        if self.since is not None:
            found.append(set_aside.c.first_failed_at >= self.since)
        return found


@dataclass(frozen=True, slots=True)
class ParkedKey:
    """A key whose records wait behind a dead one."""

    topic: str
    key: str
    parked: int
    dead: int
    since: datetime


class Operations:
    """The operator's view of one store."""

    def __init__(self, service: str, units: Units, aside: SetAside, operator: str) -> None:
        self._service = service
        self._units = units
        self._aside = aside
        self._operator = operator

    async def find(self, selection: Selection) -> list[dict[str, Any]]:
        """The records, without what they hold, the oldest of each key first."""
        async with self._units.read() as connection:
            rows = await connection.execute(_ordered(select(*_COLUMNS), selection))
            return [dict(row) for row in rows.mappings()]

    async def parked(self) -> list[ParkedKey]:
        """The keys that wait for an operator, the longest-waiting first."""
        dead = func.count().filter(set_aside.c.status == Status.DEAD.value)
        parked = func.count().filter(set_aside.c.status == Status.PARKED.value)
        since = func.min(set_aside.c.first_failed_at)
        async with self._units.read() as connection:
            rows = await connection.execute(
                select(set_aside.c.topic, set_aside.c.stream_key, parked, dead, since)
                .where(set_aside.c.stream_key.is_not(None), set_aside.c.status.in_(["dead", "parked"]))
                .group_by(set_aside.c.topic, set_aside.c.stream_key)
                .order_by(since)
                .limit(PAGE)
            )
            return [ParkedKey(*row) for row in rows]

    async def note(self, action: str, subject_type: str, reason: str) -> None:
        """Leave an audit entry of something that is done outside the store, before it is done."""
        async with self._units.begin() as uow:
            await self._audit(uow, action, None, reason, subject_type)

    async def outbox(self) -> OutboxView:
        """What waits for the relay."""
        return await view_outbox(self._units)

    async def show(self, record_id: UUID, *, reveal: bool) -> tuple[dict[str, Any], Record | None] | None:
        """A record's row, and the record; a sealed one only when asked for, which is audited."""
        async with self._units.begin() as uow:
            row = (
                (await uow.connection.execute(select(*_COLUMNS).where(set_aside.c.id == record_id)))
                .mappings()
                .first()
            )
            if row is None:
                return None
            if row["sealed"] and not reveal:
                return dict(row), None
            if row["sealed"]:
                await self._audit(uow, "dead_letter_revealed", record_id, row["reason"])
            return dict(row), await self._aside.load(uow.connection, record_id)

    async def replay(self, selection: Selection) -> int:
        """Send the records to the retry topic, in the order of each key; how many."""
        async with self._units.begin() as uow:
            rows = await self._rows(uow, selection)
            await self._send_again(uow, rows)
            for row in rows:
                await self._audit(uow, "dead_letter_replayed", row.id, row.reason)
        return len(rows)

    async def drop(self, selection: Selection) -> Counter[str]:
        """Give up records for good, and send again what nothing dead holds up any more; how many of each."""
        async with self._units.begin() as uow:
            before = await self._rows(uow, selection)
            streams = {(row.topic, row.stream_key) for row in before if row.stream_key}
            # Streams first, as consumers do: none parks a record behind one that is dropped meanwhile.
            await lock_streams(uow.connection, streams)
            rows = await self._rows(uow, selection)
            await self._aside.remove(uow.connection, [row.id for row in rows])
            for row in rows:
                await self._audit(uow, "dead_letter_dropped", row.id, row.reason)
            freed = await self._freed(uow, streams)
            await self._send_again(uow, freed)
        return Counter(dropped=len(rows), freed=len(freed))

    async def _rows(self, uow: UnitOfWork, selection: Selection) -> Sequence[Any]:
        rows: Sequence[Any] = (await uow.connection.execute(_ordered(select(*_COLUMNS), selection))).all()
        return rows

    async def _freed(self, uow: UnitOfWork, streams: set[tuple[str, str]]) -> list[Any]:
        freed: list[Any] = []
        for topic, key in sorted(streams):
            rows = await uow.connection.execute(
                _ordered(select(*_COLUMNS), Selection(key=key, statuses=(Status.DEAD, Status.PARKED))).where(
                    set_aside.c.topic == topic
                )
            )
            for row in rows:
                if row.status == Status.DEAD.value:
                    break
                freed.append(row)
        return freed

    async def _send_again(self, uow: UnitOfWork, rows: Sequence[Any]) -> None:
        for row in rows:
            record = await self._aside.load(uow.connection, row.id)
            if record is not None:
                uow.copies.append(make_replay(record, row.id, self._service, uow.new_id))

    async def _audit(
        self,
        uow: UnitOfWork,
        action: str,
        subject_id: UUID | None,
        reason: str,
        subject_type: str = "dead_letter",
    ) -> None:
        row = AuditRow(
            id=uow.new_id(),
            at=system_now(),
            business_at=uow.now,
            actor_id=self._operator,
            actor_type=ActorType.PERSON.value,
            role="operator",
            action=action,
            subject_type=subject_type,
            subject_id=subject_id,
            reason=reason,
            correlation_id=uow.correlation_id,
        )
        await append_audit(uow.connection, audit, row)


def _ordered(query: Select[Any], selection: Selection) -> Select[Any]:
    return (
        query.where(*selection.conditions())
        .order_by(
            set_aside.c.topic, set_aside.c.stream_key, set_aside.c.sequence, set_aside.c.first_failed_at
        )
        .limit(PAGE)
    )
