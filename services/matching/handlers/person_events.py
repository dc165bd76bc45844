"""People as the other services may know them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from services.matching.domain.people.employment import PersonStatus as HrStatus
from services.matching.persistence.people_repository import PeopleRepository, lock_people
from services.matching.persistence.person_codec import StoredPerson, person_values
from shared.events.envelope import Actor, ActorType
from shared.events.people import PersonChanged, PersonStatus
from shared.persistence.unit_of_work import UnitOfWork

HRIS: Final = Actor(ActorType.HRIS)
PUBLIC_STATUS: Final = {
    HrStatus.PREHIRE: PersonStatus.PREHIRE,
    HrStatus.ACTIVE: PersonStatus.ACTIVE,
    HrStatus.LEAVE: PersonStatus.UNAVAILABLE,
    HrStatus.SUSPENDED: PersonStatus.UNAVAILABLE,
    HrStatus.LEFT: PersonStatus.LEFT,
    HrStatus.DECEASED: PersonStatus.LEFT,
}
"""Why somebody cannot take part is nobody's business: one code stands for several."""

_COPIED: Final = frozenset(PersonChanged.model_fields) - {"person_id", "status"}


def published(person: StoredPerson) -> PersonChanged:
    """The state of a person for the topic of people."""
    values = person_values(person)
    return PersonChanged.model_validate(
        {
            "person_id": person.id,
            "status": PUBLIC_STATUS[person.profile.status],
            **{name: values[name] for name in _COPIED},
        }
    )


def publish_change(uow: UnitOfWork, before: StoredPerson | None, after: StoredPerson) -> None:
    """Tell of a person only what is new: a change that nobody outside may see makes no event."""
    state = published(after)
    if before is None or published(before) != state:
        uow.emit(state, actor=HRIS)


async def retell_person(person_id: UUID, uow: UnitOfWork) -> None:
    """Tell a person's state again, or that they are erased, because an older record may lie behind it."""
    await lock_people(uow.connection)
    known = await PeopleRepository(uow.connection).known(person_id)
    if known is None:
        uow.emit_tombstone(PersonChanged, person_id)
    else:
        uow.emit(published(known.person))


@contextmanager
def caused_by_hr(uow: UnitOfWork) -> Iterator[None]:
    """Within the block, what is published was caused by HR."""
    actor, uow.actor = uow.actor, HRIS
    try:
        yield
    finally:
        uow.actor = actor
