"""The plan of a match, and what members did of it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.engagement.domain.active_time import Pause, Timeline
from services.engagement.domain.errors import TaskOfAnotherRole, UnknownMilestone, UnknownTask, UnknownTheme
from services.engagement.domain.ids import MatchId, ParticipantId, PersonId, ProgramId
from services.engagement.domain.match import Match, MatchState, Member
from services.engagement.domain.plan import (
    PlannedMilestone,
    PlannedTask,
    Progress,
    Tick,
    Ticked,
    lay_out,
    reach_milestone,
    tick_task,
)
from services.engagement.domain.program import (
    MilestoneTemplate,
    Program,
    TaskTemplate,
    check_themes,
    suggest_themes,
)

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
MENTOR = Member(ParticipantId(UUID(int=31)), PersonId(UUID(int=1)), "mentor")
MENTEE = Member(ParticipantId(UUID(int=32)), PersonId(UUID(int=2)), "mentee")
SECOND_MENTEE = Member(ParticipantId(UUID(int=33)), PersonId(UUID(int=3)), "mentee")
PROGRAM = Program(
    id=ProgramId(UUID(int=20)),
    version=1,
    title="Leading for the first time",
    cadence=14 * DAY,
    milestones=(
        MilestoneTemplate(
            "getting_started",
            14 * DAY,
            (
                TaskTemplate("agree_on_rules", 7 * DAY),
                TaskTemplate("write_expectations", 10 * DAY, "mentee"),
            ),
        ),
        MilestoneTemplate("half_time", 45 * DAY),
    ),
    themes=("feedback", "delegation", "conflict", "career"),
)


def match(*members: Member, pauses: tuple[Pause, ...] = ()) -> Match:
    return Match(
        id=MatchId(UUID(int=10)),
        program_id=PROGRAM.id,
        members=members or (MENTOR, MENTEE),
        state=MatchState.ACTIVE,
        timeline=Timeline(T0, pauses),
        ends_at=T0 + 90 * DAY,
    )


def done(*ticks: Tick, reached: tuple[tuple[str, datetime], ...] = ()) -> Progress:
    return Progress(frozenset(ticks), reached)


RULES = Tick("getting_started", "agree_on_rules", MENTOR.person_id)
EXPECTATIONS = Tick("getting_started", "write_expectations", MENTEE.person_id)


def test_the_template_is_laid_over_the_time_since_activation() -> None:
    assert lay_out(match(), PROGRAM, done(RULES), T0 + DAY) == (
        PlannedMilestone(
            "getting_started",
            T0 + 14 * DAY,
            None,
            (
                PlannedTask("agree_on_rules", None, T0 + 7 * DAY, done=True),
                PlannedTask("write_expectations", "mentee", T0 + 10 * DAY, done=False),
            ),
        ),
        PlannedMilestone("half_time", T0 + 45 * DAY, None, ()),
    )


def test_a_pause_moves_what_was_due_after_it() -> None:
    plan = lay_out(match(pauses=(Pause(T0 + 8 * DAY, T0 + 18 * DAY),)), PROGRAM, done(), T0 + 20 * DAY)

    assert plan[0].due_at == T0 + 24 * DAY
    assert plan[0].tasks[0].due_at == T0 + 7 * DAY
    assert plan[1].due_at == T0 + 55 * DAY


def test_the_last_task_reaches_the_milestone() -> None:
    first = tick_task(
        match(), PROGRAM, done(), member=MENTOR, milestone="getting_started", task="agree_on_rules"
    )
    last = tick_task(
        match(), PROGRAM, done(RULES), member=MENTEE, milestone="getting_started", task="write_expectations"
    )

    assert first == Ticked(RULES, None)
    assert last == Ticked(EXPECTATIONS, "getting_started")


def test_what_was_done_already_adds_nothing() -> None:
    again = tick_task(
        match(), PROGRAM, done(RULES), member=MENTEE, milestone="getting_started", task="agree_on_rules"
    )

    assert again == Ticked()


def test_a_task_of_a_role_waits_for_every_member_in_that_role() -> None:
    trio = match(MENTOR, MENTEE, SECOND_MENTEE)
    half = tick_task(
        trio, PROGRAM, done(RULES), member=MENTEE, milestone="getting_started", task="write_expectations"
    )
    whole = tick_task(
        trio,
        PROGRAM,
        done(RULES, EXPECTATIONS),
        member=SECOND_MENTEE,
        milestone="getting_started",
        task="write_expectations",
    )

    assert half.reached is None
    assert whole.reached == "getting_started"


def test_a_milestone_that_was_reached_as_a_whole_is_not_reached_again_by_its_tasks() -> None:
    progress = done(RULES, reached=(("getting_started", T0 + DAY),))

    assert reach_milestone(PROGRAM, done(), milestone="getting_started") == Ticked(reached="getting_started")
    assert reach_milestone(PROGRAM, progress, milestone="getting_started") == Ticked()
    assert tick_task(
        match(), PROGRAM, progress, member=MENTEE, milestone="getting_started", task="write_expectations"
    ) == Ticked(EXPECTATIONS, None)


def test_unknown_milestones_and_tasks_and_tasks_of_others_are_refused() -> None:
    with pytest.raises(UnknownMilestone):
        reach_milestone(PROGRAM, done(), milestone="moon")
    with pytest.raises(UnknownTask):
        tick_task(match(), PROGRAM, done(), member=MENTOR, milestone="half_time", task="agree_on_rules")
    with pytest.raises(TaskOfAnotherRole):
        tick_task(
            match(), PROGRAM, done(), member=MENTOR, milestone="getting_started", task="write_expectations"
        )


def test_themes_are_the_programs_own_and_named_once() -> None:
    assert check_themes(("career", "feedback", "career"), PROGRAM.themes) == ("career", "feedback")
    with pytest.raises(UnknownTheme):
        check_themes(("salary",), PROGRAM.themes)


def test_the_least_discussed_themes_are_suggested_in_the_programs_order() -> None:
    assert suggest_themes(PROGRAM.themes, ()) == ("feedback", "delegation", "conflict")
    assert suggest_themes(PROGRAM.themes, ("feedback", "conflict", "feedback")) == (
        "delegation",
        "career",
        "conflict",
    )
    assert suggest_themes((), ("feedback",)) == ()
