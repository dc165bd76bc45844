"""The read models are a function of the streams, not of how they arrived."""

import random
from collections import defaultdict, deque
from collections.abc import Sequence

import pytest

from shared.events.catalog import TOPICS
from shared.messaging.records import Record
from tests.component.conftest import HarnessFactory
from tests.component.reporting.reporting_world import START
from tests.support.harness import Harness

BATCH = 400


async def test_topics_that_arrive_one_after_the_other_give_the_same_state_in_any_order(
    reporting: Harness, recorded: list[Record], harness_factory: HarnessFactory
) -> None:
    """By time, topic after topic, and in the reverse order of topics: one state."""
    names = sorted({record.topic for record in recorded})
    other = await harness_factory("reporting", now=START)
    backwards = await harness_factory("reporting", now=START)

    await _hand_over(reporting, recorded)
    await _hand_over(other, sorted(recorded, key=lambda record: names.index(record.topic)))
    await _hand_over(backwards, sorted(recorded, key=lambda record: -names.index(record.topic)))

    assert await other.state_hash() == await reporting.state_hash()
    assert await backwards.state_hash() == await reporting.state_hash()
    assert await _rows(reporting, "match") == 26
    assert await _rows(reporting, "participant") == 52


@pytest.mark.parametrize("seed", range(4))
async def test_keys_interleaved_at_random_give_the_same_state(
    seed: int, reporting: Harness, recorded: list[Record], harness_factory: HarnessFactory
) -> None:
    """Only the order within a key of a topic is kept."""
    other = await harness_factory("reporting", now=START)

    await _hand_over(reporting, recorded)
    await _hand_over(other, _interleaved(recorded, random.Random(seed)))  # noqa: S311  a shuffle, no secret

    assert await other.state_hash() == await reporting.state_hash()


async def test_compacted_topics_give_the_same_state_as_whole_ones(
    reporting: Harness, recorded: list[Record], harness_factory: HarnessFactory
) -> None:
    """Only the last record of each key is left, with a sequence that does not begin at 1."""
    last = {(record.topic, record.key): record.offset for record in recorded}
    compacted = [
        record
        for record in recorded
        if not TOPICS[record.topic].compacted or record.offset == last[record.topic, record.key]
    ]
    other = await harness_factory("reporting", now=START)

    await _hand_over(reporting, recorded)
    await _hand_over(other, compacted)

    assert len(compacted) < len(recorded)
    assert await other.state_hash() == await reporting.state_hash()
    assert await _rows(other, "set_aside") == 0


async def test_a_second_delivery_changes_nothing(reporting: Harness, recorded: list[Record]) -> None:
    """Counts of answers too stay as they are."""
    await _hand_over(reporting, recorded)
    before = await reporting.state_hash()

    await _hand_over(reporting, recorded)

    assert await reporting.state_hash() == before


async def test_a_missing_event_shows_in_the_hash(
    reporting: Harness, recorded: list[Record], harness_factory: HarnessFactory
) -> None:
    """The comparison that the other tests rest on can fail."""
    other = await harness_factory("reporting", now=START)

    await _hand_over(reporting, recorded)
    await _hand_over(other, [record for record in recorded if record is not recorded[-1]])

    assert await other.state_hash() != await reporting.state_hash()


async def _hand_over(harness: Harness, records: Sequence[Record]) -> None:
    for first in range(0, len(records), BATCH):
        await harness.process(*records[first : first + BATCH])


async def _rows(harness: Harness, table: str) -> int:
    rows = await harness.fetch(f"select count(*) as rows from {table}")  # noqa: S608  names of this file
    return int(rows[0]["rows"])


def _interleaved(records: Sequence[Record], chance: random.Random) -> list[Record]:
    streams: dict[tuple[str, bytes | None], deque[Record]] = defaultdict(deque)
    for record in records:
        streams[record.topic, record.key].append(record)
    turns = [stream for stream, waiting in streams.items() for _ in waiting]
    chance.shuffle(turns)
    return [streams[stream].popleft() for stream in turns]
