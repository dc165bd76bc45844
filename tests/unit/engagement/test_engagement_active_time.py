"""Time in which a match is active."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.engagement.domain.active_time import Pause, Timeline

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def day(number: float) -> datetime:
    return T0 + number * DAY


@st.composite
def timelines(draw: st.DrawFn, *, resting: bool | None = None) -> Timeline:
    """Up to four disjoint pauses in order, to the second; the last may be open."""
    edges = sorted(draw(st.lists(st.integers(0, 90 * 86_400), max_size=8, unique=True)))
    starts, ends = edges[0::2], edges[1::2]
    pauses = [
        Pause(T0 + timedelta(seconds=start), T0 + timedelta(seconds=end))
        for start, end in zip(starts, ends, strict=False)
    ]
    if len(starts) > len(ends) and resting is not False:
        pauses.append(Pause(T0 + timedelta(seconds=starts[-1])))
    return Timeline(T0, tuple(pauses))


def test_without_pauses_all_time_is_active() -> None:
    timeline = Timeline(T0)

    assert timeline.active_between(day(1), day(4)) == 3 * DAY
    assert timeline.after(day(1), 3 * DAY) == day(4)
    assert not timeline.resting


def test_nothing_is_active_before_it_began() -> None:
    assert Timeline(T0).active_between(day(4), day(1)) == timedelta(0)


def test_a_pause_is_left_out_wholly_or_where_it_overlaps() -> None:
    timeline = Timeline(T0, (Pause(day(2), day(5)),))

    assert timeline.active_between(day(0), day(10)) == 7 * DAY
    assert timeline.active_between(day(3), day(6)) == 1 * DAY
    assert timeline.active_between(day(3), day(4)) == timedelta(0)
    assert timeline.active_between(day(0), day(2)) == 2 * DAY


def test_an_open_pause_stops_the_time() -> None:
    timeline = Timeline(T0, (Pause(day(2)),))

    assert timeline.resting
    assert timeline.active_between(day(0), day(50)) == 2 * DAY
    assert timeline.after(day(0), 2 * DAY) == day(2)
    assert timeline.after(day(0), 3 * DAY) is None


def test_the_instant_after_a_pause_moves_by_its_length() -> None:
    timeline = Timeline(T0, (Pause(day(2), day(5)), Pause(day(6), day(7))))

    assert timeline.after(day(0), 2 * DAY) == day(2)
    assert timeline.after(day(0), 3 * DAY) == day(6)
    assert timeline.after(day(0), 4 * DAY) == day(8)
    assert timeline.after(day(3), 1 * DAY) == day(6)


def test_what_is_due_moves_with_every_day_of_rest() -> None:
    resting = Timeline(T0, (Pause(day(2)),))

    assert resting.due(5 * DAY, now=day(4)) == day(7)
    assert resting.due(5 * DAY, now=day(6)) == day(9)
    assert resting.resumed(day(6)).due(5 * DAY, now=day(6)) == day(9)
    assert resting.due(1 * DAY, now=day(6)) == day(1)


def test_a_second_pause_and_a_second_resumption_change_nothing() -> None:
    once = Timeline(T0).paused(day(2))

    assert once.paused(day(3)) == once
    assert Timeline(T0).resumed(day(3)) == Timeline(T0)
    assert once.resumed(day(4)).resumed(day(9)) == Timeline(T0, (Pause(day(2), day(4)),))


def test_a_pause_heard_of_late_has_its_true_length() -> None:
    """The pause of two days reached us on day 6, together with the resumption."""
    timeline = Timeline(T0).paused(day(6)).resumed(day(6), rested=2 * DAY)

    assert timeline.pauses == (Pause(day(4), day(6)),)


def test_a_pause_never_reaches_into_the_one_before_nor_before_the_beginning() -> None:
    first = Timeline(T0).paused(day(1)).resumed(day(1), rested=3 * DAY)
    second = first.paused(day(3)).resumed(day(3), rested=9 * DAY)

    assert first.pauses == (Pause(day(0), day(1)),)
    assert second.pauses == (Pause(day(0), day(1)), Pause(day(1), day(3)))


@given(timelines(), st.integers(0, 90 * 86_400), st.integers(0, 90 * 86_400))
def test_the_instant_after_some_active_time_is_the_first_by_which_it_passed(
    timeline: Timeline, start: int, seconds: int
) -> None:
    begin, active = T0 + timedelta(seconds=start), timedelta(seconds=seconds)
    at = timeline.after(begin, active)

    if at is None:
        assert timeline.active_between(begin, begin + 400 * DAY) < active
    else:
        assert timeline.active_between(begin, at) == active
        earlier = at - timedelta(microseconds=1)
        assert at == begin or timeline.active_between(begin, earlier) < active


@given(timelines(), st.lists(st.integers(0, 120 * 86_400), min_size=3, max_size=3))
def test_active_time_adds_up(timeline: Timeline, seconds: list[int]) -> None:
    a, b, c = (T0 + timedelta(seconds=each) for each in sorted(seconds))

    assert timeline.active_between(a, b) + timeline.active_between(b, c) == timeline.active_between(a, c)
