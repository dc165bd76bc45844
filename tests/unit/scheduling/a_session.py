"""A session of Anna and Bela, and the steps it takes in the tests."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.scheduling.domain.ids import MatchId, PersonId, ProgramId, SessionId
from services.scheduling.domain.session import (
    Actor,
    ActorKind,
    Book,
    CancellationReason,
    Session,
    SessionDecision,
    SessionRules,
    Step,
    StopMatch,
    Surroundings,
)
from services.scheduling.domain.session_life import decide
from services.scheduling.domain.span import Span

ANNA, BELA, CORA = (PersonId(UUID(int=n)) for n in (1, 2, 3))
SESSION, OTHER = SessionId(UUID(int=11)), SessionId(UUID(int=12))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2027, 6, 7, 12, tzinfo=UTC)
TIME = Span(START, START + HOUR)
NOW = START - 3 * DAY
SYSTEM = Actor(ActorKind.SYSTEM)
COORDINATOR = Actor(ActorKind.COORDINATOR, CORA)
ENDED = StopMatch(CancellationReason.MATCH_ENDED)


def member(person: PersonId) -> Actor:
    return Actor(ActorKind.MEMBER, person)


def take(session: Session | None, step: Step, actor: Actor = SYSTEM, now: datetime = NOW) -> SessionDecision:
    return decide(session, step, actor=actor, now=now, rules=SessionRules(reminder_before=DAY))


def book(
    time: Span = TIME,
    *,
    active: bool = True,
    around: Surroundings | None = None,
    people: frozenset[PersonId] = frozenset({ANNA, BELA}),
    link: str | None = None,
) -> Book:
    return Book(
        session_id=SESSION,
        match_id=MatchId(UUID(int=21)),
        program_id=ProgramId(UUID(int=22)),
        members=people,
        time=time,
        match_active=active,
        surroundings=around or Surroundings(),
        meeting_link=link,
    )
