"""What members are asked: fit checks and pulses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engagement.domain.active_time import Pause, Timeline
from services.engagement.domain.errors import FitCheckNotOpen, PulseNotOpen, UnknownQuestion
from services.engagement.domain.fit_check import FitAnswer, FitCheck, answer, ask_after_session
from services.engagement.domain.ids import MatchId, ParticipantId, PersonId, ProgramId, PulseId
from services.engagement.domain.match import Match, MatchState, Member, close
from services.engagement.domain.pulse import Calendar, Due, Pulse, check_answers, due_round

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
ANA, BEN = PersonId(UUID(int=1)), PersonId(UUID(int=2))
MATCH = Match(
    id=MatchId(UUID(int=10)),
    program_id=ProgramId(UUID(int=20)),
    members=(
        Member(ParticipantId(UUID(int=31)), ANA, "mentor"),
        Member(ParticipantId(UUID(int=32)), BEN, "mentee"),
    ),
    state=MatchState.ACTIVE,
    timeline=Timeline(T0),
    ends_at=T0 + 365 * DAY,
)
CALENDAR = Calendar(first=30 * DAY, every=60 * DAY)
PULSE = Pulse(PulseId(UUID(int=80)), MATCH.id, 1, T0 + 30 * DAY)
QUESTIONS = ("useful", "trust")


def asked(person: PersonId, round_number: int, day: int, given: FitAnswer | None = None) -> FitCheck:
    return FitCheck(MATCH.id, person, round_number, T0 + day * DAY, given, T0 + day * DAY if given else None)


def test_the_first_held_session_asks_every_member() -> None:
    assert ask_after_session(MATCH, (), T0 + DAY) == (asked(ANA, 1, 1), asked(BEN, 1, 1))


def test_the_next_session_asks_the_undecided_again_and_nobody_else() -> None:
    checks = (asked(ANA, 1, 1, FitAnswer.STILL_DECIDING), asked(BEN, 1, 1, FitAnswer.GOOD_FIT))

    assert ask_after_session(MATCH, checks, T0 + 15 * DAY) == (asked(ANA, 2, 15),)


def test_an_open_question_stays_open() -> None:
    checks = (asked(ANA, 1, 1), asked(BEN, 1, 1, FitAnswer.NOT_A_GOOD_FIT))

    assert ask_after_session(MATCH, checks, T0 + 15 * DAY) == ()


def test_a_closed_match_asks_nothing() -> None:
    assert ask_after_session(close(MATCH, MatchState.COMPLETED, T0), (), T0 + DAY) == ()


def test_a_fit_check_is_answered_once() -> None:
    open_check = asked(ANA, 1, 1)
    answered = answer(open_check, FitAnswer.GOOD_FIT, T0 + 2 * DAY)

    assert answered == replace(open_check, answer=FitAnswer.GOOD_FIT, answered_at=T0 + 2 * DAY)
    with pytest.raises(FitCheckNotOpen):
        answer(answered, FitAnswer.NOT_A_GOOD_FIT, T0 + 3 * DAY)
    with pytest.raises(FitCheckNotOpen):
        answer(None, FitAnswer.GOOD_FIT, T0)


@pytest.mark.parametrize(
    ("asked_before", "day", "due"),
    [
        (0, 0, Due(None, T0 + 30 * DAY)),
        (0, 29.9, Due(None, T0 + 30 * DAY)),
        (0, 30, Due(1, T0 + 90 * DAY)),
        (1, 30, Due(None, T0 + 90 * DAY)),
        (1, 90, Due(2, T0 + 150 * DAY)),
        (0, 200, Due(3, T0 + 210 * DAY)),
    ],
)
def test_pulses_are_due_on_day_30_and_every_60_days(asked_before: int, day: float, due: Due) -> None:
    assert due_round(replace(MATCH, pulses=asked_before), CALENDAR, T0 + day * DAY) == due


def test_a_pause_moves_the_pulses_and_a_resting_or_closed_match_has_none() -> None:
    rested = replace(MATCH, timeline=Timeline(T0, (Pause(T0 + 10 * DAY, T0 + 20 * DAY),)))
    resting = replace(MATCH, timeline=Timeline(T0, (Pause(T0 + 10 * DAY),)))

    assert due_round(rested, CALENDAR, T0 + 30 * DAY) == Due(None, T0 + 40 * DAY)
    assert due_round(resting, CALENDAR, T0 + 99 * DAY) == Due(None, None)
    assert due_round(close(MATCH, MatchState.ENDED_EARLY, T0), CALENDAR, T0 + 99 * DAY) == Due(None, None)


@given(st.integers(0, 9), st.integers(0, 900 * 24))
def test_a_pulse_is_never_asked_twice_and_the_next_one_lies_ahead(before: int, hours: int) -> None:
    now = T0 + timedelta(hours=hours)
    due = due_round(replace(MATCH, pulses=before), CALENDAR, now)

    assert due.round is None or due.round > before
    assert due.next_at is not None
    assert due.next_at > now


def test_a_pulse_waits_for_who_has_not_answered() -> None:
    assert PULSE.waiting_for(MATCH) == (ANA, BEN)
    assert replace(PULSE, replied=frozenset({ANA})).waiting_for(MATCH) == (BEN,)


def test_a_pulse_is_answered_once_by_its_own_questions_of_which_some_may_be_left_out() -> None:
    assert check_answers(PULSE, ANA, {"trust": 4}, QUESTIONS) is PULSE
    with pytest.raises(PulseNotOpen):
        check_answers(replace(PULSE, replied=frozenset({ANA})), ANA, {"trust": 4}, QUESTIONS)
    with pytest.raises(PulseNotOpen):
        check_answers(None, ANA, {"trust": 4}, QUESTIONS)
    with pytest.raises(UnknownQuestion):
        check_answers(PULSE, ANA, {"salary": 4}, QUESTIONS)
    with pytest.raises(UnknownQuestion):
        check_answers(PULSE, ANA, {}, QUESTIONS)
