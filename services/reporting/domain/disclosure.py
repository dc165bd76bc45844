"""What of a program's figures a viewer gets: pure functions from figures to figures with gaps."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.reporting.domain.access import Sight
from services.reporting.domain.figures import (
    STAGES,
    STAGES_OF,
    STANDINGS,
    Cadence,
    Count,
    Dimension,
    Interval,
    LastRun,
    Load,
    Progress,
    Pulse,
    Report,
    Sessions,
    Spread,
    Tally,
)
from services.reporting.domain.groups import group_table
from services.reporting.domain.suppression import MINIMUM, withheld_parts

RUNNING = ("active", "paused")
"""The states of matches that have a health."""

GroupCounts = Mapping[Dimension, Mapping[str | None, Sequence[int]]]


def disclose(report: Report, groups: GroupCounts, sight: Sight) -> Report:
    """The report as a viewer may see it; `groups` are the people per group and stage.

    Answers of people (pulses, fit checks) and groups are protected for everybody.
    Raises ValueError for a viewer who sees nothing.
    """
    if sight is Sight.NOTHING:
        raise ValueError("a viewer without any right gets no report")
    enrolled = sum(stage.count or 0 for stage in report.stages)
    if sight is Sight.PROTECTED and enrolled < MINIMUM:
        return _withheld(report)
    shared = replace(
        report,
        pulses=tuple(map(_pulse, report.pulses)),
        fit=protected(report.fit),
        funnel=funnel(report.stages, frozenset()),
    )
    hidden: frozenset[int] = frozenset()
    if sight is Sight.PROTECTED:
        hidden = withheld_parts(stage.count or 0 for stage in report.stages)
        shared = _protected(shared, hidden)
    columns = _hidden_standings(report.stages, hidden)
    tables = tuple(
        group_table(dimension, _standings(counts), hidden_columns=columns)
        for dimension, counts in groups.items()
        if counts
    )
    return replace(shared, groups=tables)


def _standings(counts: Mapping[str | None, Sequence[int]]) -> dict[str | None, list[int]]:
    """People per standing, from people per stage."""
    places = [[STAGES.index(stage) for stage in STAGES_OF[standing]] for standing in STANDINGS]
    return {code: [sum(row[place] for place in part) for part in places] for code, row in counts.items()}


def _hidden_standings(stages: tuple[Tally, ...], hidden: frozenset[int]) -> tuple[int, ...]:
    """The standings whose sum is not shown, the largest last: withheld stages lie in and outside of them."""
    names = {stages[place].code for place in hidden}
    crossed = [
        (sum(stage.count or 0 for stage in stages if stage.code in STAGES_OF[standing]), column)
        for column, standing in enumerate(STANDINGS)
        if names & set(STAGES_OF[standing]) and not names <= set(STAGES_OF[standing])
    ]
    return tuple(column for _, column in sorted(crossed))


def protected(tallies: tuple[Tally, ...]) -> tuple[Tally, ...]:
    """Parts of a whole without small ones; all of them withheld where the whole is small itself."""
    counts = [tally.count or 0 for tally in tallies]
    hidden = withheld_parts(counts)
    small = 0 < sum(counts) < MINIMUM
    return tuple(
        replace(tally, count=None) if small or part in hidden else tally for part, tally in enumerate(tallies)
    )


def funnel(stages: tuple[Tally, ...], hidden: frozenset[int]) -> tuple[Tally, ...]:
    """How many reached at least each stage; None where the sum would tell a single withheld stage."""
    places = range(len(stages))
    return tuple(
        Tally(stage.code, sum(later.count or 0 for later in stages[place:]))
        if hidden <= set(places[place:]) or not hidden & set(places[place:])
        else Tally(stage.code, None)
        for place, stage in enumerate(stages)
    )


def _protected(report: Report, hidden_stages: frozenset[int]) -> Report:
    matches = protected(report.matches)
    running_known = all(match.count is not None for match in matches if match.code in RUNNING)
    return replace(
        report,
        stages=protected(report.stages),
        funnel=funnel(report.stages, hidden_stages),
        withdrawn=_count(report.withdrawn),
        zone_unknown=_count(report.zone_unknown),
        matches=matches,
        health=protected(report.health) if running_known else _hidden(report.health),
        time_to_match=_spread(report.time_to_match),
        time_to_first_session=_spread(report.time_to_first_session),
        sessions=_sessions(report.sessions),
        cadence=_cadence(report.cadence),
        last_run=_last_run(report.last_run),
        load=_load(report.load),
        flags=protected(report.flags),
        nudges=_count(report.nudges),
        progress=_progress(report.progress),
    )


def _count(count: Count) -> Count:
    return None if count is not None and 0 < count < MINIMUM else count


def _hidden(tallies: tuple[Tally, ...]) -> tuple[Tally, ...]:
    return tuple(replace(tally, count=None) for tally in tallies)


def _spread(spread: Spread) -> Spread:
    return Spread(None, None, None, None) if _count(spread.observations) is None else spread


def _pulse(pulse: Pulse) -> Pulse:
    return (
        replace(pulse, average=None, answers=None, matches=None) if _count(pulse.matches) is None else pulse
    )


def _sessions(sessions: Sessions) -> Sessions:
    if _count(sessions.matches) is None:
        return Sessions(None, None, None, _count(sessions.upcoming), None)
    held = _count(sessions.held)
    return replace(
        sessions,
        held=held,
        no_show=_count(sessions.no_show),
        minutes=None if held is None else sessions.minutes,
        upcoming=_count(sessions.upcoming),
    )


def _cadence(cadence: Cadence) -> Cadence:
    """Whole intervals are withheld, and the sum of all of them where it would tell what is withheld."""

    def small(interval: Interval) -> bool:
        return _count(interval.kept) is None or _count(interval.missed) is None

    hidden = [interval for interval in cadence.intervals if small(interval)]
    kept = sum(interval.kept or 0 for interval in hidden)
    missed = sum(interval.missed or 0 for interval in hidden)
    tells = bool(hidden) and (len(hidden) == 1 or min(kept, missed) < MINIMUM)
    return replace(
        cadence,
        overall=replace(cadence.overall, kept=None, missed=None) if tells else cadence.overall,
        intervals=tuple(
            replace(interval, kept=None, missed=None) if small(interval) else interval
            for interval in cadence.intervals
        ),
    )


def _last_run(run: LastRun) -> LastRun:
    proposals = _count(run.proposals)
    known = proposals is not None
    return replace(
        run,
        proposals=proposals,
        objective=run.objective if known else None,
        bound=run.bound if known else None,
        unmatched=protected(run.unmatched),
    )


def _load(load: Load) -> Load:
    """Seats held are a weighted sum of the distribution, so they go with its first gap."""
    distribution = protected(load.distribution)
    whole = all(tally.count is not None for tally in distribution)
    mentors = _count(load.mentors)
    return Load(
        mentors=mentors,
        capacity=None if mentors is None else load.capacity,
        held=load.held if whole else None,
        distribution=distribution,
    )


def _progress(progress: Progress) -> Progress:
    goals, reached = progress.goals_set or 0, progress.goals_reached or 0
    return Progress(
        goals_set=_count(goals),
        goals_reached=None if withheld_parts((reached, goals - reached)) else reached,
        milestones_reached=_count(progress.milestones_reached),
    )


def _withheld(report: Report) -> Report:
    """A program so small that every figure is one of a few known people."""
    nothing = Spread(None, None, None, None)
    return replace(
        report,
        withheld=True,
        stages=tuple(Tally(stage, None) for stage in STAGES),
        funnel=tuple(Tally(stage, None) for stage in STAGES),
        withdrawn=None,
        zone_unknown=None,
        matches=_hidden(report.matches),
        health=_hidden(report.health),
        time_to_match=nothing,
        time_to_first_session=nothing,
        sessions=Sessions(None, None, None, None, None),
        cadence=Cadence(report.cadence.days, Interval(0, None, None), ()),
        last_run=LastRun(None, None, None, None, ()),
        load=Load(None, None, None, ()),
        pulses=(),
        fit=(),
        flags=(),
        nudges=None,
        progress=Progress(None, None, None),
        groups=(),
    )
