"""Figures of a handful of matches, counted by hand."""

from datetime import date, timedelta

from services.reporting.domain.figures import (
    Progress,
    Pulse,
    Sessions,
    Spread,
    Tally,
)
from shared.events.availability import AvailabilityChanged, ZoneSource
from shared.events.base import Role
from shared.events.engagement import (
    FlagRaised,
    FlagResolved,
    GoalReached,
    GoalSet,
    Health,
    HealthChanged,
    MilestoneReached,
    NudgeSent,
    PulseAnswered,
    SessionOutcome,
)
from shared.events.matches import (
    MatchAccepted,
    MatchCompleted,
    MatchDeclined,
    MatchOffered,
    MatchPaused,
    PauseReason,
)
from shared.events.participants import ParticipantWithdrawn, WithdrawalReason
from shared.events.programs import CohortClosed, CohortOpened
from shared.events.sessions import CancellationReason, SessionCancelled
from tests.component.reporting.reporting_story import (
    OTHER_COHORT,
    Story,
    activated,
    booked,
    enrolled,
    in_match,
    logged,
    of_match,
    proposed,
    run,
)
from tests.component.reporting.reporting_world import COHORT, PROGRAM, START, ident


async def test_the_funnel_counts_participants_by_the_furthest_stage_of_any_match(story: Story) -> None:
    """Mentor 1 has two matches and counts once, with the better one."""
    await story.on(1, *(enrolled(number, Role.MENTOR, capacity=2) for number in (1, 2)))
    await story.on(1, *(enrolled(number) for number in (11, 12, 13, 14)))
    await story.on(2, proposed(1, 1, 11), proposed(2, 1, 12), proposed(3, 2, 13))
    await story.on(
        3, MatchAccepted(**of_match(1)), MatchDeclined(**of_match(2)), MatchAccepted(**of_match(3))
    )
    await story.on(4, activated(1, 1, 11, 4))
    await story.on(5, MatchCompleted(**of_match(1)))

    report = await story.report(6)

    assert report.eligible == 30
    assert [stage.count for stage in report.stages] == [1, 1, 2, 0, 2]
    assert [stage.count for stage in report.funnel] == [6, 5, 4, 2, 2]
    assert {tally.code: tally.count for tally in report.matches if tally.count} == {
        "accepted": 1,
        "completed": 1,
        "declined": 1,
    }


async def test_times_are_medians_over_participants_and_over_matches(story: Story) -> None:
    """Enrolment to match: 2, 2, 4 and 4 days. Start to first session: 1 and 5 days; a no-show is none."""
    await story.on(1, enrolled(1, Role.MENTOR), enrolled(11), enrolled(2, Role.MENTOR), enrolled(12))
    await story.on(3, proposed(1, 1, 11), MatchAccepted(**of_match(1)), activated(1, 1, 11, 3))
    await story.on(5, activated(2, 2, 12, 5))
    await story.on(6, logged(1, 4), logged(2, 5.5, SessionOutcome.NO_SHOW, 0))
    await story.on(10, logged(2, 10))

    report = await story.report(11)

    day = 86_400
    assert report.time_to_match == Spread(4, 2 * day, 3 * day, 4 * day)
    assert report.time_to_first_session == Spread(2, 2 * day, 3 * day, 4 * day)
    assert report.sessions == Sessions(held=2, no_show=1, minutes=100, upcoming=0, matches=2)


async def test_health_counts_running_matches_and_those_never_judged_are_too_early(story: Story) -> None:
    await story.on(0, *(activated(number, number, number + 10, 0) for number in (1, 2, 3, 4)))
    await story.on(1, HealthChanged(**in_match(1), health=Health.ON_TRACK))
    await story.on(2, HealthChanged(**in_match(1), health=Health.AT_RISK, previous=Health.ON_TRACK))
    await story.on(2, HealthChanged(**in_match(2), health=Health.STALLED))
    await story.on(3, MatchPaused(**of_match(2), reason=PauseReason.COORDINATOR))
    await story.on(3, HealthChanged(**in_match(4), health=Health.ON_TRACK), MatchCompleted(**of_match(4)))

    health = (await story.report(4)).health

    assert {tally.code: tally.count for tally in health} == {
        "on_track": 0,
        "too_early": 1,
        "at_risk": 1,
        "stalled": 0,
        "paused": 1,
    }


async def test_who_was_left_over_is_told_by_the_last_run_of_each_cohort(story: Story) -> None:
    await story.on(1, run(1, COHORT, 4, availability_unknown=3, no_feasible_partner=2))
    await story.on(2, run(2, COHORT, 6, no_feasible_partner=1))
    await story.on(2, run(3, OTHER_COHORT, 5, no_feasible_partner=4))

    last = (await story.report(3)).last_run

    assert last.proposals == 11
    assert last.unmatched == (Tally("no_feasible_partner", 5),)
    assert last.completed_at == START + timedelta(days=2)


