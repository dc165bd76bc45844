"""The plan of a match: the program's template laid over the time in which the match is active.

Only what members did is state; the plan itself is worked out from the program's latest version, so that
a program that arrives late, or changes, changes the plan and nothing that was done is lost.
"""

from dataclasses import dataclass
from datetime import datetime

from services.engagement.domain.errors import TaskOfAnotherRole, UnknownMilestone, UnknownTask
from services.engagement.domain.ids import PersonId
from services.engagement.domain.match import Match, Member
from services.engagement.domain.program import MilestoneTemplate, Program, TaskTemplate


@dataclass(frozen=True, slots=True)
class Tick:
    """A member did a task."""

    milestone: str
    task: str
    person_id: PersonId


@dataclass(frozen=True, slots=True)
class Progress:
    """What was done so far: ticks, and the milestones reached with their time."""

    ticks: frozenset[Tick] = frozenset()
    reached: tuple[tuple[str, datetime], ...] = ()

    def reached_at(self, milestone: str) -> datetime | None:
        """When the milestone was reached, if it was."""
        return dict(self.reached).get(milestone)


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """`done`: by everybody whom it is for."""

    code: str
    role: str | None
    due_at: datetime
    done: bool


@dataclass(frozen=True, slots=True)
class PlannedMilestone:
    """One step with the tasks under it."""

    code: str
    due_at: datetime
    reached_at: datetime | None
    tasks: tuple[PlannedTask, ...]


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a tick adds: nothing when it was done before."""

    tick: Tick | None = None
    reached: str | None = None


def lay_out(
    match: Match, program: Program, progress: Progress, now: datetime
) -> tuple[PlannedMilestone, ...]:
    """The plan as the members see it; pauses move what is due."""
    return tuple(
        PlannedMilestone(
            code=milestone.code,
            due_at=match.timeline.due(milestone.offset, now),
            reached_at=progress.reached_at(milestone.code),
            tasks=tuple(
                PlannedTask(
                    code=task.code,
                    role=task.role,
                    due_at=match.timeline.due(task.offset, now),
                    done=_done(match, milestone.code, task, progress.ticks),
                )
                for task in milestone.tasks
            ),
        )
        for milestone in program.milestones
    )


def tick_task(
    match: Match, program: Program, progress: Progress, *, member: Member, milestone: str, task: str
) -> Ticked:
    """A member did a task; the last task reaches the milestone.

    Raises UnknownMilestone, UnknownTask, TaskOfAnotherRole.
    """
    template = _milestone(program, milestone)
    found = next((each for each in template.tasks if each.code == task), None)
    if found is None:
        raise UnknownTask(field="task")
    if found.role is not None and found.role != member.role:
        raise TaskOfAnotherRole(role=found.role)
    tick = Tick(milestone, task, member.person_id)
    if tick in progress.ticks or _done(match, milestone, found, progress.ticks):
        return Ticked()
    ticks = progress.ticks | {tick}
    complete = all(_done(match, milestone, each, ticks) for each in template.tasks)
    open_still = progress.reached_at(milestone) is None
    return Ticked(tick, milestone if complete and open_still else None)


def reach_milestone(program: Program, progress: Progress, *, milestone: str) -> Ticked:
    """A member says that the whole milestone is reached; raises UnknownMilestone."""
    _milestone(program, milestone)
    return Ticked(reached=None if progress.reached_at(milestone) else milestone)


def _milestone(program: Program, code: str) -> MilestoneTemplate:
    for milestone in program.milestones:
        if milestone.code == code:
            return milestone
    raise UnknownMilestone(field="milestone")


def _done(match: Match, milestone: str, task: TaskTemplate, ticks: frozenset[Tick]) -> bool:
    """A task for all is done once; a task of a role when each member in that role did it."""
    if task.role is None:
        return any(Tick(milestone, task.code, member.person_id) in ticks for member in match.members)
    mine = [member for member in match.members if member.role == task.role]
    return all(Tick(milestone, task.code, member.person_id) in ticks for member in mine)
