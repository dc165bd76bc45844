"""When the next session should be."""

from datetime import UTC, datetime, timedelta

import pytest

from services.scheduling.domain.cadence import Cadence, CadenceOutOfRange, first_window, next_window
from services.scheduling.domain.span import Span

WEEKLY = Cadence(interval_days=7, first_within_days=10)
LATER = datetime(2028, 1, 1, tzinfo=UTC)


def june(day: int, hour: int = 0) -> datetime:
    return datetime(2027, 6, 1, tzinfo=UTC) + timedelta(days=day - 1, hours=hour)


def test_the_first_session_is_looked_for_from_activation_on() -> None:
    window = first_window(WEEKLY, activated_at=june(1, 9), match_ends_at=LATER, now=june(1, 9))
    assert window == Span(june(1, 9), june(11, 9))


def test_what_is_past_of_a_window_is_left_out() -> None:
    window = first_window(WEEKLY, activated_at=june(1, 9), match_ends_at=LATER, now=june(3, 9))
    assert window == Span(june(3, 9), june(11, 9))


def test_a_window_that_is_mostly_past_begins_anew() -> None:
    window = first_window(WEEKLY, activated_at=june(1, 9), match_ends_at=LATER, now=june(8, 9))
    assert window == Span(june(8, 9), june(18, 9))


def test_the_next_session_is_due_an_interval_after_the_last() -> None:
    window = next_window(WEEKLY, last_start=june(2, 15), match_ends_at=LATER, now=june(2, 17))
    assert window == Span(june(9, 3), june(13, 15))


def test_a_rarer_session_has_half_an_interval_of_slack() -> None:
    monthly = Cadence(interval_days=28, first_within_days=14)
    window = next_window(monthly, last_start=june(2, 15), match_ends_at=LATER, now=june(2, 17))
    assert window == Span(june(30, 3), june(44, 15))


def test_after_a_late_log_the_next_session_is_looked_for_from_now_on() -> None:
    window = next_window(WEEKLY, last_start=june(2, 15), match_ends_at=LATER, now=june(20))
    assert window == Span(june(20), june(24, 12))


def test_no_session_is_looked_for_after_the_end_of_the_match() -> None:
    ends = june(10)
    assert next_window(WEEKLY, last_start=june(2, 15), match_ends_at=ends, now=june(3)) == Span(
        june(9, 3), june(10)
    )
    assert next_window(WEEKLY, last_start=june(7, 15), match_ends_at=ends, now=june(8)) is None
    assert first_window(WEEKLY, activated_at=june(1), match_ends_at=ends, now=june(11)) is None


def test_nobodys_calendar_is_filled_more_than_sixty_days_beyond_what_is_due() -> None:
    yearly = Cadence(interval_days=365, first_within_days=300)
    first = first_window(yearly, activated_at=june(1), match_ends_at=LATER, now=june(1))
    assert first == Span(june(1), june(61))
    following = next_window(
        yearly, last_start=june(1), match_ends_at=LATER + timedelta(days=900), now=june(1)
    )
    assert following == Span(june(365, 12), june(426))


@pytest.mark.parametrize(("interval", "first"), [(0, 7), (7, 0), (3651, 7), (-7, 7)])
def test_numbers_that_make_no_cadence_are_refused(interval: int, first: int) -> None:
    with pytest.raises(CadenceOutOfRange):
        Cadence(interval_days=interval, first_within_days=first)
