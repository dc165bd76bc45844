"""Scheduling, on a Monday morning."""

import pytest

from tests.component.conftest import HarnessFactory
from tests.component.scheduling.scheduling_world import LOCATIONS, NOW
from tests.support.harness import Harness


@pytest.fixture
async def scheduling(harness_factory: HarnessFactory) -> Harness:
    """Scheduling with an empty store and a table of one location."""
    return await harness_factory("scheduling", now=NOW, location_zones=LOCATIONS)
