"""A person as a row: the profile whole, and the columns that programs and runs ask for."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Row

from services.matching.domain.people.employment import PersonStatus
from services.matching.domain.people.profile import PersonProfile

MAX_TEXT: Final = 200
"""Characters of a text in an event."""

_MAX_LEVEL: Final = 9_999
_PROFILE: Final = TypeAdapter(PersonProfile)
_GONE: Final = frozenset({PersonStatus.LEFT, PersonStatus.DECEASED})


@dataclass(frozen=True, slots=True)
class Managers:
    """Whom the manager pointers of a person mean, the line first; `line` is the first of the line itself."""

    ids: tuple[UUID, ...] = ()
    line: UUID | None = None
    dangling: int = 0
    self_managed: bool = False


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """A person as the store has them, and as the other services know them."""

    id: UUID
    profile: PersonProfile
    login_subject: str | None
    managers: Managers = Managers()

    @property
    def gone(self) -> bool:
        """Whether the person has left for good: nothing is addressed to them any more."""
        return is_gone(self.profile)

    @property
    def given_name(self) -> str | None:
        names = self.profile.names
        return _clip(names.preferred or names.given)

    @property
    def work_email(self) -> str | None:
        return None if self.gone else _whole(self.profile.work_email)

    @property
    def login(self) -> str | None:
        return None if self.gone else _whole(self.login_subject)


def is_gone(profile: PersonProfile) -> bool:
    """Whether somebody has left, one way or the other."""
    return profile.status in _GONE


def person_values(person: StoredPerson) -> dict[str, object]:
    """The columns of a person."""
    profile = person.profile
    return {
        "id": person.id,
        "status": profile.status.value,
        "given_name": person.given_name,
        "family_name": _clip(profile.names.family),
        "work_email": person.work_email,
        "login_subject": person.login,
        "job_title": _clip(profile.job.title),
        "job_level": _level(profile.job.level),
        "function": _clip(profile.job.function),
        "business_unit": _clip(profile.organization.business_unit),
        "department": _clip(profile.organization.department),
        "company": _clip(profile.organization.company),
        "worker_type": _clip(profile.worker_type),
        "location_code": _clip(profile.location.code),
        "country": profile.location.country,
        "subdivision": _clip(profile.location.subdivision),
        "manager_ids": list(person.managers.ids),
        "manager_id": person.managers.line,
        "dangling_managers": person.managers.dangling,
        "self_managed": person.managers.self_managed,
        "profile": _PROFILE.dump_python(profile, mode="json") | {"login_subject": person.login_subject},
        "held": bool(profile.held),
        "next_change_at": profile.next_change_at,
    }


def person_from_row(row: Row[Any]) -> StoredPerson:
    """A person as `person_values` wrote them."""
    stored = dict(row.profile)
    login = stored.pop("login_subject")
    return StoredPerson(
        id=row.id,
        profile=_PROFILE.validate_python(stored, strict=False),
        login_subject=login,
        managers=Managers(tuple(row.manager_ids), row.manager_id, row.dangling_managers, row.self_managed),
    )


def _clip(text: str | None) -> str | None:
    return text[:MAX_TEXT] if text is not None else None


def _whole(address: str | None) -> str | None:
    """An address that was cut would be somebody else's."""
    return address if address is not None and len(address) <= MAX_TEXT else None


def _level(text: str | None) -> int | None:
    """A level that is a plain number; anything else is not comparable."""
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > len(str(_MAX_LEVEL)):
        return None
    return int(text)
