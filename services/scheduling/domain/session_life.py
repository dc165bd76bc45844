"""One step in the life of a session, by the table in `session_table`."""

from dataclasses import replace
from datetime import datetime

from services.scheduling.domain.ids import PersonId
from services.scheduling.domain.session import (
    Accept,
    Actor,
    ActorKind,
    Book,
    Cancel,
    CancellationReason,
    ChangeLink,
    Command,
    Fact,
    LogHeld,
    LogMissed,
    Move,
    Remind,
    Session,
    SessionCancelled,
    SessionDecision,
    SessionReminderDue,
    SessionRescheduled,
    SessionRules,
    SessionScheduled,
    SessionState,
    Step,
    StopMatch,
)
from services.scheduling.domain.session_checks import check_link, check_time
from services.scheduling.domain.session_errors import (
    MatchNotActive,
    NotASessionMember,
    SessionActorRefused,
    SessionBegun,
    SessionStepIllegal,
)
from services.scheduling.domain.session_table import SESSION_TABLE
from services.scheduling.domain.slots import check_members
from services.scheduling.domain.span import Span


def decide(
    session: Session | None, step: Step, *, actor: Actor, now: datetime, rules: SessionRules
) -> SessionDecision:
    """What `step` makes of `session` (None: not booked yet).

    The caller has checked that a coordinator is one of this program. A time outside somebody's working hours
    is allowed with a warning; a member who moves or books a session has accepted it, the others are asked
    again.

    Raises:
        SessionStepIllegal, SessionActorRefused, NotASessionMember: no such row, or not for them.
        SessionBegun: a person's command after the start.
        MatchNotActive, MemberDoubleBooked, SessionTimePast, MeetingLinkRefused: see `session_errors`.
        LengthOutOfRange, MembersOutOfRange: as for `slots.find_slot`.
    """
    row = SESSION_TABLE.get((session.state if session else None, type(step)))
    if row is None:
        raise SessionStepIllegal(state=session.state if session else "none", step=_name(step))
    if actor.kind not in row.actors:
        raise SessionActorRefused(step=_name(step), actor=actor.kind)
    if isinstance(step, Book):
        _check_member(actor, step.members)
        return _book(step, actor, now, rules)
    # The table has no other row for a session that is not there.
    assert session is not None  # noqa: S101
    _check_member(actor, session.members)
    if isinstance(step, Remind | LogHeld | LogMissed | StopMatch):
        return _fact(session, step, row.after, now)
    return _command(session, step, actor, now, rules)


def _command(
    session: Session, step: Command, actor: Actor, now: datetime, rules: SessionRules
) -> SessionDecision:
    if now >= session.time.start:
        raise SessionBegun
    match step:
        case Accept():
            return SessionDecision(replace(session, accepted=session.accepted | _by_member(actor)))
        case Move():
            return _move(session, step, actor, now, rules)
        case ChangeLink():
            return _change_link(session, step)
        case Cancel():
            by_member = actor.kind is ActorKind.MEMBER
            return _cancel(
                session, CancellationReason.MEMBER if by_member else CancellationReason.COORDINATOR
            )


def _fact(session: Session, step: Fact, after: SessionState, now: datetime) -> SessionDecision:
    match step:
        case Remind():
            return _remind(session, now)
        case LogHeld() | LogMissed():
            return SessionDecision(replace(session, state=after, reminder_due_at=None))
        case StopMatch():
            off = session.state is SessionState.SCHEDULED and now < session.time.start
            return _cancel(session, step.reason) if off else SessionDecision(session)


def _book(step: Book, actor: Actor, now: datetime, rules: SessionRules) -> SessionDecision:
    check_members(len(step.members))
    if not step.match_active:
        raise MatchNotActive
    check_link(step.meeting_link)
    warnings = check_time(step.session_id, step.members, step.time, step.surroundings, now)
    session = Session(
        session_id=step.session_id,
        match_id=step.match_id,
        program_id=step.program_id,
        members=step.members,
        time=step.time,
        accepted=_by_member(actor),
        reminder_due_at=_reminder(step.time, now, rules),
        meeting_link=step.meeting_link,
    )
    return SessionDecision(session, (SessionScheduled(step.time.start, step.time.end),), warnings)


def _move(session: Session, step: Move, actor: Actor, now: datetime, rules: SessionRules) -> SessionDecision:
    warnings = check_time(session.session_id, session.members, step.time, step.surroundings, now)
    if step.time == session.time:
        return SessionDecision(replace(session, accepted=session.accepted | _by_member(actor)), (), warnings)
    moved = replace(
        session,
        time=step.time,
        sequence=session.sequence + 1,
        accepted=_by_member(actor),
        reminder_due_at=_reminder(step.time, now, rules),
    )
    event = SessionRescheduled(step.time.start, step.time.end, moved.sequence)
    return SessionDecision(moved, (event,), warnings)


def _change_link(session: Session, step: ChangeLink) -> SessionDecision:
    check_link(step.meeting_link)
    if step.meeting_link == session.meeting_link:
        return SessionDecision(session)
    return SessionDecision(replace(session, meeting_link=step.meeting_link, sequence=session.sequence + 1))


def _cancel(session: Session, reason: CancellationReason) -> SessionDecision:
    off = replace(
        session,
        state=SessionState.CANCELLED,
        sequence=session.sequence + 1,
        reminder_due_at=None,
        cancellation=reason,
    )
    return SessionDecision(off, (SessionCancelled(reason),))


def _remind(session: Session, now: datetime) -> SessionDecision:
    due = session.reminder_due_at
    if due is None or now < due:
        return SessionDecision(session)
    reminded = replace(session, reminder_due_at=None)
    # Late by an outage: nobody is reminded of what has begun.
    still_of_use = now < session.time.start
    return SessionDecision(reminded, (SessionReminderDue(session.time.start),) if still_of_use else ())


def _reminder(time: Span, now: datetime, rules: SessionRules) -> datetime | None:
    """None when it would be due at once: the invitation itself says it then."""
    due = time.start - rules.reminder_before
    return due if due > now else None


def _by_member(actor: Actor) -> frozenset[PersonId]:
    if actor.kind is ActorKind.MEMBER and actor.person_id is not None:
        return frozenset({actor.person_id})
    return frozenset()


def _check_member(actor: Actor, members: frozenset[PersonId]) -> None:
    if actor.kind is ActorKind.MEMBER and actor.person_id not in members:
        raise NotASessionMember


def _name(step: Step) -> str:
    return type(step).__name__
