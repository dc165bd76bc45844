"""Records of HR feeds: each becomes observations, or is refused with its reason."""

from collections import defaultdict
from collections.abc import Mapping

from services.matching.domain.people.observation import Observation
from services.matching.domain.people.shared_key import OWNER
from services.matching.handlers.people import People
from services.matching.people_metrics import ERASED_PERSON, PeopleMetrics
from services.matching.persistence.observation_repository import (
    ErasureHash,
    IdentityLink,
    ObservationRepository,
)
from services.matching.persistence.people_repository import lock_people
from services.matching.sources import ADAPTERS, Refusal
from shared.messaging.routes import ForeignRecord
from shared.persistence.unit_of_work import UnitOfWork

PersonKey = tuple[str, str]
"""A source and what it calls a person."""


class HrFeed:
    """One handler for all topics of HR events; `adapters` names the adapter of each."""

    def __init__(
        self, adapters: Mapping[str, str], people: People, hashes: ErasureHash, metrics: PeopleMetrics
    ) -> None:
        self._adapters = {topic: ADAPTERS[name] for topic, name in adapters.items()}
        self._people = people
        self._hashes = hashes
        self._metrics = metrics

    async def hr_record(self, record: ForeignRecord, uow: UnitOfWork) -> None:
        """Keep what a record says and let the people follow; a duplicate changes nothing.

        A record is set aside once a reason, however many of its events are refused for it.
        """
        said: defaultdict[PersonKey, list[Observation]] = defaultdict(list)
        reasons: list[str] = []
        for entry in self._adapters[record.topic].parse(record.value, record.headers):
            if isinstance(entry, Refusal):
                reasons.append(entry.reason.value)
            else:
                said[entry.source, entry.person_key].append(entry)
        if said:
            await lock_people(uow.connection)
            kept_out = await self._kept_out(uow, said)
            for key in sorted(said):
                allowed = [one for one in said[key] if one.content_hash not in kept_out]
                reasons.extend([ERASED_PERSON] * (len(said[key]) - len(allowed)))
                if allowed:
                    await self._keep(uow, key, allowed)
        for reason in reasons:
            self._metrics.refusals.labels(reason).inc()
        for reason in sorted(set(reasons)):
            uow.refuse(reason, keep=ERASED_PERSON not in reasons)

    async def _kept_out(self, uow: UnitOfWork, said: Mapping[PersonKey, list[Observation]]) -> set[str]:
        """The content hashes of what must not bring an erased person back."""
        about: dict[bytes, list[str]] = {
            self._hashes.of_key(*key): [one.content_hash for one in group] for key, group in said.items()
        }
        for group in said.values():
            about |= {self._hashes.of_content(one.content_hash): [one.content_hash] for one in group}
        found = await ObservationRepository(uow.connection).kept_out(about.keys())
        return {content for keyed in found for content in about[keyed]}

    async def _keep(self, uow: UnitOfWork, key: PersonKey, said: list[Observation]) -> None:
        store = ObservationRepository(uow.connection)
        new = await store.add(said)
        for one in said:
            self._metrics.observed(one.kind, new=one.content_hash in new)
        if not new:
            return
        links = await store.links(*key)
        if not links:
            links = [IdentityLink(*key, OWNER, uow.new_id())]
            await store.link(links[0])
        await self._people.refold(uow, links)
