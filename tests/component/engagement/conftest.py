"""Engagement on a real database."""

import pytest

from tests.component.conftest import HarnessFactory
from tests.support.harness import Harness


@pytest.fixture
async def engagement(harness_factory: HarnessFactory) -> Harness:
    """The service with an empty store."""
    return await harness_factory("engagement")
