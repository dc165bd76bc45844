"""The messaging kernel on a real PostgreSQL, without a broker and without a service."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from deploy.local.database_url import DatabaseUrl
from tests.support.sandbox import Sandbox, make_sandbox


@pytest.fixture(scope="module")
async def sandbox_database(new_database: Callable[[str], Awaitable[DatabaseUrl]]) -> DatabaseUrl:
    """One database for the sandboxes of a module."""
    return await new_database("sandbox")


@pytest.fixture
async def sandbox(sandbox_database: DatabaseUrl) -> AsyncIterator[Sandbox]:
    """The kernel on empty tables; what it logs is not printed."""
    made = await make_sandbox(sandbox_database)
    with capture_logs():
        yield made
    await made.engine.dispose()
