"""A raw dump of topics, read by a client of its own: what the platform really published."""

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import TopicPartition

from shared.events.catalog import PARTITIONS
from shared.messaging.broker import Cluster, make_reader

_POLL_MS: Final = 200
_QUIET_POLLS: Final = 2
_PATIENT_POLLS: Final = 15


@dataclass(frozen=True, slots=True)
class Raw:
    """One record as it lies on a topic."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: dict[str, bytes | None]
    partition: int = 0
    offset: int = 0

    def header(self, name: str) -> str:
        """A header as text; empty where there is none."""
        return (self.headers.get(name) or b"").decode()

    @property
    def type(self) -> str:
        """The type of the event."""
        return self.header("ce_type")

    def body(self) -> dict[str, Any]:
        """The body of an event; empty for a tombstone."""
        return dict(json.loads(self.value)) if self.value else {}


class Dump:
    """Every record of some topics; each event once, whatever the relay had to send twice."""

    def __init__(self, records: list[Raw]) -> None:
        self.records = records
        self._by_type: dict[str, list[Raw]] = defaultdict(list)
        seen: set[str] = set()
        for record in records:
            event_id = record.header("ce_id")
            if not event_id or event_id not in seen:
                seen.add(event_id)
                self._by_type[record.type].append(record)

    def of(self, event_type: str) -> list[Raw]:
        """The events of a type, in the order of their keys."""
        return self._by_type.get(event_type, [])

    def count(self, event_type: str) -> int:
        """How many events of a type there are."""
        return len(self.of(event_type))

    @property
    def numbered(self) -> int:
        """How many events carry a number in the stream of their key."""
        return sum(
            bool(record.header("ce_sequence")) for records in self._by_type.values() for record in records
        )

    def on(self, topic: str) -> list[Raw]:
        """The records of a topic as they lie there."""
        return [record for record in self.records if record.topic == topic]

    def sequence_breaks(self) -> list[str]:
        """Streams whose numbers, in the order in which they first appear, are not 1, 2, 3 and so on."""
        last: dict[tuple[str, bytes | None], int] = defaultdict(int)
        broken = []
        for record in self.records:
            text = record.header("ce_sequence")
            if not text:
                continue
            stream, number = (record.topic, record.key), int(text)
            if number == last[stream] + 1:
                last[stream] = number
            elif number > last[stream]:
                broken.append(f"{record.topic} {record.key!r}: {number} after {last[stream]}")
                last[stream] = number
        return broken


async def dump_topics(cluster: Cluster, topics: list[str], *, at_least: int) -> Dump:
    """Read topics that nobody writes to any more from their beginning, in the order of each partition.

    As long as there are fewer than `at_least` records, more patience is shown to a busy machine.
    """
    reader = make_reader(cluster, "dump")
    await reader.start()
    try:
        partitions = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
        reader.assign(partitions)
        await reader.seek_to_beginning(*partitions)
        records: list[Raw] = []
        quiet = 0
        # The embedded broker's end offsets count batches, so the end is where nothing more comes.
        while quiet < (_QUIET_POLLS if len(records) >= at_least else _PATIENT_POLLS):
            fetched = await reader.getmany(timeout_ms=_POLL_MS, max_records=5000)
            quiet = 0 if fetched else quiet + 1
            for batch in fetched.values():
                records += [
                    Raw(
                        record.topic,
                        record.key,
                        record.value,
                        dict(record.headers),
                        record.partition,
                        record.offset,
                    )
                    for record in batch
                ]
        return Dump(records)
    finally:
        await reader.stop()
