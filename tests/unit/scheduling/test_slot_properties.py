"""What holds of every slot, and of every answer that there is none."""

from datetime import date, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.domain.slots import (
    find_slot,
)
from services.scheduling.domain.span import Span
from services.scheduling.domain.tz_database import load_zone
from services.scheduling.domain.working_hours import HoursRefused, default_hours, working_hours
from tests.unit.scheduling.a_person import MONDAY, WEEK, Person

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"]
BUSY = st.lists(
    st.tuples(st.integers(0, 8 * 288), st.integers(1, 200)).map(
        lambda p: Span(MONDAY + timedelta(minutes=5 * p[0]), MONDAY + timedelta(minutes=5 * sum(p)))
    ),
    max_size=5,
)
HOURS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 47), st.integers(1, 32)), min_size=1, max_size=7
).map(lambda items: [(d, 30 * start, 30 * (start + length)) for d, start, length in items])
SOMEBODY = st.tuples(st.sampled_from(ZONES), HOURS, st.sets(st.integers(6, 15), max_size=3), BUSY)


def wall_says_open(person: Person, instant: datetime) -> bool:
    wall = instant.astimezone(load_zone(person.zone))
    reading = wall.hour * 60 + wall.minute
    yesterday = wall.date() - timedelta(days=1)
    return wall.date() not in person.holidays and any(
        (i.weekday == wall.weekday() and i.start_minute <= reading < i.end_minute)
        or (
            i.weekday == yesterday.weekday()
            and yesterday not in person.holidays
            and reading + 1440 < i.end_minute
        )
        for i in person.hours.intervals
    )


@given(
    drawn=st.lists(SOMEBODY, min_size=2, max_size=4),
    notice=st.integers(0, 7 * 24 * 60),
    quarters=st.integers(1, 8),
)
def test_a_slot_suits_everybody_and_only_then_there_is_one(
    drawn: list[tuple[str, list[tuple[int, int, int]], set[int], list[Span]]], notice: int, quarters: int
) -> None:
    people = []
    for number, (zone, week, days, busy) in enumerate(drawn):
        try:
            hours = working_hours(week)
        except HoursRefused:
            hours = default_hours()
        holidays = frozenset(date(2027, 6, day) for day in days)
        people.append(Person(number, zone, hours, holidays, tuple(busy)))
    length = timedelta(minutes=15 * quarters)
    not_before = MONDAY + timedelta(minutes=notice)
    members = [person.time() for person in people]
    found = find_slot(members, window=WEEK, length=length, not_before=not_before)

    def suits(slot: Span) -> bool:
        return (
            slot.start >= not_before
            and WEEK.contains(slot)
            and not any(slot.overlaps(busy) for person in people for busy in person.busy)
            and all(
                wall_says_open(person, slot.start + timedelta(minutes=5 * i))
                for person in people
                for i in range(3 * quarters)
            )
        )

    if isinstance(found, Span):
        assert suits(found)
        assert found.length == length
        assert found.start.minute % 15 == found.start.second == found.start.microsecond == 0
    else:
        grid = (MONDAY + timedelta(minutes=15 * i) for i in range(7 * 96))
        assert not any(suits(Span(start, start + length)) for start in grid)
    assert all(
        find_slot(order, window=WEEK, length=length, not_before=not_before) == found
        for order in permutations(members)
    )
