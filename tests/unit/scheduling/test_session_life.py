"""What the steps of a session do to its invitation, its reminder and its members."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.domain.session import (
    Accept,
    Actor,
    Cancel,
    CancellationReason,
    ChangeLink,
    LogHeld,
    LogMissed,
    Move,
    Remind,
    Session,
    SessionCancelled,
    SessionReminderDue,
    SessionRescheduled,
    SessionScheduled,
    SessionState,
    Step,
    StopMatch,
    Surroundings,
)
from services.scheduling.domain.session_errors import (
    SessionBegun,
)
from services.scheduling.domain.span import Span
from tests.unit.scheduling.a_session import (
    ANNA,
    BELA,
    COORDINATOR,
    DAY,
    ENDED,
    HOUR,
    START,
    SYSTEM,
    TIME,
    book,
    member,
    take,
)


@pytest.fixture
def booked() -> Session:
    return take(None, book()).session


def test_booking_publishes_the_time_and_arms_the_reminder() -> None:
    decision = take(None, book())
    assert decision.events == (SessionScheduled(START, START + HOUR),)
    assert decision.session.sequence == 0
    assert decision.session.reminder_due_at == START - DAY
    assert decision.session.accepted == frozenset()


def test_a_member_who_books_has_accepted() -> None:
    assert take(None, book(), member(ANNA)).session.accepted == {ANNA}
    assert take(None, book(), COORDINATOR).session.accepted == frozenset()


def test_acceptance_is_kept_per_member_and_repeating_it_changes_nothing(booked: Session) -> None:
    once = take(booked, Accept(), member(BELA))
    assert once.session.accepted == {BELA}
    assert once.events == ()
    assert take(once.session, Accept(), member(BELA)).session == once.session
    assert take(once.session, Accept(), member(ANNA)).session.accepted == {ANNA, BELA}


def test_a_move_raises_the_sequence_asks_the_other_again_and_rearms_the_reminder(booked: Session) -> None:
    accepted = take(booked, Accept(), member(BELA)).session
    reminded = take(accepted, Remind(), now=START - DAY).session
    assert reminded.reminder_due_at is None
    later = Span(START + 7 * DAY, START + 7 * DAY + HOUR)
    decision = take(reminded, Move(later, Surroundings()), member(ANNA), START - HOUR)
    assert decision.events == (SessionRescheduled(later.start, later.end, 1),)
    assert decision.session.sequence == 1
    assert decision.session.accepted == {ANNA}
    assert decision.session.reminder_due_at == START + 6 * DAY


def test_moving_to_the_same_time_is_an_acceptance_and_no_change(booked: Session) -> None:
    decision = take(booked, Move(TIME, Surroundings()), member(ANNA))
    assert decision.events == ()
    assert decision.session.sequence == 0
    assert decision.session.accepted == {ANNA}


@pytest.mark.parametrize(
    ("actor", "reason"),
    [(member(ANNA), "member"), (COORDINATOR, "coordinator")],
    ids=["member", "coordinator"],
)
def test_a_cancellation_raises_the_sequence_and_says_who(booked: Session, actor: Actor, reason: str) -> None:
    decision = take(booked, Cancel(), actor)
    assert decision.events == (SessionCancelled(CancellationReason(reason)),)
    assert decision.session.sequence == 1
    assert decision.session.reminder_due_at is None
    assert decision.session.cancellation == reason


@pytest.mark.parametrize(
    "step",
    [Accept(), Cancel(), ChangeLink(None), Move(Span(START + DAY, START + DAY + HOUR), Surroundings())],
    ids=["accept", "cancel", "link", "move"],
)
def test_once_it_has_begun_nobody_changes_a_session(booked: Session, step: Step) -> None:
    take(booked, step, member(ANNA), START - timedelta(seconds=1))
    with pytest.raises(SessionBegun):
        take(booked, step, member(ANNA), START)


@pytest.mark.parametrize(
    "reason",
    [CancellationReason.MATCH_PAUSED, CancellationReason.MATCH_COMPLETED, CancellationReason.MATCH_ENDED],
)
def test_a_match_that_stops_cancels_what_has_not_begun(booked: Session, reason: CancellationReason) -> None:
    decision = take(booked, StopMatch(reason), now=START - timedelta(seconds=1))
    assert decision.events == (SessionCancelled(reason),)
    assert decision.session.state is SessionState.CANCELLED
    assert decision.session.sequence == 1


def test_a_session_that_has_begun_outlives_its_match_and_takes_a_late_log(booked: Session) -> None:
    after = take(booked, ENDED, now=START)
    assert after.session == booked
    assert after.events == ()
    assert take(after.session, LogHeld(), now=START + 30 * DAY).session.state is SessionState.HELD
    assert take(after.session, LogMissed(), now=START + 30 * DAY).session.state is SessionState.MISSED


def test_a_session_that_was_off_and_took_place_counts(booked: Session) -> None:
    off = take(booked, Cancel(), member(ANNA)).session
    held = take(off, LogHeld(), now=START + DAY).session
    assert held.state is SessionState.HELD
    assert held.cancellation is CancellationReason.MEMBER


def test_a_log_before_the_planned_start_closes_the_session_and_silences_the_reminder(booked: Session) -> None:
    held = take(booked, LogHeld()).session
    assert held.reminder_due_at is None
    assert take(held, Remind(), now=START - HOUR).events == ()


def test_the_reminder_is_due_once_a_day_before_and_not_earlier(booked: Session) -> None:
    early = take(booked, Remind(), now=START - DAY - timedelta(seconds=1))
    assert early.session == booked
    assert early.events == ()
    due = take(booked, Remind(), now=START - DAY)
    assert due.events == (SessionReminderDue(START),)
    assert take(due.session, Remind(), now=START - DAY).events == ()


def test_a_reminder_that_an_outage_delayed_past_the_start_is_not_sent(booked: Session) -> None:
    late = take(booked, Remind(), now=START)
    assert late.events == ()
    assert late.session.reminder_due_at is None


def test_a_session_booked_at_short_notice_has_no_reminder() -> None:
    assert take(None, book(), now=START - DAY).session.reminder_due_at is None


def test_another_link_raises_the_sequence_and_keeps_the_time_and_the_answers(booked: Session) -> None:
    accepted = take(booked, Accept(), member(BELA)).session
    linked = take(accepted, ChangeLink("https://meet.example/abc?x=1,2"), member(ANNA))
    assert linked.session.sequence == 1
    assert linked.session.accepted == {BELA}
    assert linked.events == ()
    same = take(linked.session, ChangeLink("https://meet.example/abc?x=1,2"), member(ANNA))
    assert same.session.sequence == 1


STEPS: dict[str, Callable[[int], tuple[Step, Actor]]] = {
    "accept": lambda _: (Accept(), member(BELA)),
    "move": lambda n: (Move(Span(START + n * HOUR, START + (n + 1) * HOUR), Surroundings()), member(ANNA)),
    "link": lambda n: (ChangeLink(f"https://meet.example/{n}"), member(ANNA)),
    "remind": lambda _: (Remind(), SYSTEM),
    "cancel": lambda _: (Cancel(), COORDINATOR),
}


@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 5)), max_size=12))
def test_the_sequence_rises_by_one_with_every_change_a_calendar_shows_and_never_else(
    steps: list[tuple[str, int]],
) -> None:
    session = take(None, book()).session
    for name, number in steps:
        if session.state is not SessionState.SCHEDULED:
            break
        step, actor = STEPS[name](number)
        after = take(session, step, actor).session
        shown = (session.time, session.state, session.meeting_link)
        changed = shown != (after.time, after.state, after.meeting_link)
        assert after.sequence == session.sequence + changed
        session = after
