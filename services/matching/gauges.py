"""What is read from the store for the metrics, from time to time."""

import asyncio
from typing import Final

import structlog

from services.matching.metrics import MatchingMetrics
from services.matching.persistence.match_repository import MatchRepository
from shared.persistence.failures import class_of
from shared.persistence.unit_of_work import Units

_SECONDS: Final = 15.0
_log = structlog.get_logger()


class MatchGauges:
    """How many matches there are in each state."""

    def __init__(self, units: Units, metrics: MatchingMetrics) -> None:
        self._units = units
        self._metrics = metrics

    async def run(self) -> None:
        """Read for as long as the service runs."""
        while True:
            try:
                await self.read()
            except Exception as error:  # noqa: BLE001 - the store is away; the next round will tell
                _log.warning("gauges_wait", reason=class_of(error))
            await asyncio.sleep(_SECONDS)

    async def read(self) -> None:
        """Read once."""
        async with self._units.read() as connection:
            counted = await MatchRepository(connection).count_by_state()
        for state, count in counted.items():
            self._metrics.matches.labels(state.value).set(count)
