"""People as coordinators and ops see them: as little as the work needs."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.matching.domain.people.identity import HeldIdentity, Verdict
from services.matching.domain.people.observation import Field as Said
from services.matching.domain.people.observation import Observation
from services.matching.handlers.people_decisions import MAX_RELEASED
from services.matching.handlers.person_events import published
from services.matching.persistence.people_repository import Known
from services.matching.persistence.person_codec import StoredPerson
from shared.events.people import PersonStatus


class View(BaseModel):
    """What a route answers."""

    model_config = ConfigDict(frozen=True)


class Body(BaseModel):
    """What a command is told; an unknown field is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class IdentityState(StrEnum):
    """Whether it is clear whom the person key means."""

    CLEAR = "clear"
    HELD = "held"


class LineFault(StrEnum):
    """What HR says about somebody's managers that cannot be."""

    DANGLING_MANAGER = "dangling_manager"
    SELF_MANAGED = "self_managed"
    CIRCLE = "circle"


class PersonView(View):
    """Somebody to choose for a program; why somebody is unavailable is not told."""

    id: UUID
    status: PersonStatus
    given_name: str | None
    family_name: str | None
    work_email: str | None
    job_title: str | None
    function: str | None
    business_unit: str | None
    location_code: str | None
    country: str | None
    identity: IdentityState


class PersonDetail(PersonView):
    """One person; `time_zone` is the work location's, absent where it is not known for certain."""

    job_level: int | None
    manager_id: UUID | None
    time_zone: str | None
    line_faults: list[LineFault]


class Claim(View):
    """Whom a record speaks of."""

    given_name: str | None
    family_name: str | None
    hire_date: date | None


class HeldIdentityView(View):
    """An identity that waits: `identity` is what the decision refers to, `records` how many wait with it."""

    identity: str
    claimed: Claim
    records: int


class HeldPersonView(View):
    """Somebody whose person key came back with another name and another hire date."""

    person_id: UUID
    known: Claim
    held: list[HeldIdentityView]


class IdentityDecision(Body):
    """The verdict on one held identity."""

    identity: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    verdict: Verdict


class DecidedView(View):
    """Whom the identity means now: the same person, or a new one."""

    person_id: UUID


class HeldLeaverView(View):
    """Somebody whose leaving the mass-change brake holds; `noticed_at` is system time."""

    person_id: UUID
    given_name: str | None
    family_name: str | None
    noticed_at: datetime


class ReleaseBody(Body):
    """Whom to let go; absent: all, a thousand a call."""

    person_ids: Annotated[list[UUID], Field(min_length=1, max_length=MAX_RELEASED)] | None = None


class ReleasedView(View):
    """How many leave now, and how many still wait."""

    released: int
    remaining: int


def person_view(person: StoredPerson) -> PersonView:
    """A person in a list."""
    return PersonView.model_validate(_shown(person))


def person_detail(person: StoredPerson, *, circle: bool) -> PersonDetail:
    """A person alone."""
    faults = (
        (LineFault.DANGLING_MANAGER, person.managers.dangling > 0),
        (LineFault.SELF_MANAGED, person.managers.self_managed),
        (LineFault.CIRCLE, circle),
    )
    state = published(person)
    return PersonDetail.model_validate(
        _shown(person)
        | {
            "job_level": state.job_level,
            "manager_id": state.manager_id,
            "time_zone": person.profile.zone,
            "line_faults": [fault for fault, found in faults if found],
        }
    )


def held_view(person: StoredPerson, claims: dict[str, Observation]) -> HeldPersonView:
    """A person with the claims on their key."""
    names, profile = person.profile.names, person.profile
    return HeldPersonView(
        person_id=person.id,
        known=Claim(given_name=names.given, family_name=names.family, hire_date=profile.hire_date),
        held=[_held(waiting, claims.get(waiting.claim_hash)) for waiting in profile.held],
    )


def held_leaver_view(known: Known) -> HeldLeaverView:
    """A leaver who waits."""
    state = published(known.person)
    assert known.noticed_at is not None  # noqa: S101 - whoever is held was noticed
    return HeldLeaverView(
        person_id=state.person_id,
        given_name=state.given_name,
        family_name=state.family_name,
        noticed_at=known.noticed_at,
    )


def _held(waiting: HeldIdentity, claim: Observation | None) -> HeldIdentityView:
    return HeldIdentityView(
        identity=waiting.identity,
        claimed=Claim(
            given_name=claim.text(Said.GIVEN_NAME) if claim else None,
            family_name=claim.text(Said.FAMILY_NAME) if claim else None,
            hire_date=date.fromisoformat(waiting.hire_date) if waiting.hire_date else None,
        ),
        records=len(waiting.observation_hashes),
    )


def _shown(person: StoredPerson) -> dict[str, object]:
    state = published(person).model_dump()
    shown = {name: state[name] for name in PersonView.model_fields if name in state}
    identity = IdentityState.HELD if person.profile.held else IdentityState.CLEAR
    return shown | {"id": person.id, "identity": identity}
