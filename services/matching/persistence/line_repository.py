"""Manager pointers as HR wrote them, and what they may point with."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, delete, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.people.line import ManagerIndex
from services.matching.domain.people.profile import ManagerRef, ManagerRefKind, ManagerRelation
from services.matching.persistence.people_tables import identity_link, manager_ref, person_handle


@dataclass(frozen=True, slots=True, order=True)
class Handle:
    """One way to point at a person; somebody gone is meant only where nobody else is."""

    source: str
    kind: ManagerRefKind
    value: str
    gone: bool


class LineRepository:
    """Handles and pointers."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep_handles(self, person_id: UUID, handles: Iterable[Handle], *, replace: bool) -> None:
        """Store the handles of a person, instead of those before if there may be any."""
        if replace:
            await self._connection.execute(
                delete(person_handle).where(person_handle.c.person_id == person_id)
            )
        rows = [
            {
                "source": handle.source,
                "kind": handle.kind.value,
                "value": handle.value,
                "person_id": person_id,
                "gone": handle.gone,
            }
            for handle in sorted(handles)
        ]
        if rows:
            await self._connection.execute(insert(person_handle), rows)

    async def keep_refs(
        self, person_id: UUID, source: str, refs: Iterable[ManagerRef], *, replace: bool
    ) -> None:
        """Store the manager pointers of a person, instead of those before if there may be any."""
        if replace:
            await self._connection.execute(delete(manager_ref).where(manager_ref.c.person_id == person_id))
        rows = [
            {
                "person_id": person_id,
                "source": source,
                "kind": ref.kind.value,
                "value": ref.value,
                "relation": ref.relation.value,
            }
            for ref in refs
        ]
        if rows:
            await self._connection.execute(insert(manager_ref), rows)

    async def pointing_with(self, handles: Collection[Handle]) -> Sequence[UUID]:
        """Who names one of the handles as a manager."""
        if not handles:
            return []
        wanted = {(handle.source, handle.kind.value, handle.value) for handle in handles}
        query = select(manager_ref.c.person_id).where(
            tuple_(manager_ref.c.source, manager_ref.c.kind, manager_ref.c.value).in_(sorted(wanted))
        )
        return sorted(set((await self._connection.execute(query)).scalars()))

    async def refs_of(self, person_ids: Collection[UUID]) -> dict[UUID, list[ManagerRef]]:
        """The manager pointers of people; somebody without any has an empty list."""
        refs: dict[UUID, list[ManagerRef]] = {person_id: [] for person_id in person_ids}
        rows = await self._connection.execute(
            select(manager_ref).where(manager_ref.c.person_id.in_(list(person_ids)))
        )
        for row in rows:
            ref = ManagerRef(ManagerRefKind(row.kind), row.value, ManagerRelation(row.relation))
            refs[row.person_id].append(ref)
        return refs

    async def index_for(self, person_ids: Collection[UUID]) -> ManagerIndex:
        """Whom the pointers of these people mean.

        They are people of one source. Where several have the same handle it is whoever is still here, then
        whoever has the smallest person key: the order of arrival has no say.
        """
        if not person_ids:
            return {}
        same = and_(
            person_handle.c.source == manager_ref.c.source,
            person_handle.c.kind == manager_ref.c.kind,
            person_handle.c.value == manager_ref.c.value,
        )
        rows = await self._connection.execute(
            select(person_handle.c.kind, person_handle.c.value, person_handle.c.person_id)
            .join(manager_ref, same)
            .join(identity_link, identity_link.c.person_id == person_handle.c.person_id)
            .where(manager_ref.c.person_id.in_(list(person_ids)))
            .order_by(person_handle.c.gone, identity_link.c.person_key, identity_link.c.identity)
        )
        index: defaultdict[ManagerRefKind, dict[str, UUID]] = defaultdict(dict)
        for row in rows:
            index[ManagerRefKind(row.kind)].setdefault(row.value, row.person_id)
        return index
