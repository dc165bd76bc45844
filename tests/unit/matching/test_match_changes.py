"""What an input changes beside the state, when a match is looked at again, and what each side sees."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.matching.domain.ids import CohortId, MatchId, ParticipantId, PersonId, ProgramId
from services.matching.domain.match.cases import Given
from services.matching.domain.match.decide import decide
from services.matching.domain.match.model import Match, Member
from services.matching.domain.match.states import (
    By,
    EndReason,
    FlagCode,
    MatchInput,
    MatchState,
    PauseReason,
    Policy,
)
from services.matching.domain.match.timers import Timer, timers
from services.matching.domain.match.views import MemberView, Seen, member_view
from services.matching.domain.run.market import Role
from services.matching.domain.run.settings import Format

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
GRACE = PersonId(UUID(int=1))
ALAN = PersonId(UUID(int=2))
MATCH = Match(
    id=MatchId(UUID(int=21)),
    program_id=ProgramId(UUID(int=22)),
    cohort_id=CohortId(UUID(int=23)),
    run_id=None,
    format=Format.ONE_TO_ONE,
    members=(
        Member(participant_id=ParticipantId(UUID(int=11)), person_id=GRACE, role=Role.MENTEE),
        Member(participant_id=ParticipantId(UUID(int=12)), person_id=ALAN, role=Role.MENTOR),
    ),
    score=700_000,
    starts_at=NOW + 20 * DAY,
    duration_days=90,
)


def after(match: Match, *inputs: Given, at: datetime = NOW) -> Match:
    """The match after some inputs."""
    for given in inputs:
        match = decide(match, given, at).match
    return match


def by_hr(what: MatchInput, person: PersonId, policy: Policy = Policy.FLAG) -> Given:
    """A fact from HR about a member."""
    return Given(what=what, by=By.HR, person_id=person, policy=policy)


def by_member(what: MatchInput, person: PersonId) -> Given:
    """A command of a member."""
    return Given(what=what, by=By.MEMBER, person_id=person)


OFFER = Given(what=MatchInput.OFFER, by=By.SYSTEM, expires_at=NOW + 14 * DAY)
START = Given(what=MatchInput.START_DUE, by=By.SYSTEM)
YES = (by_member(MatchInput.ACCEPT, GRACE), by_member(MatchInput.ACCEPT, ALAN))
ACCEPTED = after(MATCH, OFFER, *YES)
ACTIVE = after(ACCEPTED, START, at=NOW + 20 * DAY)


def test_a_match_begins_when_its_cohort_begins_and_lasts_as_long_as_its_program_says() -> None:
    assert ACCEPTED.state is MatchState.ACCEPTED
    assert timers(ACCEPTED) == {Timer.START: NOW + 20 * DAY}
    assert ACTIVE.activated_at == NOW + 20 * DAY
    assert timers(ACTIVE) == {Timer.END: NOW + 110 * DAY}


def test_an_offer_runs_out_at_its_time_and_a_proposal_never() -> None:
    assert timers(MATCH) == {}
    assert timers(after(MATCH, OFFER)) == {Timer.EXPIRY: NOW + 14 * DAY}


def test_a_match_of_somebody_away_waits_with_its_beginning_until_they_are_back() -> None:
    away = after(ACCEPTED, by_hr(MatchInput.MEMBER_ON_LEAVE, ALAN))
    back = after(away, by_hr(MatchInput.MEMBER_RETURNED, ALAN))

    assert timers(away) == {}
    assert timers(back) == {Timer.START: NOW + 20 * DAY}


def test_the_time_of_a_leave_is_added_when_both_have_said_that_they_go_on() -> None:
    paused = after(ACTIVE, by_hr(MatchInput.MEMBER_ON_LEAVE, ALAN), at=NOW + 30 * DAY)
    back = after(paused, by_hr(MatchInput.MEMBER_RETURNED, ALAN), at=NOW + 50 * DAY)
    one = after(back, by_member(MatchInput.CONFIRM, ALAN), at=NOW + 52 * DAY)
    both = after(one, by_member(MatchInput.CONFIRM, GRACE), at=NOW + 55 * DAY)

    assert (paused.pause_reason, timers(paused)) == (PauseReason.PARTNER_UNAVAILABLE, {})
    assert (paused.resumption_offered, back.resumption_offered) == (False, True)
    assert one.state is MatchState.PAUSED
    assert (both.state, both.ends_at) == (MatchState.ACTIVE, NOW + 135 * DAY)
    assert not any(member.confirmed for member in both.members)


def test_a_second_leave_takes_back_what_was_confirmed() -> None:
    back = after(
        ACTIVE,
        by_hr(MatchInput.MEMBER_ON_LEAVE, ALAN),
        by_hr(MatchInput.MEMBER_RETURNED, ALAN),
        by_member(MatchInput.CONFIRM, GRACE),
        by_hr(MatchInput.MEMBER_ON_LEAVE, ALAN),
        at=NOW + 30 * DAY,
    )

    assert [member.confirmed for member in back.members] == [False, False]


def test_a_flag_names_its_code_and_is_not_raised_again_once_overridden() -> None:
    flagged = decide(ACTIVE, by_hr(MatchInput.LINE_CONFLICT, ALAN), NOW)
    keep = Given(what=MatchInput.OVERRIDE, by=By.COORDINATOR, flag=FlagCode.REPORTING_LINE)
    kept = after(flagged.match, keep)
    again = decide(kept, by_hr(MatchInput.LINE_CONFLICT, ALAN, Policy.END), NOW)

    assert [fact.flag for fact in flagged.facts] == [FlagCode.REPORTING_LINE]
    assert flagged.match.flags == {FlagCode.REPORTING_LINE}
    assert not kept.flags
    assert kept.overridden == {FlagCode.REPORTING_LINE}
    assert (again.facts, again.match.state) == ((), MatchState.ACTIVE)


def test_a_lock_is_put_on_and_taken_off() -> None:
    locked = after(ACTIVE, Given(what=MatchInput.LOCK, by=By.COORDINATOR))
    opened = after(locked, Given(what=MatchInput.UNLOCK, by=By.COORDINATOR))

    assert (locked.locked, opened.locked) == (True, False)


PAUSED = replace(ACTIVE, state=MatchState.PAUSED, pause_reason=PauseReason.PARTNER_UNAVAILABLE)
ENDED = replace(ACTIVE, state=MatchState.ENDED_EARLY)
ANSWERS = frozenset({MatchInput.ACCEPT, MatchInput.DECLINE})


@pytest.mark.parametrize(
    ("match", "view"),
    [
        (MATCH, None),
        (after(MATCH, Given(what=MatchInput.WITHDRAW, by=By.COORDINATOR)), None),
        (after(MATCH, OFFER), MemberView(Seen.ANSWER_AWAITED, ANSWERS)),
        (after(MATCH, OFFER, YES[0]), MemberView(Seen.PARTNER_AWAITED, frozenset({MatchInput.DECLINE}))),
        (after(MATCH, OFFER, YES[1]), MemberView(Seen.ANSWER_AWAITED, ANSWERS)),
        (ACCEPTED, MemberView(Seen.STARTS_SOON)),
        (ACTIVE, MemberView(Seen.RUNNING)),
        (after(ACTIVE, by_hr(MatchInput.MEMBER_ON_LEAVE, ALAN)), MemberView(Seen.RESTING)),
        (PAUSED, MemberView(Seen.RESUMPTION_OFFERED, frozenset({MatchInput.CONFIRM}))),
        (after(PAUSED, by_member(MatchInput.CONFIRM, GRACE)), MemberView(Seen.RESUMPTION_CONFIRMED)),
        (replace(PAUSED, pause_reason=PauseReason.COORDINATOR), MemberView(Seen.RESTING)),
        (replace(ACTIVE, state=MatchState.COMPLETED), MemberView(Seen.COMPLETED)),
        (replace(ENDED, end_reason=EndReason.PARTNER_UNAVAILABLE), MemberView(Seen.PARTNER_UNAVAILABLE)),
        (replace(ENDED, end_reason=EndReason.NOT_A_GOOD_FIT), MemberView(Seen.ENDED)),
        (replace(ENDED, end_reason=EndReason.COORDINATOR), MemberView(Seen.ENDED)),
    ],
)
def test_a_member_sees_what_concerns_them_and_what_they_may_do(match: Match, view: MemberView | None) -> None:
    assert member_view(match, GRACE) == view


def test_a_refusal_silence_and_a_withdrawn_offer_look_alike() -> None:
    declined = after(MATCH, OFFER, by_member(MatchInput.DECLINE, ALAN))
    expired = after(MATCH, OFFER, Given(what=MatchInput.EXPIRY_DUE, by=By.SYSTEM), at=NOW + 14 * DAY)
    withdrawn = after(MATCH, OFFER, Given(what=MatchInput.WITHDRAW, by=By.COORDINATOR))

    assert [member_view(match, GRACE) for match in (declined, expired, withdrawn)] == [
        MemberView(Seen.NOT_GOING_AHEAD),
    ] * 3


def test_a_stranger_sees_nothing() -> None:
    assert member_view(ACTIVE, PersonId(UUID(int=9))) is None
