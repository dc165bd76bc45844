"""What a relay has sent and not yet deleted, and what it must have told again.

A relay that stands still between its last look at the session and a send may have lost its locks meanwhile;
its rows then arrive behind newer ones of its successor. Readers ignore them by their sequence, but compaction
keeps them. Each row is deleted by one relay only: whoever sent a row and finds it gone knows that two have
sent it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog

from shared.messaging.publishing import Published
from shared.messaging.relay_session import RelaySession

_FORGET: Final = "delete from outbox where pos = any($1::bigint[])"
_FORGET_OR_RETELL: Final = """
with gone as (delete from outbox where pos = any($1::bigint[]) returning pos)
insert into due (kind, subject, due_at)
select distinct kind, subject, to_timestamp(0)
from unnest($2::bigint[], $3::text[], $4::uuid[]) as sent (pos, kind, subject)
where sent.pos not in (select pos from gone)
order by kind, subject
on conflict (kind, subject) do update set due_at = excluded.due_at, attempts = 0
"""
"""In one statement, so that no death comes between; due at once, whatever business time it is."""

_log = structlog.get_logger()


class SentRows:
    """The account of one relay; `retold` is the kind of due work that tells a key of a topic again.

    It outlives the sessions of the relay, not its process.
    """

    def __init__(self, retold: Mapping[str, str]) -> None:
        self._retold = retold
        self._under_way: Sequence[Any] = []
        self._arrived: list[Any] = []

    def send(self, rows: Sequence[Any]) -> None:
        """From now on the broker may have these rows."""
        self._under_way = rows

    def answered(self, rows: Sequence[Any], published: Published) -> None:
        """The broker has answered; what became of a batch that failed is still unknown."""
        positions = set(published.positions)
        self._arrived.extend(row for row in rows if row["pos"] in positions)
        self._under_way = [row for row in rows if row["topic"] in published.failures]

    def still_ours(self) -> None:
        """The locks were held all the time, so nobody else has sent anything in between."""
        self._under_way = []

    async def forget(self, session: RelaySession) -> None:
        """Delete what was acknowledged; what somebody else has deleted is told again."""
        if self._arrived:
            await self._settle(session, self._arrived, self._arrived)
            self._arrived = []

    async def make_good(self, session: RelaySession) -> None:
        """In a new session: settle what the last one left, and tell again what it may have sent too late."""
        await self.forget(session)
        if self._under_way:
            await self._settle(session, [], self._under_way)
            self._under_way = []

    async def _settle(self, session: RelaySession, delete: Sequence[Any], sent: Sequence[Any]) -> None:
        positions = [row["pos"] for row in delete]
        watched = [row for row in sent if row["topic"] in self._retold]
        if not watched:
            if positions:
                await session.execute(_FORGET, positions)
            return
        done = await session.execute(
            _FORGET_OR_RETELL,
            positions,
            [row["pos"] for row in watched],
            [self._retold[row["topic"]] for row in watched],
            [row["aggregateid"] for row in watched],
        )
        told = int(done.split()[-1])
        if told:
            _log.warning("relay_was_overtaken", reason="sent_by_two", outcome="retell", rows=told)
