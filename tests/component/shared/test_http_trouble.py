"""A command whose database is in trouble: tried again where that helps, told honestly where it does not."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import text

from deploy.local.database_url import DatabaseUrl
from tests.support.things import Store, things_store


@pytest.fixture
async def store(new_database: Callable[[str], Awaitable[DatabaseUrl]]) -> AsyncIterator[Store]:
    async with things_store(await new_database("trouble")) as store:
        yield store


async def fail_inserts(store: Store, sqlstate: str, times: int) -> None:
    """Let the first inserts fail; a sequence counts them, because nothing rolls it back."""
    async with store.engine.begin() as connection:
        await connection.execute(text("create sequence tries"))
        await connection.execute(
            text(
                "create function trouble() returns trigger language plpgsql as $$ begin "
                f"if nextval('tries') <= {times} then "
                f"raise exception 'trouble' using errcode = '{sqlstate}'; end if; "
                "return new; end $$"
            )
        )
        await connection.execute(
            text("create trigger trouble before insert on thing for each row execute function trouble()")
        )


async def test_a_command_that_lost_a_deadlock_is_tried_again_and_has_one_effect(store: Store) -> None:
    await fail_inserts(store, "40P01", times=2)

    response = await store.add("lamp", Idempotency_Key="one")

    assert response.status_code == 201
    assert await store.names() == ["lamp"]
    assert await store.rows("SELECT count(*) AS rows FROM audit") == [{"rows": 1}]


async def test_a_command_that_keeps_losing_tells_the_caller_to_come_back(store: Store) -> None:
    await fail_inserts(store, "40P01", times=3)

    response = await store.add("lamp")

    assert (response.status_code, response.headers["retry-after"]) == (503, "2")
    assert response.json()["code"] == "unavailable"
    assert await store.names() == []


async def test_a_store_that_shuts_down_is_no_error_of_ours(store: Store) -> None:
    await fail_inserts(store, "57P01", times=99)

    response = await store.add("lamp")

    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert await store.rows("SELECT last_value FROM tries") == [{"last_value": 1}]
