"""Where a match's next session is looked for, what it waits for, and other times for one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.scheduling.domain.alternatives import alternatives, window_around
from services.scheduling.domain.availability import Availability, Person
from services.scheduling.domain.cadence import Cadence
from services.scheduling.domain.ids import MatchId, PersonId, ProgramId
from services.scheduling.domain.match import (
    Match,
    MatchState,
    Program,
    UnscheduledReason,
    later,
    search_window,
)
from services.scheduling.domain.slots import NoSlotReason
from services.scheduling.domain.span import Span
from services.scheduling.domain.working_hours import default_hours
from tests.unit.scheduling import a_person

NOW = datetime(2027, 6, 7, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANNA, BELA = PersonId(UUID(int=1)), PersonId(UUID(int=2))
MATCH = Match(
    id=MatchId(UUID(int=3)),
    program_id=ProgramId(UUID(int=4)),
    members=(ANNA, BELA),
    state=MatchState.ACTIVE,
    activated_at=NOW,
    ends_at=NOW + 100 * DAY,
)
PROGRAM = Program(MATCH.program_id, 1, (), Cadence(14, 10), HOUR)
PEOPLE = {each: Person(each, availability=Availability(default_hours(), "UTC")) for each in (ANNA, BELA)}


def test_the_first_session_is_looked_for_from_activation_on() -> None:
    """As many days as the program says."""
    window = search_window(MATCH, PROGRAM, PEOPLE, last_start=None, now=NOW)

    assert window == Span(NOW, NOW + 10 * DAY)


def test_the_next_session_is_looked_for_an_interval_after_the_last() -> None:
    """Half a day early and half an interval late."""
    window = search_window(MATCH, PROGRAM, PEOPLE, last_start=NOW, now=NOW + DAY)

    assert window == Span(NOW + 13 * DAY + 12 * HOUR, NOW + 21 * DAY)


@pytest.mark.parametrize(
    ("program", "bela", "match", "reason"),
    [
        (None, PEOPLE[BELA], MATCH, UnscheduledReason.PROGRAM_UNKNOWN),
        (PROGRAM, Person(BELA), MATCH, UnscheduledReason.MEMBER_UNKNOWN),
        (PROGRAM, None, MATCH, UnscheduledReason.MEMBER_UNKNOWN),
        (
            PROGRAM,
            Person(BELA, availability=Availability(default_hours())),
            MATCH,
            UnscheduledReason.ZONE_UNKNOWN,
        ),
        (PROGRAM, PEOPLE[BELA], replace(MATCH, members=(ANNA,)), UnscheduledReason.MEMBERS_OUT_OF_RANGE),
        (PROGRAM, PEOPLE[BELA], replace(MATCH, ends_at=NOW), UnscheduledReason.MATCH_ENDS_BEFORE),
    ],
)
def test_what_is_missing_is_the_reason(
    program: Program | None, bela: Person | None, match: Match, reason: UnscheduledReason
) -> None:
    """The first that holds."""
    people = {ANNA: PEOPLE[ANNA]} | ({BELA: bela} if bela else {})

    assert search_window(match, program, people, last_start=None, now=NOW) is reason


def test_only_a_full_calendar_may_clear_by_itself() -> None:
    """Everything else needs somebody to do something."""
    passing = {reason.value for reason in UnscheduledReason if reason.passes_with_time}

    assert passing == {reason.value for reason in NoSlotReason}


def test_the_later_of_two_instants_is_the_one_that_is_known() -> None:
    """Or none."""
    assert later(None, None) is None
    assert later(NOW, None) == NOW
    assert later(NOW, NOW + DAY) == NOW + DAY


def test_other_times_are_looked_for_two_weeks_around() -> None:
    """Not before now, not after the match."""
    current = Span(NOW + 20 * DAY, NOW + 20 * DAY + HOUR)

    assert window_around(current, match_ends_at=NOW + 100 * DAY, now=NOW) == Span(
        NOW + 6 * DAY, NOW + 34 * DAY + HOUR
    )
    assert window_around(current, match_ends_at=NOW + 25 * DAY, now=NOW + 10 * DAY) == Span(
        NOW + 10 * DAY, NOW + 25 * DAY
    )
    assert window_around(current, match_ends_at=NOW, now=NOW) is None


def test_other_times_keep_apart_and_leave_the_present_one_out() -> None:
    """A week from Monday, nine to five: the middle of each day, but beside the present time on its day."""
    members = [a_person.Person(1).time(), a_person.Person(2).time()]
    current = Span(a_person.MONDAY + 12 * HOUR + HOUR / 2, a_person.MONDAY + 13 * HOUR + HOUR / 2)

    found = alternatives(members, current=current, window=a_person.WEEK, not_before=a_person.MONDAY, count=3)

    assert [slot.start - a_person.MONDAY for slot in found] == [
        11 * HOUR + HOUR / 2,
        DAY + 12 * HOUR + HOUR / 2,
        2 * DAY + 12 * HOUR + HOUR / 2,
    ]


def test_there_are_fewer_when_there_are_no_more() -> None:
    """A week has five working days."""
    members = [a_person.Person(1).time(), a_person.Person(2).time()]
    current = Span(a_person.MONDAY + 9 * HOUR, a_person.MONDAY + 17 * HOUR)

    found = alternatives(members, current=current, window=a_person.WEEK, not_before=a_person.MONDAY, count=9)

    assert [slot.start.weekday() for slot in found] == [1, 2, 3, 4]
