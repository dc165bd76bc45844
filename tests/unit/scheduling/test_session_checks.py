"""Which times, members and links a session may have."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.scheduling.domain.ids import PersonId
from services.scheduling.domain.session import (
    Accept,
    Booked,
    Cancel,
    ChangeLink,
    Move,
    Session,
    SessionWarning,
    Step,
    Surroundings,
    WarningCode,
)
from services.scheduling.domain.session_errors import (
    MatchNotActive,
    MeetingLinkRefused,
    MemberDoubleBooked,
    NotASessionMember,
    SessionTimePast,
)
from services.scheduling.domain.slots import LengthOutOfRange, MembersOutOfRange
from services.scheduling.domain.span import Span
from tests.unit.scheduling.a_session import (
    ANNA,
    BELA,
    CORA,
    HOUR,
    NOW,
    OTHER,
    SESSION,
    START,
    TIME,
    book,
    member,
    take,
)


@pytest.fixture
def booked() -> Session:
    return take(None, book()).session


def test_nobody_touches_the_sessions_of_somebody_elses_match(booked: Session) -> None:
    with pytest.raises(NotASessionMember):
        take(None, book(), member(CORA))
    steps: list[Step] = [Accept(), Cancel(), ChangeLink(None), Move(TIME, Surroundings())]
    for step in steps:
        with pytest.raises(NotASessionMember):
            take(booked, step, member(CORA))


def test_a_match_that_is_not_active_books_nothing() -> None:
    with pytest.raises(MatchNotActive):
        take(None, book(active=False))


@pytest.mark.parametrize("people", [frozenset({ANNA}), frozenset(PersonId(UUID(int=n)) for n in range(51))])
def test_a_session_has_two_to_fifty_members(people: frozenset[PersonId]) -> None:
    with pytest.raises(MembersOutOfRange):
        take(None, book(people=people))


def test_the_past_and_lengths_out_of_range_are_refused(booked: Session) -> None:
    with pytest.raises(SessionTimePast):
        take(None, book(), now=START)
    with pytest.raises(SessionTimePast):
        take(booked, Move(Span(NOW, NOW + HOUR), Surroundings()), member(ANNA))
    with pytest.raises(LengthOutOfRange):
        take(None, book(Span(START, START + timedelta(minutes=4))))


def test_no_member_is_ever_in_two_sessions_at_once(booked: Session) -> None:
    taken = Surroundings(booked=(Booked(BELA, OTHER, Span(START + HOUR, START + 2 * HOUR)),))
    assert take(None, book(around=taken)).session.time == TIME
    late = Span(START + timedelta(minutes=1), START + HOUR + timedelta(minutes=1))
    with pytest.raises(MemberDoubleBooked) as refusal:
        take(None, book(late, around=taken))
    assert refusal.value.parameters == {"person_id": str(BELA)}
    with pytest.raises(MemberDoubleBooked):
        take(booked, Move(late, taken), member(ANNA))


def test_the_session_itself_and_other_peoples_sessions_are_no_obstacle(booked: Session) -> None:
    around = Surroundings(booked=(Booked(ANNA, SESSION, TIME), Booked(CORA, OTHER, TIME)))
    half_later = Span(START + HOUR / 2, START + 3 * HOUR / 2)
    assert take(booked, Move(half_later, around), member(ANNA)).session.time == half_later


def test_a_time_outside_somebodys_hours_is_a_warning_and_no_refusal(booked: Session) -> None:
    day = Span(START - 3 * HOUR, START + 5 * HOUR)
    around = Surroundings(open_time={ANNA: (day,), BELA: (Span(START + HOUR / 2, day.end),)})
    decision = take(None, book(around=around))
    assert decision.warnings == (SessionWarning(WarningCode.OUTSIDE_WORKING_HOURS, BELA),)
    evening = Span(START + 6 * HOUR, START + 7 * HOUR)
    moved = take(booked, Move(evening, around), member(ANNA))
    assert [(w.code.value, w.person_id) for w in moved.warnings] == [
        ("outside_working_hours", ANNA),
        ("outside_working_hours", BELA),
    ]
    assert moved.session.time == evening


@pytest.mark.parametrize(
    "link",
    [
        "",
        "http://meet.example/a",
        "https://",
        "https:///path",
        "javascript:alert(1)",
        "https://a:b@meet.example/",
        "https://meet.example/\r\nATTENDEE:mailto:x@y.example",
        "https://meet.example/a b",
        'https://meet.example/"',
        "https://[::1/",
        "https://meet.example/ü",
        "https://meet.example/" + "a" * 2000,
    ],
)
def test_a_link_that_is_no_safe_https_address_is_refused(booked: Session, link: str) -> None:
    with pytest.raises(MeetingLinkRefused):
        take(None, book(link=link))
    with pytest.raises(MeetingLinkRefused):
        take(booked, ChangeLink(link), member(ANNA))
