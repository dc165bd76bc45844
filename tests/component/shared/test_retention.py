"""What is kept only for a time: the inbox, and sealed records."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from deploy.local.database_url import DatabaseUrl
from shared.clock import system_now
from shared.messaging.inbox import prune_inbox
from shared.messaging.records import Record
from shared.messaging.routes import ForeignRecord
from shared.messaging.set_aside import Failure, Status
from shared.persistence.tables import inbox
from shared.persistence.unit_of_work import UnitOfWork
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


async def test_sealed_records_are_forgotten_with_their_dead_letters_and_others_wait_on(
    new_database: Callable[[str], Awaitable[DatabaseUrl]],
) -> None:
    sandbox = await make_sandbox(await new_database("sealed"))
    dead = Failure(Status.DEAD, "handler_failed")
    async with sandbox.units.begin() as uow:
        for topic in ("hris.adp", "mentoring.people.v1", "mentoring.matches.v1"):
            await sandbox.aside.add(uow.connection, Record(topic, 0, 1, b"k", b"v", ()), None, dead)
        later = system_now() + timedelta(days=91)
        assert await sandbox.aside.prune(uow.connection, later - timedelta(days=2)) == 0
        assert await sandbox.aside.prune(uow.connection, later) == 2

    assert await sandbox.fetch("select topic from set_aside") == [{"topic": "mentoring.matches.v1"}]
    await sandbox.engine.dispose()


async def test_a_record_that_may_not_be_kept_leaves_its_reason_and_none_of_its_bytes(
    new_database: Callable[[str], Awaitable[DatabaseUrl]],
) -> None:
    sandbox = await make_sandbox(await new_database("unkept"))

    async def refuse(_: ForeignRecord, uow: UnitOfWork) -> None:
        uow.refuse("erased_person", keep=False)

    sandbox.routes.on_foreign("hris.adp", refuse)
    await sandbox.processor.process([Record("hris.adp", 3, 17, b"key", b"canary", (("name", b"canary"),))])

    (row,) = await sandbox.fetch("select id, reason, source_offset from set_aside")
    assert (row["reason"], row["source_offset"]) == ("erased_person", 17)
    async with sandbox.units.read() as connection:
        kept = await sandbox.aside.load(connection, row["id"])
    assert kept is not None
    assert (kept.key, kept.value, kept.headers) == (None, None, ())
    await sandbox.engine.dispose()
