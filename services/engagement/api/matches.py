"""A member's matches."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.engagement.api.context import Context, View
from services.engagement.domain.goals import Goal
from services.engagement.domain.ids import MatchId, PersonId
from services.engagement.domain.match import Match
from services.engagement.domain.plan import PlannedMilestone, lay_out
from services.engagement.domain.program import Program, suggest_themes
from services.engagement.persistence.matches import Matches
from services.engagement.persistence.people import Name, People
from services.engagement.persistence.plans import Plans
from services.engagement.persistence.programs import Programs
from services.engagement.persistence.questions import Questions
from services.engagement.persistence.sessions import Sessions
from services.engagement.persistence.writings import Writings
from shared.http.auth import CurrentIdentity, allow_signed_in
from shared.http.pages import Page, Pages

_UPCOMING = 5


class MemberView(View):
    """One of the pair; no name when it is not known, or forgotten."""

    person_id: UUID
    role: str
    given_name: str | None
    family_name: str | None


class MatchSummary(View):
    """A match in the list of its members."""

    match_id: UUID
    program_id: UUID
    state: str
    role: str
    activated_at: datetime
    ends_at: datetime
    members: list[MemberView]


class TaskView(View):
    code: str
    role: str | None
    due_at: datetime
    done: bool


class MilestoneView(View):
    code: str
    due_at: datetime
    reached_at: datetime | None
    tasks: list[TaskView]


class GoalView(View):
    """A goal; `words` is absent once a member was erased."""

    goal_id: UUID
    set_by: UUID
    set_at: datetime
    due_on: date | None
    percent: int
    reached_at: datetime | None
    words: str | None


class UpcomingSession(View):
    session_id: UUID
    starts_at: datetime
    ends_at: datetime


class PulseView(View):
    """A pulse that waits for the caller."""

    pulse_id: UUID
    round: int
    questions: list[str]


class MatchView(MatchSummary):
    """All that a member sees of a match at once; logs and notes come in pages."""

    program_title: str | None
    plan: list[MilestoneView]
    goals: list[GoalView]
    upcoming_sessions: list[UpcomingSession]
    themes: list[str]
    suggested_themes: list[str]
    fit_check_open: bool
    pulse: PulseView | None


def match_routes(context: Context) -> APIRouter:
    """Reading matches."""
    router = APIRouter(prefix="/matches", tags=["matches"], dependencies=[allow_signed_in()])

    @router.get("")
    async def list_matches(pages: Pages, identity: CurrentIdentity) -> Page[MatchSummary]:
        """The caller's matches, the newest first."""
        person = PersonId(identity.require_person())
        after = pages.after(UUID)
        async with context.units.read() as connection:
            found = await Matches(connection).page_of_person(
                person, after=MatchId(after) if after else None, limit=pages.fetch
            )
            everybody = {member.person_id for match in found for member in match.members}
            names = await People(connection).names(everybody)
        return pages.page([_summary(match, person, names) for match in found], key=lambda v: v.match_id)

    @router.get("/{match_id}")
    async def get_match(match_id: UUID, identity: CurrentIdentity) -> MatchView:
        """One of the caller's matches: plan, goals, what comes next and what is asked."""
        person = PersonId(identity.require_person())
        async with context.units.read() as connection:
            match = await Matches(connection).of_member(MatchId(match_id), person)
            return await _view(context, connection, match, person)

    return router


async def _view(context: Context, connection: AsyncConnection, match: Match, person: PersonId) -> MatchView:
    now = context.clock.now()
    names = await People(connection).names([member.person_id for member in match.members])
    program = await Programs(connection).get(match.program_id)
    sessions, questions = Sessions(connection), Questions(connection)
    checks = await questions.fit_checks(match.id)
    themes = program.themes if program else ()
    return MatchView(
        **_summary(match, person, names).model_dump(),
        program_title=program.title if program else None,
        plan=await _plan(connection, match, program, now),
        goals=await _goals(context, connection, match),
        upcoming_sessions=[
            UpcomingSession(session_id=each.id, starts_at=each.starts_at, ends_at=each.ends_at)
            for each in await sessions.upcoming(match.id, now, limit=_UPCOMING)
        ],
        themes=list(themes),
        suggested_themes=list(suggest_themes(themes, await sessions.discussed(match.id))),
        fit_check_open=not match.closed and any(c.open for c in checks if c.person_id == person),
        pulse=await _pulse(context, questions, match, person),
    )


async def _plan(
    connection: AsyncConnection, match: Match, program: Program | None, now: datetime
) -> list[MilestoneView]:
    if program is None:
        return []
    progress = await Plans(connection).progress(match.id)
    return [_milestone(each) for each in lay_out(match, program, progress, now)]


async def _goals(context: Context, connection: AsyncConnection, match: Match) -> list[GoalView]:
    writings = Writings(connection)
    wrapped = await writings.wrapped_key(match.id)

    def words(goal: Goal, sealed: bytes | None) -> str | None:
        return context.vault.open(wrapped, match.id, goal.id, sealed) if wrapped and sealed else None

    return [
        GoalView(
            goal_id=goal.id,
            set_by=goal.set_by,
            set_at=goal.set_at,
            due_on=goal.due_on,
            percent=goal.percent,
            reached_at=goal.reached_at,
            words=words(goal, sealed),
        )
        for goal, sealed in await writings.goals(match.id)
    ]


async def _pulse(context: Context, questions: Questions, match: Match, person: PersonId) -> PulseView | None:
    pulse = None if match.closed else await questions.latest_pulse(match.id)
    if pulse is None or person in pulse.replied:
        return None
    codes = context.handlers.pulses.rules.questions
    return PulseView(pulse_id=pulse.id, round=pulse.round, questions=list(codes))


def _summary(match: Match, person: PersonId, names: dict[PersonId, Name]) -> MatchSummary:
    return MatchSummary(
        match_id=match.id,
        program_id=match.program_id,
        state=match.state.value,
        role=match.member(person).role,
        activated_at=match.timeline.activated_at,
        ends_at=match.ends_at,
        members=[
            MemberView(
                person_id=member.person_id,
                role=member.role,
                given_name=names.get(member.person_id, Name()).given,
                family_name=names.get(member.person_id, Name()).family,
            )
            for member in match.members
        ],
    )


def _milestone(planned: PlannedMilestone) -> MilestoneView:
    return MilestoneView(
        code=planned.code,
        due_at=planned.due_at,
        reached_at=planned.reached_at,
        tasks=[
            TaskView(code=task.code, role=task.role, due_at=task.due_at, done=task.done)
            for task in planned.tasks
        ],
    )
