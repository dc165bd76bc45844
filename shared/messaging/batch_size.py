"""How many records make a batch: as many as are applied soon."""

from typing import Final

FIRST: Final = 50
"""After a start nothing is known of the handlers, and a process that dies often must get on in between."""
FEWEST: Final = 10
MOST: Final = 500
QUICK_SECONDS: Final = 0.25
"""Twice as much then still gives way to a stop or a rebalance at once."""
SLOW_SECONDS: Final = 1.0


class BatchSize:
    """Follows the time that batches take: twice as many records after a quick one, half after a slow one."""

    def __init__(self) -> None:
        self.records = FIRST

    def took(self, records: int, seconds: float) -> None:
        """A batch of so many records was applied; a short one that was quick tells nothing of a full one."""
        if seconds > SLOW_SECONDS:
            self.records = max(FEWEST, min(self.records, records) // 2)
        elif seconds < QUICK_SECONDS and records >= self.records:
            self.records = min(MOST, self.records * 2)
