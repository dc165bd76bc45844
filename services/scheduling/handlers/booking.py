"""The next session of a match: looked for and booked, or put off with a reason.

It is due work by match, so that whatever comes last (match, program, availability, log) sets it off, and a
thousand matches that start at once are booked in small transactions. It never waits for a row that another
transaction holds; it comes back instead, so that it cannot be in anybody's way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from services.scheduling.domain.availability import Person
from services.scheduling.domain.ids import MatchId, PersonId, SessionId
from services.scheduling.domain.match import (
    Match,
    MatchState,
    Program,
    Unscheduled,
    UnscheduledReason,
    later,
    search_window,
)
from services.scheduling.domain.session import Actor, ActorKind, Book, SessionRules
from services.scheduling.domain.session_life import decide
from services.scheduling.domain.slots import NoSharedSlot, find_slot
from services.scheduling.domain.span import Span
from services.scheduling.handlers.keeping import SessionKeeper
from services.scheduling.handlers.waiting import NEXT_SESSION, availability_of_person, terms_of_program
from services.scheduling.metrics import FIRST, NEXT, SchedulingMetrics
from services.scheduling.persistence.calendars import Calendars, Holidays
from services.scheduling.persistence.matches import Matches
from services.scheduling.persistence.people import People
from services.scheduling.persistence.programs import Programs
from services.scheduling.persistence.sessions import Sessions
from shared.persistence.unit_of_work import UnitOfWork

COME_BACK: Final = timedelta(seconds=5)
"""How long whoever holds one of the rows may take."""


@dataclass(frozen=True, slots=True)
class BookingRules:
    """What the settings say of bookings."""

    session: SessionRules
    minimum_notice: timedelta
    retry_after: timedelta
    meeting_link: str | None


class BookingHandlers:
    """Books what an active match lacks."""

    def __init__(
        self, keeper: SessionKeeper, holidays: Holidays, metrics: SchedulingMetrics, rules: BookingRules
    ) -> None:
        self._keeper = keeper
        self._holidays = holidays
        self._metrics = metrics
        self.rules = rules

    async def next_session_due(self, subject: UUID, uow: UnitOfWork) -> None:
        """See that the match has a session to come, unless there is no need or no way."""
        matches, match_id = Matches(uow.connection), MatchId(subject)
        match = await matches.lock(match_id, skip_locked=True)
        if match is None:
            if await matches.get(match_id) is not None:
                await uow.schedule(NEXT_SESSION, match_id, uow.now + COME_BACK)
            return
        if match.state is not MatchState.ACTIVE:
            return
        if await Sessions(uow.connection).upcoming(match_id, uow.now):
            await matches.save(replace(match, unscheduled=None))
            return
        held, program = await Programs(uow.connection).hold(match.program_id)
        people = await People(uow.connection).lock_all(match.members, skip_locked=True)
        if not held or len(people) < len(match.members):
            await uow.schedule(NEXT_SESSION, match_id, uow.now + COME_BACK)
            return
        reason = await self._try(uow, match, program, people)
        if reason is None:
            await matches.save(replace(match, unscheduled=None))
        else:
            await self._put_off(uow, match, reason)

    async def _try(
        self, uow: UnitOfWork, match: Match, program: Program | None, people: Mapping[PersonId, Person]
    ) -> UnscheduledReason | None:
        """Book the best slot of the window, or say why there is none."""
        last = later(match.last_start, await Sessions(uow.connection).last_begun(match.id, uow.now))
        window = search_window(match, program, people, last_start=last, now=uow.now)
        if isinstance(window, UnscheduledReason) or program is None:
            return window if isinstance(window, UnscheduledReason) else UnscheduledReason.PROGRAM_UNKNOWN
        times = await Calendars(uow.connection, self._holidays).member_times(people, window)
        slot = find_slot(
            times,
            window=window,
            length=program.session_length,
            not_before=uow.now + self.rules.minimum_notice,
        )
        if isinstance(slot, NoSharedSlot):
            return UnscheduledReason(slot.reason.value)
        await self._book(uow, match, people, slot)
        self._metrics.booked.labels(FIRST if last is None else NEXT).inc()
        return None

    async def _book(
        self, uow: UnitOfWork, match: Match, people: Mapping[PersonId, Person], slot: Span
    ) -> None:
        session_id = SessionId(uow.new_id())
        link = self.rules.meeting_link
        decision = decide(
            None,
            Book(
                session_id=session_id,
                match_id=match.id,
                program_id=match.program_id,
                members=frozenset(match.members),
                time=slot,
                match_active=match.state is MatchState.ACTIVE,
                surroundings=await Calendars(uow.connection, self._holidays).surroundings(people, slot),
                meeting_link=link.format(session_id=session_id) if link else None,
            ),
            actor=Actor(ActorKind.SYSTEM),
            now=uow.now,
            rules=self.rules.session,
        )
        await self._keeper.keep(uow, decision, None)

    async def _put_off(self, uow: UnitOfWork, match: Match, reason: UnscheduledReason) -> None:
        """Say why, and wait for what would change it; time alone may do."""
        since = match.unscheduled.since if match.unscheduled else uow.now
        await Matches(uow.connection).save(replace(match, unscheduled=Unscheduled(reason, since)))
        self._metrics.searches_failed.labels(reason.value).inc()
        if reason is UnscheduledReason.PROGRAM_UNKNOWN:
            await uow.wait_for(terms_of_program(match.program_id), NEXT_SESSION, match.id)
            return
        for member in match.members:
            await uow.wait_for(availability_of_person(member), NEXT_SESSION, match.id)
        if reason.passes_with_time:
            await uow.schedule(NEXT_SESSION, match.id, uow.now + self.rules.retry_after)
