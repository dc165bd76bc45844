"""What humans decide about people: whose an identity is, and whether many may leave at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.matching.domain.people.identity import Verdict, decision
from services.matching.handlers.people import PERSON_CHANGE, People
from services.matching.people_metrics import PeopleMetrics
from services.matching.persistence.observation_repository import IdentityLink, ObservationRepository
from services.matching.persistence.people_repository import PeopleRepository, PersonNotFound, lock_people
from shared.errors import Conflict
from shared.persistence.unit_of_work import UnitOfWork

MAX_RELEASED: Final = 1_000
"""How many leavers one command lets go."""


class IdentityNotHeld(Conflict):
    """Nobody waits for a decision about this identity, or not any more."""

    code = "identity_not_held"


@dataclass(frozen=True, slots=True)
class Released:
    """How many leavers go now, and how many still wait."""

    released: int
    remaining: int


class PeopleDecisions:
    """Decisions are observations like any other: the fold takes them in."""

    def __init__(self, people: People, metrics: PeopleMetrics) -> None:
        self._people = people
        self._metrics = metrics

    async def decide_identity(
        self, uow: UnitOfWork, person_id: UUID, identity: str, verdict: Verdict
    ) -> UUID:
        """Say whether a held identity is the same person; a different one becomes a person of their own.

        Returns the id of whom the identity means now. Raises PersonNotFound, IdentityNotHeld.
        """
        await lock_people(uow.connection)
        store = ObservationRepository(uow.connection)
        link = await store.link_of(person_id)
        if link is None:
            raise PersonNotFound(person_id=str(person_id))
        held = (await PeopleRepository(uow.connection).get(person_id)).profile.held
        if identity not in {waiting.identity for waiting in held}:
            raise IdentityNotHeld(person_id=str(person_id))
        made = decision(
            source=link.source,
            person_key=link.person_key,
            identity=identity,
            verdict=verdict,
            decided_at=uow.now,
        )
        await store.add([made])
        self._metrics.observed(made.kind, new=True)
        meant = person_id
        if verdict is Verdict.DIFFERENT_PERSON:
            meant = uow.new_id()
            await store.link(IdentityLink(link.source, link.person_key, identity, meant))
        await self._people.refold(uow, await store.links(link.source, link.person_key))
        return meant

    async def release_leavers(self, uow: UnitOfWork, person_ids: Sequence[UUID] | None = None) -> Released:
        """Let held leavers go, all or the named; what hangs on it happens as due work right after."""
        await lock_people(uow.connection)
        people = PeopleRepository(uow.connection)
        released = await people.release(MAX_RELEASED, person_ids)
        for person_id in released:
            await uow.schedule(PERSON_CHANGE, person_id, uow.now)
        return Released(len(released), await people.count_held_leavers())
