"""What a rebuild loads in bulk is what the service's processor applies, whatever is on the topics."""

import random
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from services.reporting.rebuild.loading import Loader
from services.reporting.rebuild.schemas import LIVE, engine_on, make_schema, positions_equal, state_hash
from services.reporting.rebuild.spans import Span, shared_out
from shared.messaging.records import Record
from tests.support.harness import Harness

SCHEMA = "loaded"
LIVE_BATCH = 300


@pytest.fixture(autouse=True)
def _logs_that_nobody_reads() -> Iterator[None]:
    """Refused records tell much, hundreds of times."""
    with capture_logs():
        yield


@pytest.mark.parametrize("seed", range(3))
async def test_bulk_and_processor_agree_on_good_bad_lost_repeated_and_unknown_records(
    seed: int, reporting: Harness, recorded: list[Record]
) -> None:
    """The rows, how far each stream is, and what is set aside for which reason."""
    records = _damaged(recorded, random.Random(seed))  # noqa: S311  no secret
    for first in range(0, len(records), LIVE_BATCH):
        await reporting.process(*records[first : first + LIVE_BATCH])

    told = await _load(reporting, records, size=250)

    async with reporting.service.kernel.units.read() as snapshot:
        assert await positions_equal(snapshot, SCHEMA)
        assert await state_hash(snapshot, SCHEMA) == await state_hash(snapshot, LIVE)
    assert sum(told) == len(records)
    assert await _aside(reporting, SCHEMA) == await _aside(reporting, LIVE)
    assert {"dead", "parked", "skipped", "gap"} <= {row[3] for row in await _aside(reporting, LIVE)}


async def test_a_handler_that_fails_costs_its_own_stream_alone(
    reporting: Harness, recorded: list[Record]
) -> None:
    """People change who never enrolled: refused by the rows that are not there, at the end of the batch."""
    enrolled = "mentoring.participant.enrolled.v1"
    records = [
        replace(record, headers=_headers(record, "ce_type", b"mentoring.participant.paused.v1"))
        if dict(record.headers)["ce_type"] == enrolled.encode() and record.offset % 5 == 0
        else record
        for record in recorded
    ]
    await reporting.process(*records)

    await _load(reporting, records, size=700)

    async with reporting.service.kernel.units.read() as snapshot:
        assert await state_hash(snapshot, SCHEMA) == await state_hash(snapshot, LIVE)
    aside = await _aside(reporting, SCHEMA)
    assert {row[4] for row in aside} == {"handler_failed", "key_parked"}
    assert aside == await _aside(reporting, LIVE)


def test_partitions_are_shared_out_by_what_lies_in_them() -> None:
    spans = [Span("a", number, 10, 10 + size) for number, size in enumerate((900, 500, 300, 60, 20))]

    shares = shared_out(spans, 2)

    assert [sorted(span.size for span in share) for share in shares] == [[900], [20, 60, 300, 500]]
    assert shared_out(spans[:1], 2) == [(spans[0],)]


def _damaged(records: Sequence[Record], chance: random.Random) -> list[Record]:
    damaged: list[Record] = []
    for record in records:
        fate = chance.random()
        if fate < 0.01:
            continue
        if fate < 0.02:
            damaged.append(replace(record, value=b"{"))
        elif fate < 0.03:
            damaged.append(replace(record, headers=_headers(record, "ce_type", b"mentoring.mood.v1")))
        elif fate < 0.04:
            damaged.append(replace(record, headers=_headers(record, "ce_sequence", b"no number")))
        elif fate < 0.1:
            damaged += [record, record]
        else:
            damaged.append(record)
    return damaged


def _headers(record: Record, name: str, value: bytes) -> tuple[tuple[str, bytes | None], ...]:
    return tuple((header, value if header == name else old) for header, old in record.headers)


async def _load(harness: Harness, records: Sequence[Record], size: int) -> list[int]:
    kernel, told = harness.service.kernel, list[int]()
    await make_schema(kernel.database_url, SCHEMA)
    engine = engine_on(kernel.database_url, SCHEMA)

    async def batches() -> AsyncIterator[list[Record]]:
        for first in range(0, len(records), size):
            yield list(records[first : first + size])

    await Loader(kernel.settings, engine).load(batches(), told.append)
    await engine.dispose()
    return told


async def _aside(harness: Harness, schema: str) -> list[tuple[object, ...]]:
    rows = await harness.fetch(
        "select topic, stream_key, sequence, status, reason, source_offset "  # noqa: S608  names of this file
        f"from {schema}.set_aside order by topic, stream_key, sequence, source_offset"
    )
    return [tuple(row.values()) for row in rows]
