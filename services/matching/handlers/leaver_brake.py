"""The brake on mass changes: too many leavers within an hour wait for a human."""

from datetime import datetime

from services.matching.domain.people.changes import BrakeVerdict, MassChangeBrake
from services.matching.domain.people.profile import PersonProfile
from services.matching.persistence.people_repository import Known, Leaving, PeopleRepository
from services.matching.persistence.person_codec import is_gone
from shared.clock import system_now
from shared.persistence.unit_of_work import UnitOfWork


class LeaverBrake:
    """Decides who may leave now.

    While a leaving is held, the person stays as they were, for us and for everybody else; the observations
    are kept. A leaving that HR takes back is held no longer.
    """

    def __init__(self, brake: MassChangeBrake) -> None:
        self._brake = brake

    async def holds(self, uow: UnitOfWork, known: Known, profile: PersonProfile) -> bool:
        """Whether the change to `profile` has to wait."""
        people = PeopleRepository(uow.connection)
        person_id = known.person.id
        if known.person.gone or not is_gone(profile):
            if known.leaving is not None:
                await people.notice_leaving(person_id, None, None)
            return False
        if known.leaving is Leaving.HELD:
            return True
        if known.leaving is Leaving.RELEASED:
            await people.notice_leaving(person_id, None, None)
            return False
        # It is about how fast the feed speaks, so it is system time that counts.
        now = system_now()
        held = await self._trips(people, now)
        await people.notice_leaving(person_id, Leaving.HELD if held else None, now)
        return held

    async def _trips(self, people: PeopleRepository, now: datetime) -> bool:
        since = now - self._brake.window
        if await people.any_held_since(since):
            return True
        leavers = [*await people.leavers_since(since), now]
        if len(leavers) <= self._brake.floor:
            return False
        workforce = await people.count_present() + len(leavers) - 1
        decision = self._brake.decide(leavers, workforce=workforce, now=now)
        return decision.verdict is BrakeVerdict.HOLD
