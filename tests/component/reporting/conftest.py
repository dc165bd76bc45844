"""The world as records, and the service that they are handed to."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date

import httpx
import pytest

from deploy.local.database_url import DatabaseUrl
from shared.events.programs import CohortOpened
from shared.messaging.records import Record
from tests.component.conftest import HarnessFactory
from tests.component.reporting.console_server import ConsoleServer, running_console
from tests.component.reporting.reporting_story import (
    Story,
    program,
)
from tests.component.reporting.reporting_world import COHORT, PROGRAM, START, world
from tests.support.harness import Harness


@pytest.fixture
async def reporting(harness_factory: HarnessFactory) -> Harness:
    """Reporting with an empty store, at the beginning of the world."""
    return await harness_factory("reporting", now=START)


@pytest.fixture
def recorded(reporting: Harness) -> list[Record]:
    """All records of the world, with the time of their events."""
    records = []
    for time, event in world():
        reporting.clock.move_to(time)
        records.append(reporting.record(event))
    return records


@pytest.fixture
async def console(
    migrated_databases: Callable[[str, int], Awaitable[DatabaseUrl]],
) -> AsyncIterator[ConsoleServer]:
    """The console with an empty store."""
    async with running_console(await migrated_databases("reporting", 0)) as server:
        yield server


@pytest.fixture
async def visitor(console: ConsoleServer) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody with a cookie jar."""
    async with httpx.AsyncClient(base_url=console.base_url) as client:
        yield client


@pytest.fixture
async def story(harness_factory: HarnessFactory) -> Story:
    """A program with a cadence of ten days and an open cohort of thirty eligible people."""
    made = Story(await harness_factory("reporting", now=START))
    await made.on(
        0,
        program(),
        CohortOpened(program_id=PROGRAM, cohort_id=COHORT, starts_on=date(2027, 1, 4), eligible=30),
    )
    return made
