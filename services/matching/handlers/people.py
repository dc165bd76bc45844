"""From what HR said to people as they are now, and on to everything that hangs on them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

import structlog

from services.matching.domain.people.changes import PersonChange, diff
from services.matching.domain.people.fold import profile_as_of
from services.matching.domain.people.login import LoginField, login_subject
from services.matching.domain.people.profile import PersonProfile
from services.matching.domain.people.shared_key import OWNER, by_identity
from services.matching.domain.people.zones import ZoneTable
from services.matching.handlers.leaver_brake import LeaverBrake
from services.matching.handlers.person_events import caused_by_hr, publish_change
from services.matching.handlers.reporting_line import Moved, follow_handles, keep_pointers
from services.matching.people_metrics import PeopleMetrics
from services.matching.persistence.observation_repository import IdentityLink, ObservationRepository
from services.matching.persistence.people_repository import PeopleRepository, lock_people
from services.matching.persistence.person_codec import Managers, StoredPerson
from shared.persistence.unit_of_work import UnitOfWork

PERSON_CHANGE: Final = "person_change"
"""The kind of due work: a change that HR announced acts on its day."""

_OWN_LINE: Final = frozenset({PersonChange.MANAGER_CHANGED, PersonChange.BECAME_ACTIVE})

_log = structlog.get_logger()


class Effects(Protocol):
    """What a change of a person does to their matches and enrolments."""

    async def person_changed(
        self, person_id: UUID, changes: Collection[PersonChange], uow: UnitOfWork
    ) -> None:
        """React to what became different about somebody; the person is stored already."""

    async def line_changed(self, person_id: UUID, uow: UnitOfWork) -> None:
        """React to others being above somebody now."""


@dataclass(frozen=True, slots=True)
class HrRules:
    """What the enterprise configured about people."""

    zones: ZoneTable
    login_field: LoginField


class People:
    """The fold, made to happen."""

    def __init__(self, rules: HrRules, brake: LeaverBrake, effects: Effects, metrics: PeopleMetrics) -> None:
        self._rules = rules
        self._brake = brake
        self._effects = effects
        self._metrics = metrics

    async def person_change_due(self, person_id: UUID, uow: UnitOfWork) -> None:
        """A day has come on which a change that was known before begins to hold."""
        await lock_people(uow.connection)
        store = ObservationRepository(uow.connection)
        link = await store.link_of(person_id)
        if link is not None:
            await self.refold(uow, await store.links(link.source, link.person_key))

    async def refold(self, uow: UnitOfWork, links: Sequence[IdentityLink]) -> None:
        """Fold all that was said under a key; whom it means, by `links`, follows. Needs `lock_people`."""
        key = links[0]
        said = await ObservationRepository(uow.connection).of_key(key.source, key.person_key)
        separate = [link.identity for link in links if link.identity != OWNER]
        split = by_identity(said, separate, self._rules.zones)
        with caused_by_hr(uow):
            for link in links:
                if theirs := split.get(link.identity):
                    await self._follow(uow, link, profile_as_of(theirs, uow.now, self._rules.zones))

    async def _follow(self, uow: UnitOfWork, link: IdentityLink, profile: PersonProfile) -> None:
        people = PeopleRepository(uow.connection)
        known = await people.known(link.person_id)
        before = known.person if known else None
        await self._look_again(uow, link.person_id, before, profile)
        if known is not None and await self._brake.holds(uow, known, profile):
            return
        login = login_subject(profile, link.person_key, self._rules.login_field)
        after = StoredPerson(link.person_id, profile, login, before.managers if before else Managers())
        if after == before:
            return
        after, handles = await keep_pointers(uow, link, before, after)
        await people.save(after)
        publish_change(uow, before, after)
        moved = await follow_handles(uow, handles, without=after.id)
        await self._tell(uow, before, after, moved)

    async def _look_again(
        self, uow: UnitOfWork, person_id: UUID, before: StoredPerson | None, profile: PersonProfile
    ) -> None:
        if profile.next_change_at is not None:
            await uow.schedule(PERSON_CHANGE, person_id, profile.next_change_at)
        elif before is not None and before.profile.next_change_at is not None:
            await uow.unschedule(PERSON_CHANGE, person_id)

    async def _tell(
        self, uow: UnitOfWork, before: StoredPerson | None, after: StoredPerson, moved: Collection[Moved]
    ) -> None:
        """Let matches follow; of somebody new there is none, but those below may be in another line."""
        changes = diff(before.profile, after.profile) if before else ()
        other_managers = before is not None and before.managers.ids != after.managers.ids
        if changes:
            await self._effects.person_changed(after.id, changes, uow)
        if other_managers and not after.gone and not _OWN_LINE.intersection(changes):
            await self._effects.line_changed(after.id, uow)
        await self.tell_moved(uow, moved)
        # Only somebody who may have people below can close a circle.
        if (moved or other_managers) and after.managers.ids:
            await self._report_circle(uow, after.id)

    async def tell_moved(self, uow: UnitOfWork, moved: Collection[Moved]) -> None:
        """Publish people whose managers became others, and look at the matches below them."""
        for each in moved:
            publish_change(uow, each.before, each.after)
            if each.before.managers.ids != each.after.managers.ids:
                await self._effects.line_changed(each.after.id, uow)

    async def _report_circle(self, uow: UnitOfWork, person_id: UUID) -> None:
        if await PeopleRepository(uow.connection).is_above_oneself(person_id):
            self._metrics.circles.inc()
            _log.warning("reporting_line_circle", reason="circle")
