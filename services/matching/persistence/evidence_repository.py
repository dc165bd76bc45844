"""What is kept of each solved run to explain it and to replay it."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.run.record import RunRecord
from services.matching.domain.run.stored import inputs_text, read_inputs, without_person
from services.matching.persistence.evidence_tables import run_evidence
from services.matching.persistence.tables import match_run, participant
from shared.errors import NotFound


class EvidenceNotFound(NotFound):
    """Nothing was kept of the run: it was not solved, or before runs were recorded."""

    code = "run_not_recorded"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The kept parts, packed; `redacted` inputs are no longer those of the hash."""

    log: str
    inputs: bytes
    redacted: bool
    deals: bytes
    prices: bytes

    @property
    def inputs_text(self) -> str:
        """The inputs as one text."""
        return zlib.decompress(self.inputs).decode()


class EvidenceRepository:
    """Evidence of runs."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, run_id: UUID, record: RunRecord) -> None:
        """Keep a run's record."""
        await self._connection.execute(
            insert(run_evidence).values(
                run_id=run_id,
                log=record.log_text,
                inputs=_packed(record.inputs),
                redacted=False,
                deals=record.deals,
                prices=record.prices,
            )
        )

    async def get(self, run_id: UUID) -> Evidence:
        """Everything kept of a run. Raises EvidenceNotFound."""
        columns = run_evidence.c
        query = select(columns.log, columns.inputs, columns.redacted, columns.deals, columns.prices)
        row = (await self._connection.execute(query.where(columns.run_id == run_id))).one_or_none()
        if row is None:
            raise EvidenceNotFound(match_run_id=str(run_id))
        return Evidence(row.log, row.inputs, row.redacted, row.deals, row.prices)

    async def log(self, run_id: UUID) -> str:
        """The decision log as it was written. Raises EvidenceNotFound."""
        query = select(run_evidence.c.log).where(run_evidence.c.run_id == run_id)
        found: str | None = await self._connection.scalar(query)
        if found is None:
            raise EvidenceNotFound(match_run_id=str(run_id))
        return found

    async def forget(self, person_id: UUID) -> int:
        """Take out of all stored inputs what was known of a person; how many runs that were.

        Ids, seats and scores stay, so that the others' reasons do; such a run can no longer be replayed.
        """
        runs = await self._runs_with(person_id)
        for run_id in runs:
            inputs = (await self.get(run_id)).inputs_text
            market, settings = read_inputs(inputs)
            left = inputs_text(without_person(market, person_id), settings)
            await self._connection.execute(
                update(run_evidence)
                .where(run_evidence.c.run_id == run_id)
                .values(inputs=_packed(left), redacted=True)
            )
        return len(runs)

    async def _runs_with(self, person_id: UUID) -> Sequence[UUID]:
        cohorts = select(participant.c.cohort_id).where(participant.c.person_id == person_id)
        query = (
            select(run_evidence.c.run_id)
            .join(match_run, match_run.c.id == run_evidence.c.run_id)
            .where(match_run.c.cohort_id.in_(cohorts))
            .order_by(run_evidence.c.run_id)
        )
        return (await self._connection.scalars(query)).all()


def _packed(text: str) -> bytes:
    return zlib.compress(text.encode())
