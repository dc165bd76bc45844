"""One person key that HR used for several people, after a human said so.

The earliest person keeps the key by itself (identity ``""``); everybody whom a human called a different
person has the identity that the decision named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from services.matching.domain.people.identity import attribute
from services.matching.domain.people.observation import Field, Observation
from services.matching.domain.people.placement import place
from services.matching.domain.people.zones import ZoneTable

OWNER: Final = ""


def by_identity(
    observations: Sequence[Observation], separate: Collection[str], zones: ZoneTable
) -> Mapping[str, tuple[Observation, ...]]:
    """Return what each person's profile is folded from; an identity without observations is missing.

    The owner's fold takes them all: the decisions among them keep the others out. With the decisions about
    the `separate` identities left out, those are claimants again, and what they claim is theirs.
    """
    if not separate:
        return {OWNER: tuple(observations)}
    undecided = [o for o in observations if o.text(Field.IDENTITY) not in separate]
    found = {o.content_hash: o for o in observations}
    claims = {held.identity: held.observation_hashes for held in attribute(place(undecided, zones)).held}
    theirs = {
        identity: tuple(found[content] for content in claims[identity])
        for identity in separate
        if identity in claims
    }
    return {OWNER: tuple(observations), **theirs}
