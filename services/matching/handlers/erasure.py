"""Forgetting a person, here and everywhere, also when HR tells of them again."""

from collections.abc import Sequence
from uuid import UUID

from services.matching.domain.people.changes import PersonChange
from services.matching.domain.people.observation import Field, Observation
from services.matching.domain.people.shared_key import OWNER, by_identity
from services.matching.domain.people.zones import ZoneTable
from services.matching.handlers.people import PERSON_CHANGE, Effects, People
from services.matching.handlers.reporting_line import follow_handles, handles_of
from services.matching.persistence.evidence_repository import EvidenceRepository
from services.matching.persistence.observation_repository import (
    ErasureHash,
    IdentityLink,
    ObservationRepository,
)
from services.matching.persistence.people_repository import PeopleRepository, PersonNotFound, lock_people
from services.matching.persistence.wish_repository import WishRepository
from shared.events.people import PersonChanged
from shared.persistence.unit_of_work import UnitOfWork


class Erasure:
    """The right to be forgotten."""

    def __init__(self, people: People, effects: Effects, zones: ZoneTable, hashes: ErasureHash) -> None:
        self._people = people
        self._effects = effects
        self._zones = zones
        self._hashes = hashes

    async def erase(self, uow: UnitOfWork, person_id: UUID) -> None:
        """End what the person is in, delete what is known of them, and tell every other service to.

        What stays: the pseudonymous id in enrolments and matches, and keyed hashes that refuse a replayed HR
        record. Raises PersonNotFound.
        """
        await lock_people(uow.connection)
        store, people = ObservationRepository(uow.connection), PeopleRepository(uow.connection)
        link = await store.link_of(person_id)
        if link is None:
            raise PersonNotFound(person_id=str(person_id))
        person = await people.get(person_id)
        await self._effects.person_changed(person_id, (PersonChange.LEFT,), uow)
        await self._forget_what_was_said(store, link)
        await people.forget(person_id)
        await EvidenceRepository(uow.connection).forget(person_id)
        await WishRepository(uow.connection).forget(person_id)
        await uow.unschedule(PERSON_CHANGE, person_id)
        uow.emit_tombstone(PersonChanged, person_id)
        moved = await follow_handles(uow, handles_of(link, person), without=person_id)
        await self._people.tell_moved(uow, moved)

    async def _forget_what_was_said(self, store: ObservationRepository, link: IdentityLink) -> None:
        """Delete the person's observations.

        Of a key that means nobody else everything is refused from now on; of one that others share, what was
        said about this person, and the first of the others owns it.
        """
        said = await store.of_key(link.source, link.person_key)
        links = await store.links(link.source, link.person_key)
        others = [one for one in links if one.person_id != link.person_id]
        mine = self._about(said, link, others)
        await store.unlink(link.person_id)
        await store.forget(mine)
        if not others:
            await store.keep_out([self._hashes.of_key(link.source, link.person_key)])
            return
        await store.keep_out(self._hashes.of_content(content) for content in mine)
        if link.identity == OWNER:
            await store.relabel(others[0].person_id, OWNER)

    def _about(
        self, said: Sequence[Observation], link: IdentityLink, others: Sequence[IdentityLink]
    ) -> frozenset[str]:
        """The content hashes of what is about one person of a key; the owner's include what is nobody's."""
        separate = {one.identity for one in (link, *others)} - {OWNER}
        split = by_identity(said, separate, self._zones)

        def about(identity: str) -> frozenset[str]:
            claimed = {one.content_hash for one in split.get(identity, ())}
            return frozenset(claimed | {o.content_hash for o in said if o.text(Field.IDENTITY) == identity})

        if link.identity != OWNER:
            return about(link.identity)
        theirs = frozenset[str]().union(*(about(one.identity) for one in others))
        return frozenset(one.content_hash for one in said) - theirs
