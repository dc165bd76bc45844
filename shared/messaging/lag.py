"""How far this member is behind the ends of its partitions, in records and in time."""

import time
from collections.abc import Callable, Iterable
from typing import Final

Place = tuple[str, int]
"""A topic and the number of one of its partitions."""

_NOTHING: Final[dict[int, float]] = {}


class Lag:
    """Told of batches, asked at each scrape; the seconds grow while a batch is stuck.

    A record's age counts from the time that its producer, or the broker, wrote on it. After a batch the next
    record's time is not known yet: that of the last one stands for it.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._records: dict[str, dict[int, int]] = {}
        self._oldest: dict[str, dict[int, float]] = {}
        self._last: dict[Place, float] = {}

    def took(self, records: Iterable[tuple[str, int, int]]) -> None:
        """A batch begins: topic, partition and time in milliseconds of each record, in order."""
        first: dict[Place, float] = {}
        for topic, partition, milliseconds in records:
            seconds = milliseconds / 1000
            first.setdefault((topic, partition), seconds)
            self._last[topic, partition] = seconds
        for (topic, partition), seconds in first.items():
            self._oldest.setdefault(topic, {})[partition] = seconds

    def left(self, topic: str, partition: int, records: int) -> None:
        """A batch ended; this many records of a partition wait still."""
        self._records.setdefault(topic, {})[partition] = records
        last = self._last.pop((topic, partition), None)
        oldest = self._oldest.setdefault(topic, {})
        if records == 0:
            oldest.pop(partition, None)
        elif last is not None:
            oldest[partition] = last

    def forget(self) -> None:
        """The partitions of this member have changed."""
        self._records.clear()
        self._oldest.clear()
        self._last.clear()

    def records(self, topic: str) -> int:
        """How many records of a topic wait in this member's partitions."""
        return sum(self._records.get(topic, {}).values())

    def seconds(self, topic: str) -> float:
        """The age of the oldest of them, 0 when none waits."""
        oldest = self._oldest.get(topic, _NOTHING)
        return max(0.0, self._clock() - min(oldest.values())) if oldest else 0.0