async def test_load_counts_seats_that_offers_and_running_matches_hold(story: Story) -> None:
    """Mentor 1: an active and an offered match. Mentor 2: a declined one. Mentor 3 withdrew."""
    await story.on(0, *(enrolled(number, Role.MENTOR, capacity=3) for number in (1, 2, 3)), enrolled(11))
    await story.on(1, activated(1, 1, 11, 1), proposed(2, 1, 12), proposed(3, 2, 13), proposed(4, 2, 14))
    await story.on(2, MatchOffered(**of_match(2), expires_at=START + timedelta(days=9)))
    await story.on(2, MatchDeclined(**of_match(3)))
    await story.on(
        2, ParticipantWithdrawn(participant_id=ident("participant", 3), reason=WithdrawalReason.OWN_WISH)
    )

    report = await story.report(3)

    assert (report.load.mentors, report.load.capacity, report.load.held) == (2, 6, 2)
    assert report.load.distribution == (Tally("0", 1), Tally("2", 1))
    assert report.withdrawn == 1


async def test_upcoming_sessions_are_those_still_in_the_calendar(story: Story) -> None:
    await story.on(0, activated(1, 1, 11, 0), booked(1, 1, 2), booked(1, 2, 8), booked(1, 3, 9))
    await story.on(
        1, SessionCancelled(session_id=ident("session", 3), **in_match(1), reason=CancellationReason.MEMBER)
    )

    assert (await story.report(5)).sessions.upcoming == 1


async def test_pulses_goals_flags_and_nudges_are_counted(story: Story) -> None:
    for number in range(1, 6):
        await story.on(0, activated(number, number, number + 10, 0))
        await story.on(0, PulseAnswered(**in_match(number), question="trust", rating=4))
    await story.on(1, PulseAnswered(**in_match(1), question="trust", rating=1))
    await story.on(1, PulseAnswered(**in_match(1), question="progress", rating=5))
    await story.on(
        2, GoalSet(**in_match(1), goal_id=ident("goal", 1)), GoalSet(**in_match(2), goal_id=ident("goal", 2))
    )
    await story.on(3, GoalReached(**in_match(2), goal_id=ident("goal", 2)))
    await story.on(3, MilestoneReached(**in_match(2), milestone="kick_off"))
    await story.on(4, *(FlagRaised(**in_match(n), flag_id=ident("flag", n), code="stalled") for n in (1, 2)))
    await story.on(
        5, FlagResolved(**in_match(2), flag_id=ident("flag", 2), code="stalled", resolution="done")
    )
    await story.on(5, NudgeSent(**in_match(1), nudge_id=ident("nudge"), code="session_overdue"))

    report = await story.report(6)

    assert report.pulses == (Pulse("progress", None, None, None), Pulse("trust", 350, 6, 5))
    assert report.progress == Progress(goals_set=2, goals_reached=1, milestones_reached=1)
    assert report.flags == (Tally("stalled", 1),)
    assert report.nudges == 1


async def test_a_cohort_alone_has_its_own_figures(story: Story) -> None:
    opened = CohortOpened(program_id=PROGRAM, cohort_id=OTHER_COHORT, starts_on=date(2027, 2, 1), eligible=12)
    await story.on(1, opened, CohortClosed(program_id=PROGRAM, cohort_id=COHORT))
    await story.on(1, enrolled(1, Role.MENTOR), enrolled(11), enrolled(12, cohort=OTHER_COHORT))
    await story.on(2, proposed(1, 1, 11))

    whole = await story.report(3)
    other = await story.report(3, OTHER_COHORT)

    assert (whole.eligible, [stage.count for stage in whole.funnel][:2]) == (42, [3, 2])
    assert (other.eligible, [stage.count for stage in other.funnel][:2]) == (12, [1, 0])
    assert other.groups == ()
    assert [cohort.open for cohort in other.program.cohorts] == [False, True]


async def test_people_whose_zone_is_not_known_are_counted(story: Story) -> None:
    """Person 1 has a zone, person 2 an unknown one, of person 3 nothing was heard."""
    await story.on(0, enrolled(1), enrolled(2), enrolled(3))
    await story.on(
        1,
        AvailabilityChanged(
            person_id=ident("person", 1), time_zone="Europe/Paris", zone_source=ZoneSource.LOCATION
        ),
        AvailabilityChanged(person_id=ident("person", 2), zone_source=ZoneSource.UNKNOWN),
    )

    assert (await story.report(2)).zone_unknown == 2


async def test_a_program_without_anybody_has_a_report(story: Story) -> None:
    report = await story.report(1)

    assert [stage.count for stage in report.funnel] == [0, 0, 0, 0, 0]
    assert report.time_to_match == Spread(0, None, None, None)
    assert report.last_run.completed_at is None
