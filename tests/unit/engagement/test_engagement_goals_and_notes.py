"""Goals and private notes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.engagement.domain import goals, notes
from services.engagement.domain.errors import GoalAlreadyReached, NoSuchNote, TooMany
from services.engagement.domain.ids import GoalId, MatchId, NoteId, PersonId

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = T0 + timedelta(days=9)
ANA, BEN = PersonId(UUID(int=1)), PersonId(UUID(int=2))
GOAL = goals.Goal(GoalId(UUID(int=60)), MatchId(UUID(int=10)), ANA, T0, percent=20)
NOTE = notes.Note(NoteId(UUID(int=70)), MatchId(UUID(int=10)), ANA, shared=False, written_at=T0, edited_at=T0)


def test_a_goal_moves_up_and_down() -> None:
    assert goals.progress(GOAL, 60, LATER) == goals.Moved(replace(GOAL, percent=60), progressed=True)
    assert goals.progress(GOAL, 10, LATER) == goals.Moved(replace(GOAL, percent=10), progressed=True)


def test_the_same_percentage_again_tells_nothing() -> None:
    assert goals.progress(GOAL, 20, LATER) == goals.Moved(GOAL)


def test_a_hundred_percent_reaches_the_goal() -> None:
    reached = replace(GOAL, percent=100, reached_at=LATER)

    assert goals.progress(GOAL, 100, LATER) == goals.Moved(reached, progressed=True, reached=True)


def test_a_goal_can_be_reached_at_any_percentage() -> None:
    reached = replace(GOAL, percent=100, reached_at=LATER)

    assert goals.reach(GOAL, LATER) == goals.Moved(reached, reached=True)


def test_a_reached_goal_moves_no_more() -> None:
    reached = replace(GOAL, percent=100, reached_at=LATER)

    with pytest.raises(GoalAlreadyReached):
        goals.progress(reached, 40, LATER)
    with pytest.raises(GoalAlreadyReached):
        goals.reach(reached, LATER)


def test_goals_and_notes_of_a_match_are_bounded() -> None:
    goals.check_room(49)
    notes.check_room(499)
    with pytest.raises(TooMany):
        goals.check_room(50)
    with pytest.raises(TooMany):
        notes.check_room(500)


def test_a_note_is_read_by_its_author_or_by_both_when_shared() -> None:
    assert NOTE.readable_by(ANA)
    assert not NOTE.readable_by(BEN)
    assert replace(NOTE, shared=True).readable_by(BEN)


def test_a_note_is_changed_by_its_author_alone_and_hidden_from_others() -> None:
    assert notes.own(NOTE, ANA) is NOTE
    with pytest.raises(NoSuchNote):
        notes.own(replace(NOTE, shared=True), BEN)
    with pytest.raises(NoSuchNote):
        notes.own(None, ANA)
