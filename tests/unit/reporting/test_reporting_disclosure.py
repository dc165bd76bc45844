"""What of a program's figures each viewer gets."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.reporting.domain.access import Sight, Viewer, sight, visible
from services.reporting.domain.disclosure import GroupCounts, disclose, funnel, protected
from services.reporting.domain.figures import (
    STAGES,
    Cadence,
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

INES, OTTO = PersonId(UUID(int=1)), PersonId(UUID(int=2))
PROGRAM = Program(
    program_id=ProgramId(UUID(int=9)),
    title="Leadership",
    format="one_to_one",
    version=1,
    cadence_days=14,
    session_minutes=60,
    duration_days=180,
    coordinator_ids=(INES,),
)


def tallies(**counts: int | None) -> tuple[Tally, ...]:
    return tuple(Tally(code, count) for code, count in counts.items())


def stages(*counts: int) -> tuple[Tally, ...]:
    return tuple(Tally(stage, count) for stage, count in zip(STAGES, counts, strict=True))


def report(*people: int) -> Report:
    return Report(
        program=PROGRAM,
        cohort_id=None,
        as_of=datetime(2027, 3, 1, tzinfo=UTC),
        withheld=False,
        eligible=80,
        stages=stages(*people),
        funnel=(),
        withdrawn=2,
        zone_unknown=0,
        matches=tallies(active=12, paused=6, completed=7, declined=2, expired=5),
        health=tallies(on_track=10, at_risk=2, stalled=6),
        time_to_match=Spread(30, 100, 200, 300),
        time_to_first_session=Spread(4, 100, 200, 300),
        sessions=Sessions(held=60, no_show=3, minutes=3000, upcoming=8, matches=18),
        cadence=Cadence(
            14, Interval(0, 40, 14), (Interval(1, 12, 6), Interval(2, 16, 2), Interval(3, 12, 6))
        ),
        last_run=LastRun(
            datetime(2027, 1, 5, tzinfo=UTC), 20, 18_000_000, 18_500_000, tallies(none=6, full=2)
        ),
        load=Load(
            mentors=20, capacity=30, held=16, distribution=(Tally("0", 6), Tally("1", 12), Tally("2", 2))
        ),
        pulses=(Pulse("trust", 410, 8, 5), Pulse("progress", 300, 8, 4)),
        fit=tallies(good_fit=9, not_a_good_fit=1),
        flags=tallies(stalled=1),
        nudges=7,
        progress=Progress(goals_set=12, goals_reached=10, milestones_reached=18),
        groups=(),
    )


def test_a_coordinator_sees_own_programs_and_an_analyst_every_program() -> None:
    coordinator = frozenset({"coordinator"})

    assert sight(Viewer(INES, coordinator), PROGRAM) is Sight.OWN
    assert sight(Viewer(OTTO, coordinator), PROGRAM) is Sight.NOTHING
    assert sight(Viewer(OTTO, frozenset({"analyst"})), PROGRAM) is Sight.PROTECTED
    assert sight(Viewer(None, frozenset({"analyst"})), PROGRAM) is Sight.PROTECTED
    assert sight(Viewer(INES, frozenset({"analyst", "coordinator"})), PROGRAM) is Sight.OWN


def test_participants_and_operators_see_no_program() -> None:
    """Being named as coordinator is no right without the role."""
    assert visible(Viewer(INES, frozenset({"participant", "ops"})), [PROGRAM]) == ()


def test_a_viewer_without_rights_gets_no_report() -> None:
    with pytest.raises(ValueError, match="without any right"):
        disclose(report(10, 10, 10, 10, 10), {}, Sight.NOTHING)


def test_a_coordinator_sees_small_counts_of_the_program_but_no_small_number_of_answers() -> None:
    seen = disclose(report(3, 2, 1, 30, 4), {}, Sight.OWN)

    assert [stage.count for stage in seen.funnel] == [40, 37, 35, 34, 4]
    assert seen.flags == tallies(stalled=1)
    assert seen.withdrawn == 2
    assert [pulse.average for pulse in seen.pulses] == [410, None]
    assert seen.fit == tallies(good_fit=None, not_a_good_fit=None)


def test_an_analyst_sees_no_count_under_five_and_none_that_tells_one() -> None:
    seen = disclose(report(3, 2, 0, 30, 5), {}, Sight.PROTECTED)

    assert [stage.count for stage in seen.stages] == [None, None, 0, 30, 5]
    assert seen.withdrawn is None
    assert seen.zone_unknown == 0
    assert seen.matches == tallies(active=12, paused=6, completed=7, declined=None, expired=None)
    assert seen.health == tallies(on_track=10, at_risk=None, stalled=None)
    assert seen.time_to_match.median == 200
    assert seen.time_to_first_session == Spread(None, None, None, None)
    assert (seen.sessions.held, seen.sessions.no_show) == (60, None)
    assert seen.flags == tallies(stalled=None)
    assert seen.last_run.unmatched == tallies(none=None, full=None)


def test_seats_held_go_with_the_first_gap_in_the_distribution_that_adds_up_to_them() -> None:
    seen = disclose(report(10, 5, 5, 30, 5), {}, Sight.PROTECTED)

    assert seen.load.distribution == (Tally("0", None), Tally("1", 12), Tally("2", None))
    assert seen.load.held is None
    assert seen.load.capacity == 30


def test_one_withheld_interval_takes_the_sum_of_all_with_it() -> None:
    seen = disclose(report(10, 5, 5, 30, 5), {}, Sight.PROTECTED).cadence

    assert seen.intervals == (Interval(1, 12, 6), Interval(2, None, None), Interval(3, 12, 6))
    assert seen.overall == Interval(0, None, None)
    assert seen.overall.share is None


def test_several_withheld_intervals_leave_the_sum_when_it_hides_them() -> None:
    both = Cadence(14, Interval(0, 26, 8), (Interval(1, 14, 4), Interval(2, 12, 4)))
    seen = disclose(replace(report(10, 5, 5, 30, 5), cadence=both), {}, Sight.PROTECTED).cadence

    assert seen.overall == Interval(0, 26, 8)
    assert {interval.kept for interval in seen.intervals} == {None}


def test_goals_that_were_not_reached_are_no_small_count_either() -> None:
    """12 set and 10 reached would tell that two were not."""
    seen = disclose(report(10, 5, 5, 30, 5), {}, Sight.PROTECTED)

    assert seen.progress == Progress(goals_set=12, goals_reached=None, milestones_reached=18)


def test_health_is_withheld_with_the_number_of_running_matches() -> None:
    """The parts of the health add up to the running matches, which the list of states hides."""
    few = replace(report(10, 5, 5, 30, 5), matches=tallies(active=12, paused=3, completed=3))
    seen = disclose(few, {}, Sight.PROTECTED)

    assert seen.matches == tallies(active=12, paused=None, completed=None)
    assert {part.count for part in seen.health} == {None}


def test_a_program_with_fewer_than_five_participants_tells_an_analyst_nothing() -> None:
    seen = disclose(report(1, 0, 1, 2, 0), {Dimension.COUNTRY: {"DE": [1, 0, 1, 2, 0]}}, Sight.PROTECTED)

    assert seen.withheld
    assert {stage.count for stage in (*seen.funnel, *seen.stages, *seen.matches, *seen.health)} == {None}
    assert (seen.sessions.held, seen.load.mentors, seen.progress.goals_set, seen.withdrawn) == (None,) * 4
    assert (seen.pulses, seen.fit, seen.flags, seen.groups, seen.cadence.intervals) == ((),) * 5


def test_a_program_with_fewer_than_five_participants_is_shown_to_its_coordinator() -> None:
    seen = disclose(report(1, 0, 1, 2, 0), {}, Sight.OWN)

    assert not seen.withheld
    assert [stage.count for stage in seen.funnel] == [4, 3, 3, 2, 0]


def test_the_funnel_shows_a_sum_only_when_it_holds_all_withheld_stages_or_none() -> None:
    seen = funnel(stages(3, 6, 4, 20, 9), frozenset({0, 2}))

    assert [step.count for step in seen] == [42, None, None, 29, 9]


def test_the_parts_of_a_small_whole_are_all_withheld() -> None:
    assert protected(tallies(a=2, b=0, c=1)) == tallies(a=None, b=None, c=None)
    assert protected(tallies(a=0, b=0)) == tallies(a=0, b=0)
    assert protected(()) == ()


def test_groups_show_standings_without_small_cells_and_merge_small_groups() -> None:
    groups = {
        Dimension.COUNTRY: {
            "DE": [6, 0, 0, 20, 5],
            "FR": [0, 5, 0, 12, 5],
            "JP": [1, 0, 0, 2, 0],
            None: [0, 0, 1, 1, 0],
        }
    }
    table = disclose(report(7, 5, 1, 35, 10), groups, Sight.OWN).groups[0]

    assert [(group.code, group.merged, group.total) for group in table.groups] == [
        ("DE", 0, 31),
        ("FR", 0, 22),
        (None, 2, 5),
    ]
    assert table.groups[2].counts[:2] == (None, None)
    assert all(count is None or count == 0 or count >= 5 for group in table.groups for count in group.counts)


def test_a_table_with_one_group_compares_nothing_and_stays_empty() -> None:
    groups: GroupCounts = {Dimension.COUNTRY: {"DE": [6, 0, 0, 20, 5], "FR": [1, 0, 0, 0, 0]}}

    assert disclose(report(7, 0, 0, 20, 5), groups, Sight.OWN).groups[0].groups == ()
