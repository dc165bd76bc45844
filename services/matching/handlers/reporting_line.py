"""Who is above whom, kept up to date as people and pointers to them arrive in any order."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from services.matching.domain.people.line import resolve
from services.matching.domain.people.profile import ManagerRef, ManagerRefKind, ManagerRelation, PersonProfile
from services.matching.persistence.line_repository import Handle, LineRepository
from services.matching.persistence.observation_repository import IdentityLink
from services.matching.persistence.people_repository import PeopleRepository
from services.matching.persistence.person_codec import Managers, StoredPerson
from shared.persistence.unit_of_work import UnitOfWork

_RELATIONS: Final = tuple(ManagerRelation)
_LINE: Final = frozenset({ManagerRelation.LINE, ManagerRelation.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Moved:
    """Somebody whose managers became others without a change of their own."""

    before: StoredPerson
    after: StoredPerson


async def keep_pointers(
    uow: UnitOfWork, link: IdentityLink, before: StoredPerson | None, after: StoredPerson
) -> tuple[StoredPerson, frozenset[Handle]]:
    """Store how a person may be pointed at and whom they point at.

    Returns the person with managers resolved, and the handles that mean somebody else now.
    """
    lines = LineRepository(uow.connection)
    had = handles_of(link, before) if before else frozenset()
    has = handles_of(link, after)
    if had != has:
        await lines.keep_handles(after.id, has, replace=before is not None)
    refs, knew = _pointers(after.profile), _pointers(before.profile) if before else ()
    if refs != knew:
        await lines.keep_refs(after.id, link.source, refs, replace=before is not None)
    elif had == has:
        return after, frozenset()
    managers = await _resolved(lines, {after.id: refs})
    return replace(after, managers=managers[after.id]), had ^ has


async def follow_handles(uow: UnitOfWork, handles: Collection[Handle], without: UUID) -> Sequence[Moved]:
    """Resolve the managers of everybody who points with the handles, and store whom it moved."""
    lines, people = LineRepository(uow.connection), PeopleRepository(uow.connection)
    pointing = [person_id for person_id in await lines.pointing_with(handles) if person_id != without]
    if not pointing:
        return []
    managers = await _resolved(lines, await lines.refs_of(pointing))
    moved = [
        Moved(person, replace(person, managers=managers[person.id]))
        for person in await people.many(pointing)
        if person.managers != managers[person.id]
    ]
    for each in moved:
        await people.save(each.after)
    return moved


def handles_of(link: IdentityLink, person: StoredPerson) -> frozenset[Handle]:
    """The ways to point at a person; of somebody gone only the key is left."""
    profile = person.profile
    found = {(ManagerRefKind.PERSON, link.person_key)}
    if not person.gone:
        email = profile.work_email.lower() if profile.work_email else None
        offered = (
            (ManagerRefKind.POSITION, profile.job.position_id),
            (ManagerRefKind.WORKER_ID, profile.worker_id),
            (ManagerRefKind.EMAIL, email),
        )
        found |= {(kind, value) for kind, value in offered if value}
    return frozenset(Handle(link.source, kind, value, person.gone) for kind, value in found)


def _pointers(profile: PersonProfile) -> tuple[ManagerRef, ...]:
    pointers = {
        replace(ref, value=ref.value.lower()) if ref.kind is ManagerRefKind.EMAIL else ref
        for ref in profile.managers
    }
    return tuple(sorted(pointers))


async def _resolved(
    lines: LineRepository, pointers: Mapping[UUID, Iterable[ManagerRef]]
) -> dict[UUID, Managers]:
    refs = {
        person_id: sorted(pointing, key=lambda ref: (_RELATIONS.index(ref.relation), ref))
        for person_id, pointing in pointers.items()
    }
    index = await lines.index_for([person_id for person_id, pointing in refs.items() if pointing])
    line, faults = resolve(refs, index)
    in_line = {one: [ref for ref in pointing if ref.relation in _LINE] for one, pointing in refs.items()}
    own_line, _ = resolve(in_line, index)
    dangling = Counter(fault.person for fault in faults.dangling)
    return {
        person_id: Managers(
            ids=line.managers[person_id],
            line=next(iter(own_line.managers[person_id]), None),
            dangling=dangling[person_id],
            self_managed=person_id in faults.self_managed,
        )
        for person_id in refs
    }
