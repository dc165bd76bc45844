"""The health of a match, at every boundary. The cadence is 14 days: 1.5 intervals are 21, 2 are 28."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engagement.domain.active_time import Pause, Timeline
from services.engagement.domain.health import Assessment, Health, Rhythm, assess

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def day(number: float) -> datetime:
    return T0 + number * DAY


def rhythm(
    *, held: float | None = None, booked: float | None = None, pauses: tuple[Pause, ...] = ()
) -> Rhythm:
    return Rhythm(
        timeline=Timeline(T0, pauses),
        cadence=14 * DAY,
        last_held_at=None if held is None else day(held),
        booked_until=None if booked is None else day(booked),
    )


@pytest.mark.parametrize(
    ("now", "health", "next_check_at"),
    [
        (day(0), Health.TOO_EARLY, day(14)),
        (day(14) - INSTANT, Health.TOO_EARLY, day(14)),
        (day(14), Health.ON_TRACK, day(21) + INSTANT),
        (day(21), Health.ON_TRACK, day(21) + INSTANT),
        (day(21) + INSTANT, Health.AT_RISK, day(28) + INSTANT),
        (day(28), Health.AT_RISK, day(28) + INSTANT),
        (day(28) + INSTANT, Health.STALLED, None),
        (day(500), Health.STALLED, None),
    ],
)
def test_a_match_that_never_meets_slides_from_too_early_to_stalled(
    now: datetime, health: Health, next_check_at: datetime | None
) -> None:
    assert assess(rhythm(), now) == Assessment(health, next_check_at)


@pytest.mark.parametrize(
    ("now", "health", "next_check_at"),
    [
        (day(5), Health.TOO_EARLY, day(14)),
        (day(26), Health.ON_TRACK, day(26) + INSTANT),
        (day(26) + INSTANT, Health.AT_RISK, day(33) + INSTANT),
        (day(33) + INSTANT, Health.STALLED, None),
    ],
)
def test_the_count_starts_again_with_each_held_session(
    now: datetime, health: Health, next_check_at: datetime | None
) -> None:
    assert assess(rhythm(held=5), now) == Assessment(health, next_check_at)


def test_a_booked_session_keeps_a_match_from_being_stalled_until_it_no_longer_counts() -> None:
    booked = rhythm(booked=40)

    assert assess(booked, day(22)) == Assessment(Health.AT_RISK, day(40))
    assert assess(booked, day(40) - INSTANT) == Assessment(Health.AT_RISK, day(40))
    assert assess(booked, day(40)) == Assessment(Health.STALLED, None)


def test_a_booking_that_ends_before_two_intervals_changes_nothing() -> None:
    assert assess(rhythm(booked=25), day(22)) == Assessment(Health.AT_RISK, day(28) + INSTANT)


def test_a_booking_does_not_make_a_match_less_at_risk() -> None:
    assert assess(rhythm(booked=22), day(21.5)).health is Health.AT_RISK


def test_paused_time_does_not_count() -> None:
    """Ten days of rest move every boundary behind them by ten days."""
    rested = rhythm(pauses=(Pause(day(10), day(20)),))

    assert assess(rested, day(23.9)) == Assessment(Health.TOO_EARLY, day(24))
    assert assess(rested, day(31)) == Assessment(Health.ON_TRACK, day(31) + INSTANT)
    assert assess(rested, day(38) + INSTANT) == Assessment(Health.STALLED, None)


def test_a_resting_match_keeps_its_health_for_ever() -> None:
    assert assess(rhythm(pauses=(Pause(day(3)),)), day(300)) == Assessment(Health.TOO_EARLY, None)
    assert assess(rhythm(pauses=(Pause(day(16)),)), day(300)) == Assessment(Health.ON_TRACK, None)
    assert assess(rhythm(pauses=(Pause(day(23)),)), day(300)) == Assessment(Health.AT_RISK, None)


def test_a_resting_match_is_never_stalled_for_nothing_can_be_booked() -> None:
    assert assess(rhythm(pauses=(Pause(day(35)),)), day(36)) == Assessment(Health.AT_RISK, None)


def test_a_match_that_goes_on_after_too_long_a_gap_is_stalled_unless_something_is_booked() -> None:
    pauses = (Pause(day(35), day(40)),)

    assert assess(rhythm(pauses=pauses), day(40)).health is Health.STALLED
    assert assess(rhythm(pauses=pauses, booked=45), day(40)) == Assessment(Health.AT_RISK, day(45))


@st.composite
def rhythms(draw: st.DrawFn) -> Rhythm:
    edges = sorted(draw(st.lists(st.integers(0, 90), max_size=5, unique=True)))
    pauses = tuple(Pause(day(a), day(b)) for a, b in zip(edges[0::2], edges[1::2], strict=False))
    if len(edges) % 2 and draw(st.booleans()):
        pauses = (*pauses, Pause(day(edges[-1])))
    return Rhythm(
        timeline=Timeline(T0, pauses),
        cadence=draw(st.integers(1, 30)) * DAY,
        last_held_at=draw(st.none() | st.integers(0, 60).map(day)),
        booked_until=draw(st.none() | st.integers(0, 120).map(day)),
    )


@given(rhythms(), st.integers(60 * 24, 150 * 24), st.floats(0, 1, exclude_max=True))
def test_between_now_and_the_next_check_the_health_stands_still(
    subject: Rhythm, hours: int, share: float
) -> None:
    now = T0 + timedelta(hours=hours)
    first = assess(subject, now)
    end = first.next_check_at or now + 900 * DAY

    assert end > now
    between = now + min((end - now) * share, end - now - INSTANT)
    assert assess(subject, between).health is first.health
    assert assess(subject, end - INSTANT).health is first.health


@given(rhythms(), st.integers(0, 150 * 24))
def test_at_the_next_check_the_health_really_changes(subject: Rhythm, hours: int) -> None:
    now = T0 + timedelta(hours=hours)
    first = assess(subject, now)

    if first.next_check_at is not None and first.health is not Health.TOO_EARLY:
        assert assess(subject, first.next_check_at).health is not first.health
