"""The HR identity that a login claim is compared with."""

from __future__ import annotations

from enum import StrEnum

from services.matching.domain.people.profile import PersonProfile


class LoginField(StrEnum):
    """Where the login subject comes from: a setting of the enterprise."""

    WORK_EMAIL = "work_email"
    WORKER_ID = "worker_id"
    PERSON_KEY = "person_key"


def login_subject(profile: PersonProfile, person_key: str, source_field: LoginField) -> str | None:
    """Return the lower-cased subject, or None where the profile does not say it."""
    value = {
        LoginField.WORK_EMAIL: profile.work_email,
        LoginField.WORKER_ID: profile.worker_id,
        LoginField.PERSON_KEY: person_key,
    }[source_field]
    return value.strip().lower() or None if value is not None else None
