"""A report as one long table: a figure a row."""

from collections.abc import Iterator

from services.reporting.domain.figures import STANDINGS, Count, GroupTable, Report, Spread, Tally

HEADER = ("table", "row", "column", "value", "unit", "withheld")
Row = tuple[str, str, str, str | int | None, str, str]


def export_rows(report: Report) -> Iterator[Row]:
    """Every figure of the report, in a fixed order; a withheld one has no value and says so."""
    yield _row("program", "title", "", report.program.title, "text")
    yield _row("program", "as_of", "", report.as_of.isoformat(), "time")
    yield _row("funnel", "eligible", "", report.eligible, "people")
    yield from _tallies("funnel", report.funnel, "people")
    yield from _tallies("furthest_stage", report.stages, "people")
    yield _row("participants", "withdrawn", "", report.withdrawn, "people")
    yield _row("participants", "zone_unknown", "", report.zone_unknown, "people")
    yield from _tallies("matches", report.matches, "matches")
    yield from _tallies("health", report.health, "matches")
    yield from _spread("time_to_match", report.time_to_match)
    yield from _spread("time_to_first_session", report.time_to_first_session)
    yield from _activity(report)
    yield from _matching(report)
    for table in report.groups:
        yield from _groups(table)


def _activity(report: Report) -> Iterator[Row]:
    sessions, progress = report.sessions, report.progress
    yield _row("sessions", "held", "", sessions.held, "sessions")
    yield _row("sessions", "no_show", "", sessions.no_show, "sessions")
    yield _row("sessions", "minutes", "", sessions.minutes, "minutes")
    yield _row("sessions", "upcoming", "", sessions.upcoming, "sessions")
    for interval in (report.cadence.overall, *report.cadence.intervals):
        name = str(interval.number) if interval.number else "overall"
        yield _row("cadence", name, "kept", interval.kept, "intervals")
        yield _row("cadence", name, "missed", interval.missed, "intervals")
    yield _row("progress", "goals_set", "", progress.goals_set, "goals")
    yield _row("progress", "goals_reached", "", progress.goals_reached, "goals")
    yield _row("progress", "milestones_reached", "", progress.milestones_reached, "milestones")
    yield _row("care", "nudges", "", report.nudges, "nudges")
    yield from _tallies("open_flags", report.flags, "flags")
    for pulse in report.pulses:
        yield _row("pulse", pulse.question, "average", pulse.average, "hundredths")
        yield _row("pulse", pulse.question, "answers", pulse.answers, "answers")
    yield from _tallies("fit_check", report.fit, "answers")


def _matching(report: Report) -> Iterator[Row]:
    run, load = report.last_run, report.load
    if run.completed_at is not None:
        yield _row("last_run", "completed_at", "", run.completed_at.isoformat(), "time")
        yield _row("last_run", "proposals", "", run.proposals, "matches")
        yield _row("last_run", "objective", "", run.objective, "millionths")
        yield _row("last_run", "bound", "", run.bound, "millionths")
    yield from _tallies("unmatched", run.unmatched, "people")
    yield _row("mentor_load", "mentors", "", load.mentors, "people")
    yield _row("mentor_load", "capacity", "", load.capacity, "seats")
    yield _row("mentor_load", "held", "", load.held, "seats")
    yield from _tallies("mentors_by_seats_held", load.distribution, "people")


def _groups(table: GroupTable) -> Iterator[Row]:
    name = f"by_{table.dimension}"
    for group in table.groups:
        code = f"other ({group.merged})" if group.merged else group.code or "unknown"
        yield _row(name, code, "total", group.total, "people")
        for standing, count in zip(STANDINGS, group.counts, strict=True):
            yield _row(name, code, standing, count, "people")


def _tallies(table: str, tallies: tuple[Tally, ...], unit: str) -> Iterator[Row]:
    return (_row(table, tally.code, "", tally.count, unit) for tally in tallies)


def _spread(table: str, spread: Spread) -> Iterator[Row]:
    yield _row(table, "observations", "", spread.observations, "observations")
    if spread.observations != 0:
        yield _row(table, "lower_quartile", "", spread.lower, "seconds")
        yield _row(table, "median", "", spread.median, "seconds")
        yield _row(table, "upper_quartile", "", spread.upper, "seconds")


def _row(table: str, row: str, column: str, value: Count | str, unit: str) -> Row:
    return table, row, column, value, unit, "yes" if value is None else "no"
