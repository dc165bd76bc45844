"""Every row of the session's life, and every row that is not there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import get_args
from uuid import UUID

import pytest

from services.scheduling.domain.ids import MatchId, PersonId, ProgramId, SessionId
from services.scheduling.domain.session import (
    Accept,
    Actor,
    ActorKind,
    Book,
    Cancel,
    CancellationReason,
    ChangeLink,
    LogHeld,
    LogMissed,
    Move,
    Remind,
    Session,
    SessionRules,
    SessionState,
    Step,
    StopMatch,
    Surroundings,
)
from services.scheduling.domain.session_errors import SessionActorRefused, SessionStepIllegal
from services.scheduling.domain.session_life import decide
from services.scheduling.domain.session_table import SESSION_TABLE
from services.scheduling.domain.span import Span

ANNA, BELA = PersonId(UUID(int=1)), PersonId(UUID(int=2))
START = datetime(2027, 6, 7, 12, tzinfo=UTC)
NOW = START - timedelta(days=2)
HOUR = timedelta(hours=1)
ACTORS = {
    "member": Actor(ActorKind.MEMBER, ANNA),
    "coordinator": Actor(ActorKind.COORDINATOR, PersonId(UUID(int=9))),
    "system": Actor(ActorKind.SYSTEM),
}
STEPS: dict[str, Step] = {
    "book": Book(
        session_id=SessionId(UUID(int=3)),
        match_id=MatchId(UUID(int=4)),
        program_id=ProgramId(UUID(int=5)),
        members=frozenset({ANNA, BELA}),
        time=Span(START, START + HOUR),
        match_active=True,
        surroundings=Surroundings(),
    ),
    "accept": Accept(),
    "move": Move(Span(START + HOUR, START + 2 * HOUR), Surroundings()),
    "change link": ChangeLink("https://meet.example/1"),
    "cancel": Cancel(),
    "remind": Remind(),
    "log held": LogHeld(),
    "log missed": LogMissed(),
    "stop match": StopMatch(CancellationReason.MATCH_ENDED),
}
# state, step, who may, state after
TABLE = [
    ("none", "book", "member coordinator system", "scheduled"),
    ("scheduled", "accept", "member", "scheduled"),
    ("scheduled", "move", "member coordinator", "scheduled"),
    ("scheduled", "change link", "member coordinator", "scheduled"),
    ("scheduled", "cancel", "member coordinator", "cancelled"),
    ("scheduled", "remind", "system", "scheduled"),
    ("scheduled", "log held", "system", "held"),
    ("scheduled", "log missed", "system", "missed"),
    ("scheduled", "stop match", "system", "cancelled"),
    ("held", "remind", "system", "held"),
    ("held", "log held", "system", "held"),
    ("held", "log missed", "system", "missed"),
    ("held", "stop match", "system", "held"),
    ("missed", "remind", "system", "missed"),
    ("missed", "log held", "system", "held"),
    ("missed", "log missed", "system", "missed"),
    ("missed", "stop match", "system", "missed"),
    ("cancelled", "remind", "system", "cancelled"),
    ("cancelled", "log held", "system", "held"),
    ("cancelled", "log missed", "system", "cancelled"),
    ("cancelled", "stop match", "system", "cancelled"),
]
STATES = ["none", "scheduled", "held", "missed", "cancelled"]
ROWS = {(state, step): (actors.split(), after) for state, step, actors, after in TABLE}


def session_in(state: str) -> Session | None:
    if state == "none":
        return None
    booked = decide(None, STEPS["book"], actor=ACTORS["system"], now=NOW, rules=SessionRules()).session
    return replace(booked, state=SessionState(state))


@pytest.mark.parametrize(("state", "step", "actor"), list(product(STATES, STEPS, ACTORS)))
def test_a_step_goes_where_its_row_says_or_is_refused(state: str, step: str, actor: str) -> None:
    def take() -> SessionState:
        decision = decide(session_in(state), STEPS[step], actor=ACTORS[actor], now=NOW, rules=SessionRules())
        return decision.session.state

    actors, after = ROWS.get((state, step), ([], ""))
    if not actors:
        with pytest.raises(SessionStepIllegal) as illegal:
            take()
        assert illegal.value.code == "session_step_illegal"
        assert illegal.value.parameters["state"] == state
    elif actor not in actors:
        with pytest.raises(SessionActorRefused) as refused:
            take()
        assert refused.value.parameters["actor"] == actor
    else:
        assert take() == SessionState(after)


def test_the_code_has_exactly_these_rows() -> None:
    names: dict[type[Step], str] = {type(step): name for name, step in STEPS.items()}
    coded = {
        (state.value if state else "none", names[step]): (
            sorted(actor.value for actor in row.actors),
            row.after.value,
        )
        for (state, step), row in SESSION_TABLE.items()
    }
    assert coded == {key: (sorted(actors), after) for key, (actors, after) in ROWS.items()}
    assert set(names) == set(get_args(Step))


@pytest.mark.parametrize("state", ["held", "missed", "cancelled"])
@pytest.mark.parametrize("step", ["remind", "stop match"])
def test_facts_about_a_closed_session_change_and_publish_nothing(state: str, step: str) -> None:
    closed = session_in(state)
    assert closed is not None
    decision = decide(closed, STEPS[step], actor=ACTORS["system"], now=NOW, rules=SessionRules())
    assert decision.session == closed
    assert decision.events == ()


@pytest.mark.parametrize("state", ["scheduled", "held", "missed", "cancelled"])
@pytest.mark.parametrize("step", ["log held", "log missed"])
def test_a_log_publishes_nothing_because_it_is_engagements_fact(state: str, step: str) -> None:
    decision = decide(session_in(state), STEPS[step], actor=ACTORS["system"], now=NOW, rules=SessionRules())
    assert decision.events == ()
    assert decision.session.sequence == 0
    assert decision.session.reminder_due_at is None or state == "cancelled"
