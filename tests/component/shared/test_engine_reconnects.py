"""A connection that the server has closed is replaced before it is used."""

import asyncpg
from sqlalchemy import text

from deploy.local.database_url import DatabaseUrl
from tests.support.eventually import eventually
from tests.support.sandbox import Sandbox


async def test_after_a_restart_of_the_server_the_first_unit_of_work_succeeds(
    sandbox: Sandbox, sandbox_database: DatabaseUrl
) -> None:
    async with sandbox.units.begin() as uow:
        first = await uow.connection.scalar(text("select pg_backend_pid()"))
    other: asyncpg.Connection = await sandbox_database.connect()

    async def gone() -> bool:
        return not await other.fetchval("select count(*) from pg_stat_activity where pid = $1", first)

    await other.execute("select pg_terminate_backend($1)", first)
    await eventually(gone, 5)
    await other.close()

    async with sandbox.units.begin() as uow:
        second = await uow.connection.scalar(text("select pg_backend_pid()"))
    assert second != first
