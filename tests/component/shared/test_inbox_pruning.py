"""The inbox forgets what no feed will send again."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from deploy.local.database_url import DatabaseUrl
from shared.messaging.inbox import prune_inbox
from shared.persistence.tables import inbox
from tests.support.sandbox import make_sandbox

NOW = datetime(2027, 3, 1, tzinfo=UTC)


async def test_records_are_forgotten_after_35_days_and_not_before(
    new_database: Callable[[str], Awaitable[DatabaseUrl]],
) -> None:
    sandbox = await make_sandbox(await new_database("inbox"))
    rows = [
        {"topic": "hris.adp", "record_id": b"old", "seen_at": NOW - timedelta(days=35, seconds=1)},
        {"topic": "hris.adp", "record_id": b"young", "seen_at": NOW - timedelta(days=35)},
    ]
    async with sandbox.units.begin() as uow:
        await uow.connection.execute(insert(inbox), rows)
        assert await prune_inbox(uow.connection, NOW) == 1

    assert await sandbox.fetch("select record_id from inbox") == [{"record_id": b"young"}]
    await sandbox.engine.dispose()
