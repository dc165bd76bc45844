"""What HR said, whom a person key means, and what must not come back."""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.people.effective import Effective
from services.matching.domain.people.observation import (
    Observation,
    ObservationKind,
    fields_from_json,
    observation_to_json,
)
from services.matching.persistence.people_tables import erased, identity_link, observation


@dataclass(frozen=True, slots=True)
class IdentityLink:
    """Whom a person key means; `identity` is empty for whom it means by itself."""

    source: str
    person_key: str
    identity: str
    person_id: UUID


class ErasureHash:
    """Keyed hashes, so that nobody without the key can tell who was erased."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_key(self, source: str, person_key: str) -> bytes:
        """The hash of everything that is ever said under a person key."""
        return hmac.digest(self._key, f"key\x1f{source}\x1f{person_key}".encode(), hashlib.sha256)

    def of_content(self, content_hash: str) -> bytes:
        """The hash of one thing that was said."""
        return hmac.digest(self._key, f"content\x1f{content_hash}".encode(), hashlib.sha256)


class ObservationRepository:
    """Observations, append-only, and identity links."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, observations: Iterable[Observation]) -> frozenset[str]:
        """Keep what is new; returns the content hashes of that."""
        rows = {one.content_hash: _values(one) for one in observations}
        # One order for all writers, so that two of them never wait for each other.
        statement = upsert(observation).values([rows[content] for content in sorted(rows)])
        added = await self._connection.execute(
            statement.on_conflict_do_nothing().returning(observation.c.content_hash)
        )
        return frozenset(added.scalars())

    async def of_key(self, source: str, person_key: str) -> Sequence[Observation]:
        """Everything said under a person key, in no particular order."""
        same = (observation.c.source == source, observation.c.person_key == person_key)
        rows = await self._connection.execute(select(observation).where(*same))
        return [_observation(row) for row in rows]

    async def with_hashes(self, hashes: Collection[str]) -> dict[str, Observation]:
        """Single observations by content hash."""
        rows = await self._connection.execute(
            select(observation).where(observation.c.content_hash.in_(list(hashes)))
        )
        return {row.content_hash: _observation(row) for row in rows}

    async def forget(self, hashes: Collection[str]) -> None:
        """Delete observations of somebody who is erased."""
        await self._connection.execute(
            delete(observation).where(observation.c.content_hash.in_(list(hashes)))
        )

    async def links(self, source: str, person_key: str) -> Sequence[IdentityLink]:
        """Whom a key means: nobody yet, one person, or several."""
        same = (identity_link.c.source == source, identity_link.c.person_key == person_key)
        query = select(identity_link).where(*same).order_by(identity_link.c.identity)
        return [_link(row) for row in await self._connection.execute(query)]

    async def link_of(self, person_id: UUID) -> IdentityLink | None:
        """The key of a person."""
        query = select(identity_link).where(identity_link.c.person_id == person_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _link(row)

    async def link(self, new: IdentityLink) -> None:
        """Say whom a key means."""
        await self._connection.execute(
            insert(identity_link).values(
                source=new.source,
                person_key=new.person_key,
                identity=new.identity,
                person_id=new.person_id,
            )
        )

    async def unlink(self, person_id: UUID) -> None:
        """Forget a person's key."""
        await self._connection.execute(delete(identity_link).where(identity_link.c.person_id == person_id))

    async def relabel(self, person_id: UUID, identity: str) -> None:
        """Change which of the people of a key somebody is."""
        await self._connection.execute(
            update(identity_link).where(identity_link.c.person_id == person_id).values(identity=identity)
        )

    async def keep_out(self, hashes: Iterable[bytes]) -> None:
        """Refuse from now on what has one of these keyed hashes."""
        rows = [{"keyed_hash": one} for one in sorted(hashes)]
        if rows:
            await self._connection.execute(upsert(erased).on_conflict_do_nothing(), rows)

    async def kept_out(self, hashes: Collection[bytes]) -> frozenset[bytes]:
        """Which of the keyed hashes are refused."""
        rows = await self._connection.execute(
            select(erased.c.keyed_hash).where(erased.c.keyed_hash.in_(list(hashes)))
        )
        return frozenset(rows.scalars())


def _values(stored: Observation) -> dict[str, object]:
    return {
        "content_hash": stored.content_hash,
        "source": stored.source,
        "person_key": stored.person_key,
        "employment_key": stored.employment_key,
        "kind": stored.kind.value,
        "effective": stored.effective_from.text(),
        "recorded_at": stored.recorded_at,
        "occasion": stored.occasion,
        "fields": observation_to_json(stored)["fields"],
    }


def _observation(row: Row[Any]) -> Observation:
    return Observation(
        row.source,
        row.person_key,
        row.employment_key,
        ObservationKind(row.kind),
        Effective.parse(row.effective),
        row.recorded_at,
        fields_from_json(row.fields),
        occasion=row.occasion,
    )


def _link(row: Row[Any]) -> IdentityLink:
    return IdentityLink(row.source, row.person_key, row.identity, row.person_id)
