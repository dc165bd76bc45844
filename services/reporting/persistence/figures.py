"""Reads the figures: all of them queries, none of them kept."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.disclosure import GroupCounts
from services.reporting.domain.figures import (
    STAGES,
    Cadence,
    Cohort,
    CohortId,
    Dimension,
    Interval,
    LastRun,
    Load,
    PersonId,
    Program,
    ProgramId,
    Progress,
    Pulse,
    Report,
    Sessions,
    Spread,
    Tally,
)
from services.reporting.persistence import queries

MAX_PROGRAMS: Final = 500
MAX_INTERVALS: Final = 52

STATES: Final = (
    "proposed", "offered", "accepted", "active", "paused", "completed", "ended_early", "declined", "expired",
)  # fmt: skip
HEALTHS: Final = ("on_track", "too_early", "at_risk", "stalled", "paused")
FITS: Final = ("good_fit", "still_deciding", "not_a_good_fit")
_COLUMNS: Final = {
    Dimension.FUNCTION: "function",
    Dimension.COUNTRY: "country",
    Dimension.BUSINESS_UNIT: "business_unit",
    Dimension.JOB_LEVEL: "job_level::text",
    Dimension.COHORT: "cohort_id::text",
}


class Figures:
    """The figures as one snapshot of the read models shows them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def programs(self) -> tuple[Program, ...]:
        """The programs by title, at most 500."""
        return tuple(map(_program, await self._rows(queries.PROGRAMS, program=None, most=MAX_PROGRAMS)))

    async def program(self, program_id: ProgramId) -> Program | None:
        """One program."""
        rows = await self._rows(queries.PROGRAMS, program=program_id, most=1)
        return _program(rows[0]) if rows else None

    async def groups(self, program_id: ProgramId) -> GroupCounts:
        """People per stage of each group of the whole program, unprotected."""
        return {
            dimension: _by_stage(
                await self._rows(queries.REACH.format(group=column), program=program_id, cohort=None)
            )
            for dimension, column in _COLUMNS.items()
        }

    async def report(self, program: Program, cohort_id: CohortId | None, as_of: datetime) -> Report:
        """All figures of a program, or of one of its cohorts, unprotected and without groups."""
        scope: dict[str, Any] = {"program": program.program_id, "cohort": cohort_id}
        reach = _by_stage(await self._rows(queries.REACH.format(group="null::text"), **scope)).get(None)
        stages = tuple(Tally(stage, reach[place] if reach else 0) for place, stage in enumerate(STAGES))
        eligible = (await self._row(queries.ELIGIBLE, **scope))["eligible"]
        presence = await self._row(queries.PRESENCE, **scope)
        progress = await self._row(queries.PROGRESS, **scope)
        return Report(
            program=program,
            cohort_id=cohort_id,
            as_of=as_of,
            withheld=False,
            eligible=int(eligible),
            stages=stages,
            funnel=(),
            withdrawn=presence["withdrawn"],
            zone_unknown=presence["zone_unknown"],
            matches=await self._tallies(queries.STATES, STATES, **scope),
            health=await self._tallies(queries.HEALTH, HEALTHS, **scope),
            time_to_match=_spread(await self._row(queries.TIME_TO_MATCH, **scope)),
            time_to_first_session=_spread(await self._row(queries.TIME_TO_FIRST_SESSION, **scope)),
            sessions=await self._sessions(scope, as_of),
            cadence=await self._cadence(program.cadence_days, scope, as_of),
            last_run=await self._last_run(scope),
            load=await self._load(scope),
            pulses=tuple(
                Pulse(row["question"], row["average"], int(row["answers"]), row["matches"])
                for row in await self._rows(queries.PULSES, **scope)
            ),
            fit=await self._tallies(queries.FIT, FITS, **scope),
            flags=await self._tallies(queries.FLAGS, (), **scope),
            nudges=int(progress["nudges"]),
            progress=Progress(
                progress["goals_set"], progress["goals_reached"], progress["milestones_reached"]
            ),
            groups=(),
        )

    async def _sessions(self, scope: Mapping[str, Any], as_of: datetime) -> Sessions:
        row = await self._row(queries.SESSIONS, **scope)
        upcoming = (await self._row(queries.UPCOMING, **scope, as_of=as_of))["upcoming"]
        return Sessions(row["held"], row["no_show"], int(row["minutes"]), upcoming, row["matches"])

    async def _cadence(self, days: int, scope: Mapping[str, Any], as_of: datetime) -> Cadence:
        rows = await self._rows(queries.CADENCE, **scope, as_of=as_of, cadence_days=days, most=MAX_INTERVALS)
        intervals = tuple(Interval(row["number"], row["kept"], row["missed"]) for row in rows)
        kept, missed = sum(row["kept"] for row in rows), sum(row["missed"] for row in rows)
        return Cadence(days, Interval(0, kept, missed), intervals)

    async def _last_run(self, scope: Mapping[str, Any]) -> LastRun:
        row = await self._row(queries.LAST_RUN, **scope)
        if row["completed_at"] is None:
            return LastRun(None, 0, None, None, ())
        return LastRun(
            row["completed_at"],
            int(row["proposals"]),
            int(row["objective"]),
            int(row["bound"]),
            await self._tallies(queries.UNMATCHED, (), **scope),
        )

    async def _load(self, scope: Mapping[str, Any]) -> Load:
        rows = await self._rows(queries.LOAD, **scope)
        return Load(
            mentors=sum(row["mentors"] for row in rows),
            capacity=int(sum(row["capacity"] for row in rows)),
            held=sum(row["held"] * row["mentors"] for row in rows),
            distribution=tuple(Tally(str(row["held"]), row["mentors"]) for row in rows),
        )

    async def _tallies(self, query: str, order: tuple[str, ...], **scope: Any) -> tuple[Tally, ...]:
        """Counts by code: those of `order` first and also when there are none, then what else there is."""
        found = {row["code"]: int(row["count"]) for row in await self._rows(query, **scope)}
        return tuple(
            Tally(code, found.get(code, 0)) for code in (*order, *(c for c in found if c not in order))
        )

    async def _row(self, query: str, **parameters: Any) -> RowMapping:
        return (await self._rows(query, **parameters))[0]

    async def _rows(self, query: str, **parameters: Any) -> list[RowMapping]:
        statement = text(query)
        if "as_of" in parameters:
            statement = statement.bindparams(bindparam("as_of", type_=TIMESTAMP(timezone=True)))
        return list((await self._connection.execute(statement, parameters)).mappings())


def _by_stage(rows: list[RowMapping]) -> dict[str | None, list[int]]:
    counts: dict[str | None, list[int]] = {}
    for row in rows:
        counts.setdefault(row["code"], [0] * len(STAGES))[STAGES.index(row["stage"])] = row["people"]
    return counts


def _spread(row: RowMapping) -> Spread:
    lower, median, upper = (
        (round(value) for value in row["quartiles"]) if row["observations"] else (None,) * 3
    )
    return Spread(row["observations"], lower, median, upper)


def _program(row: RowMapping) -> Program:
    return Program(
        program_id=ProgramId(row["program_id"]),
        title=row["title"],
        format=row["format"],
        version=row["version"],
        cadence_days=row["cadence_days"],
        session_minutes=row["session_minutes"],
        duration_days=row["duration_days"],
        coordinator_ids=tuple(PersonId(person) for person in row["coordinator_ids"]),
        cohorts=tuple(
            Cohort(
                CohortId(UUID(cohort["cohort_id"])),
                date.fromisoformat(cohort["starts_on"]),
                cohort["eligible"],
                cohort["open"],
            )
            for cohort in row["cohorts"]
        ),
    )
