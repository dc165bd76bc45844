"""What is read from the store for the metrics."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.metrics import MatchingMetrics
from services.matching.persistence.match_repository import MatchRepository


class MatchGauges:
    """How many matches there are in each state."""

    def __init__(self, metrics: MatchingMetrics) -> None:
        self._metrics = metrics

    async def refresh(self, connection: AsyncConnection) -> None:
        """Read the figures."""
        for state, count in (await MatchRepository(connection).count_by_state()).items():
            self._metrics.matches.labels(state.value).set(count)
