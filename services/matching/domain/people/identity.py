"""Whose observations these are: a person key that comes back as somebody else is held for a human."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.matching.domain.people.effective import Effective
from services.matching.domain.people.observation import Field, FieldValue, Observation, ObservationKind
from services.matching.domain.people.placement import Placed

Name = tuple[str | None, str | None]


class Verdict(StrEnum):
    """What a human says about an identity that was held."""

    SAME_PERSON = "same_person"
    DIFFERENT_PERSON = "different_person"


@dataclass(frozen=True, slots=True)
class HeldIdentity:
    """Another name and another hire date under a known key. `identity` is what a decision refers to."""

    identity: str
    claim_hash: str
    observation_hashes: tuple[str, ...]
    hire_date: str | None


@dataclass(frozen=True, slots=True)
class Attribution:
    """The observations that make the profile, in order, and those that wait."""

    accepted: tuple[Placed, ...]
    held: tuple[HeldIdentity, ...]


def decision(
    *, source: str, person_key: str, identity: str, verdict: Verdict, decided_at: datetime
) -> Observation:
    """Return a human's decision about a held identity, as an observation beside the others."""
    fields: Mapping[Field, FieldValue] = {Field.IDENTITY: identity, Field.VERDICT: verdict.value}
    return Observation(
        source, person_key, None, ObservationKind.DECISION, Effective.at(decided_at), decided_at, fields
    )


@dataclass(slots=True)
class _Claimant:
    """Somebody the key was used for, as far as the walk has come."""

    names: list[Name] = field(default_factory=list)
    hired: str | None = None
    first_hired: str | None = None
    identity: str = ""
    placed: list[Placed] = field(default_factory=list)

    def take(self, item: Placed) -> None:
        self.placed.append(item)
        observation = item.observation
        name = _name_of(observation)
        if name != (None, None) and name not in self.names:
            known = self.names[-1] if self.names else (None, None)
            self.names.append((name[0] or known[0], name[1] or known[1]))
        self.hired = observation.text(Field.HIRE_DATE) or self.hired
        self.first_hired = observation.text(Field.ORIGINAL_HIRE_DATE) or self.first_hired

    def is_called(self, name: Name) -> bool:
        return any(
            all(
                mine is None or theirs is None or mine == theirs
                for mine, theirs in zip(known, name, strict=True)
            )
            for known in self.names
        )

    def was_hired_otherwise(self, observation: Observation) -> bool:
        """Tell whether the hire dates speak of two careers.

        Where both sides carry an original hire date it alone decides, because a rehire keeps it; else the
        hire dates are compared; a side without a date contradicts nothing.
        """
        first = observation.text(Field.ORIGINAL_HIRE_DATE)
        if first is not None and self.first_hired is not None:
            return first != self.first_hired
        hired, known = observation.text(Field.HIRE_DATE) or first, self.hired or self.first_hired
        return hired is not None and known is not None and hired != known


def attribute(placed: Sequence[Placed]) -> Attribution:
    """Walk the ordered observations and give each to whom it speaks of.

    The earliest identity owns the key. Another name alone is an update; another name and another hire date
    is a new claimant, and what follows without a name is the latest claimant's. A claimant is held until a
    human decides: the same person joins the profile, a different one stays out for good.
    """
    verdicts = _verdicts(placed)
    claimants = [_Claimant()]
    current = claimants[0]
    for item in placed:
        observation = item.observation
        if observation.kind is ObservationKind.DECISION:
            continue
        name = _name_of(observation)
        if name != (None, None) and current.names and not current.is_called(name):
            known = _recognised(name, observation, [current, *claimants])
            if known is None:
                identity = _fingerprint(name, observation)
                if verdicts.get(identity) is Verdict.SAME_PERSON:
                    known = claimants[0]
                else:
                    known = _Claimant(identity=identity)
                    claimants.append(known)
            current = known
        current.take(item)
    waiting = [c for c in claimants[1:] if verdicts.get(c.identity) is None]
    return Attribution(tuple(claimants[0].placed), tuple(_held(c) for c in waiting))


def _recognised(name: Name, observation: Observation, claimants: Sequence[_Claimant]) -> _Claimant | None:
    called_so = (c for c in claimants if c.is_called(name))
    hired_so = (c for c in claimants if not c.was_hired_otherwise(observation))
    return next(called_so, None) or next(hired_so, None)


def _verdicts(placed: Sequence[Placed]) -> dict[str, Verdict]:
    """Return the verdict in force for each identity: the latest recorded."""
    decisions = [p.observation for p in placed if p.observation.kind is ObservationKind.DECISION]
    decisions.sort(key=lambda o: (o.recorded_at, o.content_hash))
    in_force: dict[str, Verdict] = {}
    for made in decisions:
        identity, verdict = made.text(Field.IDENTITY), made.text(Field.VERDICT)
        if identity is not None and verdict in set(Verdict):
            in_force[identity] = Verdict(verdict)
    return in_force


def _held(claimant: _Claimant) -> HeldIdentity:
    hashes = tuple(p.observation.content_hash for p in claimant.placed)
    return HeldIdentity(claimant.identity, hashes[0], hashes, claimant.hired or claimant.first_hired)


def _fingerprint(name: Name, observation: Observation) -> str:
    parts = (
        observation.source,
        observation.person_key,
        *name,
        observation.text(Field.ORIGINAL_HIRE_DATE) or observation.text(Field.HIRE_DATE),
    )
    return hashlib.sha256("\x1f".join(part or "" for part in parts).encode()).hexdigest()


def _name_of(observation: Observation) -> Name:
    return (
        _comparable(observation.text(Field.GIVEN_NAME)),
        _comparable(observation.text(Field.FAMILY_NAME)),
    )


def _comparable(text: str | None) -> str | None:
    """Case, accents written in two ways and spacing make no other person."""
    if text is None:
        return None
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()) or None
