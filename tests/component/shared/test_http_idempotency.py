"""A command that is sent twice has one effect and one answer, on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import pytest
from sqlalchemy import text

from deploy.local.database_url import DatabaseUrl
from shared.clock import system_now
from shared.http.idempotency import prune_idempotency_keys
from tests.support.eventually import eventually
from tests.support.things import ADA, IDEMPOTENCY, Store, things_store

CORRELATION = UUID("0198a3f0-0000-7000-8000-000000000001")
SAME_KEY = {"Idempotency-Key": "one"}


@pytest.fixture
async def store(new_database: Callable[[str], Awaitable[DatabaseUrl]]) -> AsyncIterator[Store]:
    async with things_store(await new_database("things")) as store:
        yield store


async def test_the_same_request_again_replays_the_answer(store: Store) -> None:
    first = await store.add("lamp", **SAME_KEY)
    second = await store.add("lamp", **SAME_KEY)

    assert (second.status_code, second.content) == (201, first.content)
    assert (second.headers["etag"], second.headers["location"]) == ('"1"', first.headers["location"])
    assert (first.headers.get("idempotency-replayed"), second.headers["idempotency-replayed"]) == (
        None,
        "true",
    )
    assert await store.names() == ["lamp"]
    assert len(await store.rows("SELECT * FROM audit")) == 1


async def test_another_body_under_the_same_key_is_refused(store: Store) -> None:
    await store.add("lamp", **SAME_KEY)
    other = await store.add("desk", **SAME_KEY)

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await store.names() == ["lamp"]


async def test_another_thing_under_the_same_key_is_refused(store: Store) -> None:
    await store.add("x", path=f"/things/{CORRELATION}/touch", **SAME_KEY)
    other = await store.add("x", path=f"/things/{ADA}/touch", **SAME_KEY)

    assert other.status_code == 422


async def test_a_key_belongs_to_one_caller_and_one_route(store: Store) -> None:
    await store.add("lamp", **SAME_KEY)
    other_caller = await store.add("lamp", login="grace", **SAME_KEY)
    other_route = await store.add("lamp", path=f"/things/{CORRELATION}/touch", **SAME_KEY)

    assert (other_caller.status_code, other_route.status_code) == (201, 204)
    assert await store.names() == [str(ADA), "lamp", "lamp"]


async def test_without_a_key_each_request_is_one_of_its_own(store: Store) -> None:
    await store.add("lamp")
    await store.add("lamp")

    assert await store.names() == ["lamp", "lamp"]


def _sessions(store: Store, state: str, count: int) -> Callable[[], bool | Awaitable[bool]]:
    async def ask() -> bool:
        rows = await store.rows(
            "SELECT coalesce(wait_event_type, '') = 'Lock' AS waits, state FROM pg_stat_activity "
            "WHERE datname = current_database()"
        )
        found = [row for row in rows if (row["waits"] if state == "waiting" else row["state"] == state)]
        return len(found) == count

    return ask


async def test_requests_at_the_same_time_have_one_effect_and_one_answer(store: Store) -> None:
    requests = [asyncio.create_task(store.add("slow", **SAME_KEY)) for _ in range(5)]
    await eventually(_sessions(store, "waiting", 4))
    store.gate.set()
    answers = await asyncio.gather(*requests)

    assert [answer.status_code for answer in answers] == [201] * 5
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 4
    assert await store.names() == ["slow"]


async def test_whoever_waits_for_a_request_that_fails_does_the_work(store: Store) -> None:
    running = asyncio.create_task(store.add("slow", **SAME_KEY))
    await eventually(_sessions(store, "idle in transaction", 1))
    waiting = asyncio.create_task(store.add("lamp", **SAME_KEY))
    await eventually(_sessions(store, "waiting", 1))
    running.cancel()

    assert (await waiting).status_code == 201
    assert await store.names() == ["lamp"]


async def test_a_key_is_forgotten_after_a_day(store: Store) -> None:
    await store.add("lamp", **SAME_KEY)
    async with store.engine.begin() as connection:
        await connection.execute(
            text("UPDATE idempotency_key SET created_at = created_at - interval '25 hours'")
        )

    assert (await store.add("desk", **SAME_KEY)).status_code == 201
    assert await store.names() == ["desk", "lamp"]


async def test_old_keys_are_pruned_and_young_ones_stay(store: Store) -> None:
    await store.add("lamp", **SAME_KEY)
    await store.add("desk", Idempotency_Key="two")
    async with store.engine.begin() as connection:
        await connection.execute(
            text("UPDATE idempotency_key SET created_at = created_at - interval '25 hours' WHERE key = 'one'")
        )
        assert await prune_idempotency_keys(connection, IDEMPOTENCY, system_now()) == 1

    assert await store.rows("SELECT key FROM idempotency_key") == [{"key": "two"}]


@pytest.mark.parametrize("key", ["", " ", "x" * 129, "a b"])
async def test_a_key_that_is_none_is_refused_by_name(store: Store, key: str) -> None:
    response = await store.add("lamp", Idempotency_Key=key)

    assert response.status_code == 400
    assert response.json()["errors"] == [{"field": "header.Idempotency-Key", "reason": "malformed"}]
