"""What two relays have sent is told again by whoever finds out, and only that."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from deploy.local.database_url import DatabaseUrl
from shared.messaging.publishing import Published
from shared.messaging.relay_session import RelaySession
from shared.messaging.sent_rows import SentRows
from tests.support.records import ADA, person, step
from tests.support.sandbox import Sandbox

PEOPLE = "mentoring.people.v1"
RETELL = "retell:mentoring.people.v1"
GRACE = UUID(int=99)


@pytest.fixture
async def session(sandbox: Sandbox, sandbox_database: DatabaseUrl) -> AsyncIterator[RelaySession]:
    """A relay's session with the sandbox."""
    made = await RelaySession.open(make_url(sandbox_database.sqlalchemy), "engagement", lambda: None)
    yield made
    await made.close()


async def written(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Rows of two people and a match, as both relays have read them."""
    async with sandbox.units.begin() as uow:
        uow.emit(person("Ada"))
        uow.emit(person("Grace", GRACE))
        uow.emit(step(1))
    return await sandbox.fetch("select * from outbox order by pos")


def sent(rows: list[dict[str, Any]], failures: dict[str, Exception] | None = None) -> SentRows:
    """The account of a relay that has sent rows, and had answers for those whose topics did not fail."""
    account, failed = SentRows({PEOPLE: RETELL}), failures or {}
    account.send(rows)
    account.answered(rows, Published([row["pos"] for row in rows if row["topic"] not in failed], failed))
    return account


async def told_again(sandbox: Sandbox) -> list[tuple[str, UUID]]:
    """What will be told again."""
    rows = await sandbox.fetch("select kind, subject from due order by subject")
    return [(row["kind"], row["subject"]) for row in rows]


async def left(sandbox: Sandbox) -> int:
    """Rows in the outbox."""
    return len(await sandbox.fetch("select pos from outbox"))


async def test_what_one_relay_has_sent_is_deleted_and_that_is_all(
    sandbox: Sandbox, session: RelaySession
) -> None:
    await sent(await written(sandbox)).forget(session)
    assert (await left(sandbox), await told_again(sandbox)) == (0, [])


async def test_who_deletes_last_has_the_keys_told_again(sandbox: Sandbox, session: RelaySession) -> None:
    """Only of rows that the other one has deleted, and only on topics that are compacted."""
    ada, grace, match = await written(sandbox)
    first, last = sent([ada, match]), sent([ada, grace, match])
    await first.forget(session)
    assert await told_again(sandbox) == []
    await last.forget(session)
    await last.forget(session)

    assert await left(sandbox) == 0
    assert await told_again(sandbox) == [(RETELL, ADA)]


async def test_what_was_acknowledged_to_a_relay_without_its_session_is_settled_in_the_next_one(
    sandbox: Sandbox, session: RelaySession
) -> None:
    rows = await written(sandbox)
    zombie = sent(rows)
    await sent(rows[:1]).forget(session)
    await zombie.make_good(session)
    assert (await left(sandbox), await told_again(sandbox)) == (0, [(RETELL, ADA)])


async def test_a_batch_of_unknown_fate_is_told_again_if_the_session_was_lost(
    sandbox: Sandbox, session: RelaySession
) -> None:
    """Its rows stay for whoever holds the locks now."""
    rows = await written(sandbox)
    zombie = sent(rows, {PEOPLE: TimeoutError()})
    await zombie.make_good(session)
    await zombie.make_good(session)
    assert (await left(sandbox), await told_again(sandbox)) == (2, [(RETELL, GRACE), (RETELL, ADA)])


async def test_a_batch_of_unknown_fate_is_only_sent_again_if_the_locks_were_held(
    sandbox: Sandbox, session: RelaySession
) -> None:
    relay = sent(await written(sandbox), {PEOPLE: TimeoutError()})
    relay.still_ours()
    await relay.make_good(session)
    assert (await left(sandbox), await told_again(sandbox)) == (2, [])


async def test_a_session_that_was_cut_is_noticed_when_it_is_asked(
    sandbox: Sandbox, session: RelaySession
) -> None:
    """Within a second after an answer it is not asked: that is the limit."""
    await session.make_sure(within=0)
    await sandbox.fetch(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
        "where application_name = 'engagement-relay' and datname = current_database()"
    )
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await session.make_sure(within=0)
