"""A command over HTTP is one transaction on a real PostgreSQL: effect and audit row, or nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local.database_url import DatabaseUrl
from shared.clock import system_now
from shared.http.audit import drop_audit_guard_ddl
from shared.observability.health import State, database_reachable, migrated
from tests.support.things import ADA, BUSINESS_TIME, Store, things_store

CORRELATION = UUID("0198a3f0-0000-7000-8000-000000000001")
SAME_KEY = {"Idempotency-Key": "one"}


@pytest.fixture
async def store(new_database: Callable[[str], Awaitable[DatabaseUrl]]) -> AsyncIterator[Store]:
    async with things_store(await new_database("things")) as store:
        yield store


async def test_a_command_leaves_its_effect_and_an_audit_row(store: Store) -> None:
    response = await store.add("lamp", X_Correlation_Id=str(CORRELATION))

    thing_id = UUID(response.json()["id"])
    assert (response.status_code, response.headers["etag"]) == (201, '"1"')
    assert response.headers["location"] == f"things/{thing_id}"
    (row,) = await store.rows("SELECT * FROM audit")
    assert system_now() - row.pop("at") < timedelta(minutes=1)
    assert row.pop("id").version == 7
    assert row == {
        "business_at": BUSINESS_TIME,
        "actor_id": str(ADA),
        "actor_type": "coordinator",
        "role": "coordinator",
        "action": "thing_added",
        "subject_type": "thing",
        "subject_id": thing_id,
        "reason": "asked",
        "correlation_id": CORRELATION,
    }


async def test_whoever_acts_as_participant_is_audited_as_one_also_when_a_coordinator(store: Store) -> None:
    response = await store.add("x", path=f"/things/{CORRELATION}/touch")

    assert (response.status_code, response.content) == (204, b"")
    (row,) = await store.rows("SELECT actor_type, role, subject_id FROM audit")
    assert row == {"actor_type": "person", "role": "participant", "subject_id": CORRELATION}


async def test_a_caller_whom_hr_does_not_know_cannot_act_as_a_person(store: Store) -> None:
    response = await store.add("x", login="stranger", path=f"/things/{CORRELATION}/touch")

    assert (response.status_code, response.json()["code"]) == (403, "person_unknown")
    assert await store.names() == []


async def test_a_refused_command_leaves_nothing_and_its_key_is_free_again(store: Store) -> None:
    refused = await store.add("refused", **SAME_KEY)

    assert (refused.status_code, refused.json()["code"]) == (409, "thing_refused")
    assert await store.names() == []
    assert await store.rows("SELECT * FROM audit") == []
    assert (await store.add("lamp", **SAME_KEY)).status_code == 201


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET reason = 'other'", "DELETE FROM audit", "TRUNCATE audit"]
)
async def test_the_audit_can_only_grow(store: Store, statement: str) -> None:
    await store.add("lamp")

    with pytest.raises(DBAPIError, match="append-only"):
        async with store.engine.begin() as connection:
            await connection.execute(text(statement))
    assert len(await store.rows("SELECT * FROM audit")) == 1


async def test_the_audits_guard_can_be_taken_down_by_a_migration(store: Store) -> None:
    async with store.engine.begin() as connection:
        for statement in drop_audit_guard_ddl():
            await connection.execute(text(statement))
        await connection.execute(text("DROP TABLE audit"))

    assert await store.rows("SELECT 1 AS n FROM pg_proc WHERE proname = 'audit_is_append_only'") == []


async def test_readiness_knows_the_database_and_its_revision(store: Store) -> None:
    behind = migrated(store.engine, "0002")
    unmigrated = await behind()
    async with store.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE alembic_version (version_num text)"))
        await connection.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
    nowhere = create_async_engine("postgresql+asyncpg://u@127.0.0.1:1/nowhere")

    assert unmigrated == State(False, "never_migrated")
    assert await behind() == State(False, "behind")
    assert await migrated(store.engine, "0001")() == State(True, "current")
    assert await database_reachable(store.engine)() == State(True, "reachable")
    assert await database_reachable(nowhere)() == State(False, "unreachable")
