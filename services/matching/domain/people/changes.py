"""What became different about a person, and the brake on too many leavers at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.matching.domain.people.employment import PersonStatus
from services.matching.domain.people.profile import PersonProfile


class PersonChange(StrEnum):
    BECAME_ACTIVE = "became_active"  # from nothing, before the hire, or after having left
    RETURNED = "returned"  # from leave or suspension
    WENT_ON_LEAVE = "went_on_leave"
    SUSPENDED = "suspended"
    LEFT = "left"
    DECEASED = "deceased"
    BECAME_PREHIRE = "became_prehire"
    NAME_CHANGED = "name_changed"
    CONTACT_CHANGED = "contact_changed"
    JOB_CHANGED = "job_changed"
    ORG_CHANGED = "org_changed"
    LOCATION_CHANGED = "location_changed"
    MANAGER_CHANGED = "manager_changed"
    IDENTITY_HELD = "identity_held"
    IDENTITY_DECIDED = "identity_decided"


_ENTERED = {
    PersonStatus.PREHIRE: PersonChange.BECAME_PREHIRE,
    PersonStatus.LEAVE: PersonChange.WENT_ON_LEAVE,
    PersonStatus.SUSPENDED: PersonChange.SUSPENDED,
    PersonStatus.LEFT: PersonChange.LEFT,
    PersonStatus.DECEASED: PersonChange.DECEASED,
}


def diff(before: PersonProfile | None, after: PersonProfile) -> tuple[PersonChange, ...]:
    """Return the changes, the status first. A person not known before only enters a status."""
    changes: list[PersonChange] = []
    if before is None:
        changes.append(_ENTERED.get(after.status, PersonChange.BECAME_ACTIVE))
        if after.held:
            changes.append(PersonChange.IDENTITY_HELD)
        return tuple(changes)
    if before.status is not after.status:
        changes.append(_entered(before.status, after.status))
    compared = (
        (PersonChange.NAME_CHANGED, before.names, after.names),
        (
            PersonChange.CONTACT_CHANGED,
            (before.work_email, before.worker_id),
            (after.work_email, after.worker_id),
        ),
        (
            PersonChange.JOB_CHANGED,
            (before.job, before.worker_type),
            (after.job, after.worker_type),
        ),
        (PersonChange.ORG_CHANGED, before.organization, after.organization),
        (PersonChange.LOCATION_CHANGED, (before.location, before.zone), (after.location, after.zone)),
        (PersonChange.MANAGER_CHANGED, before.managers, after.managers),
    )
    changes.extend(change for change, old, new in compared if old != new)
    waited = {held.identity for held in before.held}
    wait = {held.identity for held in after.held}
    if wait - waited:
        changes.append(PersonChange.IDENTITY_HELD)
    if waited - wait:
        changes.append(PersonChange.IDENTITY_DECIDED)
    return tuple(changes)


def _entered(before: PersonStatus, after: PersonStatus) -> PersonChange:
    if after is PersonStatus.ACTIVE and before in {PersonStatus.LEAVE, PersonStatus.SUSPENDED}:
        return PersonChange.RETURNED
    return _ENTERED.get(after, PersonChange.BECAME_ACTIVE)


class BrakeVerdict(StrEnum):
    PASS = "pass"  # noqa: S105 - a verdict, no password
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class BrakeDecision:
    """`leavers` within the window against the number that may still pass."""

    verdict: BrakeVerdict
    leavers: int
    allowed: int


@dataclass(frozen=True, slots=True)
class MassChangeBrake:
    """More than `threshold_ppm` millionths of the workforce leaving within `window` waits for a human.

    `floor` leavers always pass: in a small company one leaver may be more than the threshold.
    """

    threshold_ppm: int = 50_000
    window: timedelta = timedelta(hours=1)
    floor: int = 5

    def decide(self, leavers: Iterable[datetime], *, workforce: int, now: datetime) -> BrakeDecision:
        """Decide for the leavers noticed until `now` (the new one included), of `workforce` people before."""
        recent = sum(1 for noticed in leavers if now - self.window < noticed <= now)
        allowed = max(self.floor, workforce * self.threshold_ppm // 1_000_000)
        verdict = BrakeVerdict.HOLD if recent > allowed else BrakeVerdict.PASS
        return BrakeDecision(verdict, recent, allowed)
