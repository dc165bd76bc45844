"""The life of matches: each state with the moment it began."""

from typing import Any
from uuid import UUID

from services.reporting.handlers.event_time import event_time
from services.reporting.persistence.facts import Facts
from services.reporting.persistence.tables import match, match_member, match_pause
from shared.events.base import Member
from shared.events.matches import (
    MatchAccepted,
    MatchAcceptedBySide,
    MatchActivated,
    MatchCompleted,
    MatchDeclined,
    MatchEnded,
    MatchEvent,
    MatchExpired,
    MatchOffered,
    MatchPaused,
    MatchProposed,
    MatchResumed,
)
from shared.persistence.unit_of_work import UnitOfWork


async def match_proposed(event: MatchProposed, uow: UnitOfWork) -> None:
    """Keep the proposal and its members."""
    _enter(
        "proposed",
        event,
        uow,
        proposed_at=event_time(uow),
        format=event.format.value,
        match_run_id=event.match_run_id,
        score=event.score,
    )
    _members(event.match_id, event.members, uow)


async def match_offered(event: MatchOffered, uow: UnitOfWork) -> None:
    """Keep since and until when people may answer."""
    _enter("offered", event, uow, offered_at=event_time(uow), expires_at=event.expires_at)


async def match_accepted_by_side(event: MatchAcceptedBySide, uow: UnitOfWork) -> None:
    """Keep how many said yes."""
    _put(event, uow, accepted_sides=event.accepted)


async def match_accepted(event: MatchAccepted, uow: UnitOfWork) -> None:
    """Keep when everybody had said yes."""
    _enter("accepted", event, uow, accepted_at=event_time(uow))


async def match_declined(event: MatchDeclined, uow: UnitOfWork) -> None:
    """Keep that it was turned down."""
    _enter("declined", event, uow, declined_at=event_time(uow))


async def match_expired(event: MatchExpired, uow: UnitOfWork) -> None:
    """Keep that time ran out."""
    _enter("expired", event, uow, expired_at=event_time(uow))


async def match_activated(event: MatchActivated, uow: UnitOfWork) -> None:
    """Keep when the relationship began and is to end."""
    _enter(
        "active",
        event,
        uow,
        activated_at=event.activated_at,
        ends_at=event.ends_at,
        format=event.format.value,
    )
    _members(event.match_id, event.members, uow)


async def match_paused(event: MatchPaused, uow: UnitOfWork) -> None:
    """Keep since when it rests."""
    _enter("paused", event, uow)
    uow.gathered(Facts).put(
        match_pause,
        {"match_id": event.match_id, "paused_at": event_time(uow)},
        {"reason": event.reason.value, "resumed_at": None},
    )


async def match_resumed(event: MatchResumed, uow: UnitOfWork) -> None:
    """Close the pause that is open."""
    _enter("active", event, uow, ends_at=event.ends_at)
    uow.gathered(Facts).close(match_pause, ("match_id", event.match_id), ("resumed_at", event_time(uow)))


async def match_completed(event: MatchCompleted, uow: UnitOfWork) -> None:
    """Keep that it reached its planned end."""
    _enter("completed", event, uow, completed_at=event_time(uow))


async def match_ended(event: MatchEnded, uow: UnitOfWork) -> None:
    """Keep that and why it ended early, as far as anybody may know."""
    _enter("ended_early", event, uow, ended_at=event_time(uow), end_reason=event.reason.value)


def _enter(state: str, event: MatchEvent, uow: UnitOfWork, **values: Any) -> None:
    _put(event, uow, state=state, **values)


def _put(event: MatchEvent, uow: UnitOfWork, **values: Any) -> None:
    uow.gathered(Facts).put(
        match,
        {"match_id": event.match_id},
        {"program_id": event.program_id, "cohort_id": event.cohort_id, **values},
        first={"state": "proposed"},
    )


def _members(match_id: UUID, members: tuple[Member, ...], uow: UnitOfWork) -> None:
    for member in members:
        uow.gathered(Facts).put(
            match_member,
            {"match_id": match_id, "participant_id": member.participant_id},
            {"person_id": member.person_id, "role": member.role.value},
        )
