"""What will be done to a fleet is decided by the seed alone."""

from collections import Counter

import pytest

from tests.prove.crash_points import ALL, POINTS
from tests.prove.schedule import EACH_POINT, LONG_RUNS_ONLY, SLOTS, Kind, Schedule, make_schedule

SERVING = {name for name, point in POINTS.items() if point.command is None}


def schedule(seed: int = 7, kills: int = 220, seconds: float = 150.0) -> Schedule:
    return make_schedule(seed, kills=kills, seconds=seconds, session_seconds=8.0)


def planned(made: Schedule) -> Counter[str | None]:
    return Counter(plan.point for plans in made.plans.values() for plan in plans)


def test_the_same_seed_gives_the_same_schedule() -> None:
    assert schedule(3) == schedule(3)


def test_another_seed_gives_another_schedule() -> None:
    assert schedule(3) != schedule(4)


def test_a_run_in_ci_plans_every_point_five_times() -> None:
    made = schedule()
    migrations = Counter(plan.point for _, plan in made.migrations)
    assert EACH_POINT == 5
    assert {name for name, count in planned(made).items() if name and count >= 5} == SERVING
    assert migrations == {
        "migration.before_commit": 5,
        "migration.in_commit": 5,
        "migration.after_commit": 5,
    }


@pytest.mark.parametrize("kills", [20, 60, 220, 1000])
def test_the_kills_of_all_lives_are_those_that_were_asked_for(kills: int) -> None:
    made = schedule(kills=kills)
    first_lives = len(ALL) * len(SLOTS)
    assert sum(planned(made).values()) + len(made.migrations) + first_lives == kills


def test_a_point_is_planned_only_where_it_is_passed() -> None:
    for (service, _), plans in schedule().plans.items():
        for plan in plans:
            assert plan.point is None or service in POINTS[plan.point].services


def test_a_run_of_ten_minutes_has_every_kind_of_fault_and_pauses_of_a_quarter_to_one_minute() -> None:
    made = schedule(seconds=900.0)
    assert {fault.kind for fault in made.faults} == set(Kind)
    pauses = [fault.seconds for fault in made.faults if fault.kind is Kind.PAUSE]
    assert all(15 <= seconds <= 60 for seconds in pauses)
    assert next(fault.seconds for fault in made.faults if fault.kind is Kind.KAFKA_OUTAGE) == 60


def test_a_short_run_pauses_members_for_less_and_for_more_than_their_session() -> None:
    pauses = {
        fault.seconds for seed in range(20) for fault in schedule(seed).faults if fault.kind is Kind.PAUSE
    }
    assert pauses == {3.2, 12.0}


def test_a_run_in_ci_has_every_kind_of_fault() -> None:
    assert {fault.kind for fault in schedule().faults} == set(Kind) - set(LONG_RUNS_ONLY)


def test_a_run_may_be_narrowed_to_some_faults() -> None:
    made = make_schedule(1, kills=20, seconds=60.0, session_seconds=8.0, only=(Kind.CLOCK, Kind.CUT))
    assert {fault.kind for fault in made.faults} == {Kind.CLOCK, Kind.CUT}


def test_faults_come_one_after_the_other_and_end_with_the_run() -> None:
    times = [fault.at for fault in schedule().faults]
    assert times == sorted(times)
    assert times[-1] < 150.0
