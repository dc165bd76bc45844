"""A match from its activation to its end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.engagement.domain.active_time import Pause, Timeline
from services.engagement.domain.errors import MatchClosed, NoSuchMatch
from services.engagement.domain.health import Health
from services.engagement.domain.ids import MatchId, ParticipantId, PersonId, ProgramId
from services.engagement.domain.match import Match, MatchState, Member, close, pause, resume

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
ANA = PersonId(UUID(int=1))
BEN = PersonId(UUID(int=2))
ACTIVE = Match(
    id=MatchId(UUID(int=10)),
    program_id=ProgramId(UUID(int=20)),
    members=(
        Member(ParticipantId(UUID(int=31)), ANA, "mentor"),
        Member(ParticipantId(UUID(int=32)), BEN, "mentee"),
    ),
    state=MatchState.ACTIVE,
    timeline=Timeline(T0),
    ends_at=T0 + 90 * DAY,
)


def test_a_pause_and_a_resumption_are_remembered_and_move_the_end() -> None:
    resting = pause(ACTIVE, T0 + 10 * DAY)
    again = resume(resting, T0 + 15 * DAY, T0 + 95 * DAY)

    assert resting.state is MatchState.PAUSED
    assert again.state is MatchState.ACTIVE
    assert again.ends_at == T0 + 95 * DAY
    assert again.timeline.pauses == (Pause(T0 + 10 * DAY, T0 + 15 * DAY),)


def test_the_length_of_a_pause_is_the_time_by_which_the_end_moved() -> None:
    late = resume(pause(ACTIVE, T0 + 14 * DAY), T0 + 15 * DAY, T0 + 95 * DAY)

    assert late.timeline.pauses == (Pause(T0 + 10 * DAY, T0 + 15 * DAY),)


def test_the_first_end_counts_and_nothing_moves_afterwards() -> None:
    ended = close(replace(ACTIVE, health=Health.ON_TRACK), MatchState.ENDED_EARLY, T0 + 5 * DAY)

    assert ended.closed
    assert ended.health is None
    assert close(ended, MatchState.COMPLETED, T0 + 6 * DAY) == ended
    assert pause(ended, T0 + 6 * DAY) == ended
    assert resume(ended, T0 + 6 * DAY, T0 + 99 * DAY) == ended
    with pytest.raises(MatchClosed):
        ended.require_open()


def test_only_members_are_members() -> None:
    assert ACTIVE.member(BEN).role == "mentee"
    with pytest.raises(NoSuchMatch):
        ACTIVE.member(PersonId(UUID(int=3)))
