"""The life of a session as a table: state x step -> who may take it, and the state after it.

People's commands are refused where there is no row. Facts (the log, the match, a due reminder) have a row in
every state, because they come late and twice. Two rows depend on the clock, see `session_life`: a match that
stops leaves a session that has begun as it is, and people's commands end when it begins.
"""

from typing import Final, NamedTuple

from services.scheduling.domain.session import (
    Accept,
    ActorKind,
    Book,
    Cancel,
    ChangeLink,
    LogHeld,
    LogMissed,
    Move,
    Remind,
    SessionState,
    Step,
    StopMatch,
)

_MEMBER: Final = frozenset({ActorKind.MEMBER})
_PEOPLE: Final = frozenset({ActorKind.MEMBER, ActorKind.COORDINATOR})
_ANYBODY: Final = frozenset(ActorKind)
_FACT: Final = frozenset({ActorKind.SYSTEM})

_SCHEDULED: Final = SessionState.SCHEDULED
_HELD: Final = SessionState.HELD
_MISSED: Final = SessionState.MISSED
_CANCELLED: Final = SessionState.CANCELLED


class Row(NamedTuple):
    actors: frozenset[ActorKind]
    after: SessionState


SESSION_TABLE: Final[dict[tuple[SessionState | None, type[Step]], Row]] = {
    (None, Book): Row(_ANYBODY, _SCHEDULED),
    (_SCHEDULED, Accept): Row(_MEMBER, _SCHEDULED),
    (_SCHEDULED, Move): Row(_PEOPLE, _SCHEDULED),
    (_SCHEDULED, ChangeLink): Row(_PEOPLE, _SCHEDULED),
    (_SCHEDULED, Cancel): Row(_PEOPLE, _CANCELLED),
    (_SCHEDULED, Remind): Row(_FACT, _SCHEDULED),
    (_SCHEDULED, LogHeld): Row(_FACT, _HELD),
    (_SCHEDULED, LogMissed): Row(_FACT, _MISSED),
    (_SCHEDULED, StopMatch): Row(_FACT, _CANCELLED),
    # A log may be put right: the last one holds.
    (_HELD, Remind): Row(_FACT, _HELD),
    (_HELD, LogHeld): Row(_FACT, _HELD),
    (_HELD, LogMissed): Row(_FACT, _MISSED),
    (_HELD, StopMatch): Row(_FACT, _HELD),
    (_MISSED, Remind): Row(_FACT, _MISSED),
    (_MISSED, LogHeld): Row(_FACT, _HELD),
    (_MISSED, LogMissed): Row(_FACT, _MISSED),
    (_MISSED, StopMatch): Row(_FACT, _MISSED),
    # They met although it was off: what happened counts. Nobody can miss what was off.
    (_CANCELLED, Remind): Row(_FACT, _CANCELLED),
    (_CANCELLED, LogHeld): Row(_FACT, _HELD),
    (_CANCELLED, LogMissed): Row(_FACT, _CANCELLED),
    (_CANCELLED, StopMatch): Row(_FACT, _CANCELLED),
}
