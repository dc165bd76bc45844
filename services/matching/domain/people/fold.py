"""The fold: a set of observations and an instant give a profile, whatever the order of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from services.matching.domain.people.employment import Employment, employment_of
from services.matching.domain.people.identity import HeldIdentity, attribute
from services.matching.domain.people.observation import Field, FieldValue, Observation
from services.matching.domain.people.placement import Placed, place
from services.matching.domain.people.profile import (
    Job,
    Location,
    ManagerRef,
    ManagerRefKind,
    ManagerRelation,
    Names,
    Organization,
    PersonProfile,
)
from services.matching.domain.people.zones import ZoneTable

_OF_A_PLACE = (Field.COUNTRY, Field.SUBDIVISION, Field.CITY)


def profile_as_of(observations: Iterable[Observation], at: datetime, zones: ZoneTable) -> PersonProfile:
    """Return the profile in force at the UTC instant `at`.

    `observations` are all those of one person, decisions included, in any order and with any repetition.
    An observation acts from the start of its local day at the work location; within a day what was recorded
    later wins; an employment ends when its last working day has ended there.
    """
    attribution = attribute(place(observations, zones))
    accepted = attribution.accepted
    employment = employment_of(accepted, zones)
    held = attribution.held
    now = _in_force(accepted, employment, held, at, zones)
    return replace(now, next_change_at=_next_change(now, accepted, employment, at, zones))


def _next_change(
    now: PersonProfile, accepted: Sequence[Placed], employment: Employment, at: datetime, zones: ZoneTable
) -> datetime | None:
    known = {*(p.acts_at for p in accepted), *employment.instants()}
    for instant in sorted(instant for instant in known if instant > at):
        if _in_force(accepted, employment, now.held, instant, zones) != now:
            return instant
    return None


def _in_force(
    accepted: Sequence[Placed],
    employment: Employment,
    held: tuple[HeldIdentity, ...],
    at: datetime,
    zones: ZoneTable,
) -> PersonProfile:
    values: dict[Field, FieldValue] = {}
    for placed in accepted:
        if placed.acts_at <= at:
            _apply(values, placed.observation)
    status, last_working_day = employment.status_at(at)

    def text(name: Field) -> str | None:
        value = values.get(name)
        return value if isinstance(value, str) else None

    def day(name: Field) -> date | None:
        value = text(name)
        return date.fromisoformat(value) if value is not None else None

    zone = zones.zone_of(text(Field.LOCATION_CODE), text(Field.COUNTRY))
    return PersonProfile(
        status=status,
        names=Names(text(Field.GIVEN_NAME), text(Field.FAMILY_NAME), text(Field.PREFERRED_NAME)),
        work_email=text(Field.WORK_EMAIL),
        worker_id=text(Field.WORKER_ID),
        worker_type=text(Field.WORKER_TYPE),
        hire_date=day(Field.HIRE_DATE),
        original_hire_date=day(Field.ORIGINAL_HIRE_DATE),
        last_working_day=last_working_day,
        job=Job(
            text(Field.JOB_CODE),
            text(Field.JOB_TITLE),
            text(Field.JOB_LEVEL),
            text(Field.POSITION_ID),
            text(Field.FUNCTION),
        ),
        organization=Organization(
            text(Field.DEPARTMENT),
            text(Field.BUSINESS_UNIT),
            text(Field.COST_CENTER),
            text(Field.COMPANY),
        ),
        location=Location(
            text(Field.LOCATION_CODE), text(Field.COUNTRY), text(Field.SUBDIVISION), text(Field.CITY)
        ),
        zone=zone.key if zone is not None else None,
        managers=_managers(values.get(Field.MANAGERS)),
        held=held,
    )


def _apply(values: dict[Field, FieldValue], observation: Observation) -> None:
    """Lay an observation over what holds so far; another work location takes the old place's details away."""
    code = Field.LOCATION_CODE
    if code in observation.fields and observation.fields[code] != values.get(code):
        for name in _OF_A_PLACE:
            values.pop(name, None)
    values.update(observation.fields)


def _managers(value: FieldValue) -> tuple[ManagerRef, ...]:
    if not isinstance(value, list):
        return ()
    refs = {
        ManagerRef(ManagerRefKind(ref["kind"]), ref["value"], ManagerRelation(ref["relation"]))
        for ref in value
    }
    return tuple(sorted(refs))
