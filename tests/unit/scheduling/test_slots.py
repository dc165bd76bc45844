"""The best shared slot."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.scheduling.domain.ids import PersonId
from services.scheduling.domain.slots import (
    LengthOutOfRange,
    MembersOutOfRange,
    MemberTwice,
    NoSharedSlot,
    NoSlotReason,
    WindowTooLong,
    find_slot,
)
from services.scheduling.domain.span import Span
from services.scheduling.domain.working_hours import default_hours, working_hours
from tests.unit.scheduling.a_person import WEEK, Person

HOUR = timedelta(hours=1)


def find(people: Sequence[Person], *, notice: timedelta = timedelta(0), length: timedelta = HOUR) -> object:
    members = [person.time() for person in people]
    return find_slot(members, window=WEEK, length=length, not_before=WEEK.start + notice)


def at(day: int, hour: int, minute: int = 0, length: timedelta = HOUR) -> Span:
    start = datetime(2027, 6, day, hour, minute, tzinfo=UTC)
    return Span(start, start + length)


def test_two_people_in_one_zone_meet_in_the_middle_of_the_first_day() -> None:
    assert find([Person(1), Person(2)]) == at(7, 12, 30)


def test_berlin_and_new_york_meet_where_it_is_equally_far_from_both_middles() -> None:
    """They share 13:00 to 15:00 UTC; the middles are 11:00 and 17:00."""
    assert find([Person(1, "Europe/Berlin"), Person(2, "America/New_York")]) == at(7, 13, 30)


def test_a_busy_middle_moves_the_slot_to_the_nearest_free_quarter_and_the_earlier_of_two() -> None:
    busy = (Span(at(7, 12).start, at(7, 14).start),)
    assert find([Person(1, busy=busy), Person(2)]) == at(7, 11, 0)


def test_a_full_day_moves_the_slot_to_the_next() -> None:
    busy = (Span(at(7, 9).start, at(7, 17).start),)
    assert find([Person(1), Person(2, busy=busy)]) == at(8, 12, 30)


def test_minimum_notice_is_kept_to_the_quarter_hour() -> None:
    notice = timedelta(hours=15, minutes=1)
    assert find([Person(1), Person(2)], notice=notice) == at(7, 15, 15)


def test_a_holiday_of_one_is_a_holiday_of_all() -> None:
    holidays = frozenset({date(2027, 6, 7), date(2027, 6, 8)})
    assert find([Person(1, holidays=holidays), Person(2)]) == at(9, 12, 30)


def test_cairo_and_dubai_share_no_sunday_and_no_friday() -> None:
    """Window Friday to Monday: Dubai works Friday, Cairo Sunday, both on Monday (6:00 to 13:00 UTC)."""
    window = Span(datetime(2027, 6, 4, tzinfo=UTC), datetime(2027, 6, 8, tzinfo=UTC))
    cairo = Person(1, "Africa/Cairo", default_hours("EG")).time(window)
    dubai = Person(2, "Asia/Dubai", default_hours("AE")).time(window)
    found = find_slot([cairo, dubai], window=window, length=HOUR, not_before=window.start)
    assert found == at(7, 9, 0)


def test_quarter_hour_zones_meet_on_the_quarter_hour() -> None:
    """Kolkata is open from 3:30, Kathmandu from 3:15: the middles are 7:30 and 7:15."""
    assert find([Person(1, "Asia/Kolkata"), Person(2, "Asia/Kathmandu")]) == at(7, 6, 45)


def test_a_pair_in_auckland_gets_its_own_day_although_it_spans_two_days_of_utc() -> None:
    """Tuesday 9:00 to 17:00 there is Monday 21:00 to Tuesday 5:00 here; Monday is over but for its end."""
    pair = [Person(1, "Pacific/Auckland"), Person(2, "Pacific/Auckland")]
    assert find(pair, notice=timedelta(hours=5)) == at(8, 0, 30)


def test_a_night_shift_is_one_working_day() -> None:
    nights = working_hours([(d, 1320, 1800) for d in range(5)])
    assert find([Person(1, hours=nights), Person(2, hours=nights)]) == at(8, 1, 30)


def test_the_earliest_day_wins_even_if_a_later_one_suits_a_long_shift_better() -> None:
    long_shift = working_hours([(0, 720, 2160)])
    days = working_hours([(0, 540, 780), (1, 540, 1020)])
    assert find([Person(1, hours=long_shift), Person(2, hours=days)]) == at(7, 12)


def test_a_split_day_has_one_middle() -> None:
    split = working_hours([(0, 480, 720), (0, 780, 1080)])
    assert find([Person(1, hours=split), Person(2, hours=split)]) == at(7, 13, 0)


def test_a_circle_of_five_is_served_like_a_pair() -> None:
    """The earliest middle is Dubai's 9:00, the latest London's and Lagos' 12:00."""
    zones = ["Europe/Berlin", "Europe/London", "Europe/Helsinki", "Africa/Lagos", "Asia/Dubai"]
    people = [Person(i, zone) for i, zone in enumerate(zones)]
    assert find(people) == at(7, 10)


@pytest.mark.parametrize(
    ("people", "notice", "answer"),
    [
        (
            [Person(1), Person(2)],
            timedelta(days=6, hours=23, minutes=30),
            NoSharedSlot(NoSlotReason.NOTICE_FILLS_WINDOW),
        ),
        (
            [Person(1), Person(2, holidays=frozenset(date(2027, 6, d) for d in range(7, 15)))],
            timedelta(0),
            NoSharedSlot(NoSlotReason.MEMBER_HAS_NO_OPEN_TIME, (PersonId(UUID(int=2)),)),
        ),
        (
            [Person(1, "Europe/Berlin"), Person(2, "Pacific/Auckland")],
            timedelta(0),
            NoSharedSlot(NoSlotReason.HOURS_DO_NOT_OVERLAP),
        ),
        (
            [Person(1, busy=(WEEK,)), Person(2)],
            timedelta(0),
            NoSharedSlot(NoSlotReason.EVERY_OVERLAP_IS_BUSY),
        ),
    ],
)
def test_when_there_is_no_slot_the_reason_is_said(
    people: list[Person], notice: timedelta, answer: NoSharedSlot
) -> None:
    assert find(people, notice=notice) == answer


def test_what_can_have_no_answer_is_refused() -> None:
    pair = [Person(1).time(), Person(2).time()]
    start = WEEK.start
    with pytest.raises(MembersOutOfRange):
        find_slot(pair[:1], window=WEEK, length=HOUR, not_before=start)
    with pytest.raises(MembersOutOfRange):
        find_slot([Person(i).time() for i in range(51)], window=WEEK, length=HOUR, not_before=start)
    with pytest.raises(MemberTwice):
        find_slot([pair[0], pair[0]], window=WEEK, length=HOUR, not_before=start)
    with pytest.raises(WindowTooLong):
        find_slot(pair, window=Span(start, start + timedelta(days=121)), length=HOUR, not_before=start)
    with pytest.raises(LengthOutOfRange):
        find_slot(pair, window=WEEK, length=timedelta(minutes=4), not_before=start)
    with pytest.raises(LengthOutOfRange):
        find_slot(pair, window=WEEK, length=timedelta(hours=9), not_before=start)
