"""Handlers that only write have their writes gathered; one that the database refuses hurts nobody else."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.matches import MatchAcceptedBySide, MatchExpired
from shared.messaging.holding import deciding
from shared.messaging.records import Stream
from shared.persistence.unit_of_work import UnitOfWork
from tests.support.records import COHORT, MATCH, OTHER_MATCH, PROGRAM, record_of, step
from tests.support.sandbox import Sandbox

MATCHES = "mentoring.matches.v1"
BATCHES: list[int] = []


class Notes:
    """Effects of many events, by one statement."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str]] = []

    async def write(self, connection: AsyncConnection) -> None:
        """Write them; a NUL is what PostgreSQL does not take."""
        rows, self.rows = self.rows, []
        if rows:
            BATCHES.append(len(rows))
            await connection.exec_driver_sql(
                "insert into effect (subject, value) select * from unnest($1::text[], $2::text[])",
                ([subject for subject, _ in rows], [value for _, value in rows]),
            )

    def discard(self) -> None:
        """Forget them."""
        self.rows.clear()


async def side_accepted(event: MatchAcceptedBySide, uow: UnitOfWork) -> None:
    value = "a\0b" if event.accepted == 13 else str(event.accepted)
    uow.gathered(Notes).rows.append((str(event.match_id), value))
    uow.emit(MatchExpired(match_id=event.match_id, program_id=PROGRAM, cohort_id=COHORT))


async def test_the_writes_of_a_batch_go_out_in_one_statement(sandbox: Sandbox) -> None:
    BATCHES.clear()
    sandbox.routes.on(MatchAcceptedBySide, side_accepted)

    await sandbox.processor.process([record_of(step(number), number) for number in (1, 2, 3)])

    assert BATCHES == [3]
    assert [value for _, value in await sandbox.effects()] == ["1", "2", "3"]


async def test_a_write_that_the_database_refuses_belongs_to_the_record_that_gathered_it(
    sandbox: Sandbox,
) -> None:
    """Nobody knows at first which it was; it becomes a dead letter, the others count once and in order."""
    sandbox.routes.on(MatchAcceptedBySide, side_accepted)

    await sandbox.processor.process(
        [
            *(record_of(step(number), number) for number in (1, 2)),
            record_of(step(13, OTHER_MATCH), 1),
            *(record_of(step(number), number) for number in (3, 4)),
            record_of(step(5, OTHER_MATCH), 2),
        ]
    )

    assert await sandbox.effects() == [(str(MATCH), number) for number in ("1", "2", "3", "4")]
    assert await sandbox.waiting() == [("dead", "handler_failed", 1), ("parked", "key_parked", 2)]
    emitted = await sandbox.outbox(MATCHES)
    assert [row.key for row in emitted] == [str(MATCH).encode()] * 4


async def test_bad_records_in_a_row_of_batches_cost_only_themselves(sandbox: Sandbox) -> None:
    """After the first failure batches run in pieces: what is before and after a bad record counts once."""
    sandbox.routes.on(MatchAcceptedBySide, side_accepted)
    expected = []

    for batch in range(3):
        records = []
        for number in range(120):
            match = UUID(int=batch * 1000 + number + 1)
            bad = number in {0, 49, 50, 77, 119}
            records.append(record_of(step(13 if bad else 7, match), 1))
            if not bad:
                expected.append((str(match), "7"))
        await sandbox.processor.process(records)

    assert sorted(await sandbox.effects()) == sorted(expected)
    assert len(await sandbox.waiting()) == 15
    assert len(await sandbox.outbox(MATCHES)) == len(expected)


async def test_of_a_long_parked_key_only_what_decides_is_loaded(sandbox: Sandbox) -> None:
    sandbox.routes.on(MatchAcceptedBySide, side_accepted)
    await sandbox.processor.process(
        [record_of(step(13), 1), *(record_of(step(2), number) for number in range(2, 41))]
    )
    await sandbox.processor.process([record_of(step(2), 50)])

    async with sandbox.engine.connect() as connection:
        held = await deciding(connection, [Stream(MATCHES, str(MATCH), 41)], {(MATCHES, str(MATCH)): 40})

    assert sorted((each.stream.sequence, each.status.value) for each in held) == [(1, "dead"), (50, "gap")]
