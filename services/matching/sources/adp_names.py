"""ADP's event names: one fact has several spellings, and most facts are none of our business.

Source: ADP's sample event notifications (github.com/adpllc/marketplace-sample-payloads, Apache-2.0).
"""

from __future__ import annotations

import re
from typing import Final

from services.matching.domain.people.observation import ObservationKind

_LIFECYCLE: Final = {
    "hire": ObservationKind.HIRE,
    "rehire": ObservationKind.REHIRE,
    "terminate": ObservationKind.TERMINATION,
    "retire": ObservationKind.TERMINATION,
    "onleave": ObservationKind.LEAVE,
    "leavereturnrequest": ObservationKind.RETURN_FROM_LEAVE,
    "leavereturn": ObservationKind.RETURN_FROM_LEAVE,
    "deceased": ObservationKind.DECEASED,
}
# What may follow are verbs only: an unknown name is refused, because it might say that somebody is gone.
_UPDATES: Final = re.compile(
    r"(?:additionalremuneration|baseremuneration|birthdate|birthname"
    r"|(?:businesscommunication|personalcommunication)(?:email|fax|landline|mobile|pager)"
    r"|customfield(?:amount|code|date|indicator|number|percentage|string|telephone)"
    r"|gender|governmentid|highestleveleducation|homeorganizationalunits|homeworklocation"
    r"|legaladdress|legalname|maritalstatus|militaryclassification|originalhiredate"
    r"|personaladdress"
    r"|assignedorganizationalunits|positionid|preferredname|race|rehiredate|reportsto|standardhours"
    r"|terminatedate|terminationdate|workertype)"
    r"(?:add|change|modify|remove)"
    r"|workassignment(?:add|change|modify)"
)
_NOT_A_LETTER: Final = re.compile(r"[^a-z0-9]")

EMAIL_REMOVED: Final = "businesscommunicationemailremove"
LAST_DAY_MOVED: Final = frozenset({"terminatedatechange", "terminationdatechange"})
HIRE_DATE_MOVED: Final = "rehiredatechange"
FIRST_HIRE_DATE_MOVED: Final = "originalhiredatechange"
MANAGERS_MODIFIED: Final = "reportstomodify"


def plain_name(name: str) -> str:
    """Return one spelling for an event: without separators, case and the words for whom it is about.

    `worker.on-leave`, `worker.onLeave` → `onleave`; `worker-original-hire-date.change`,
    `worker.worker-original-hire-date.change` → `originalhiredatechange`.
    """
    plain = _NOT_A_LETTER.sub("", name.lower())
    while plain.startswith("worker") and not plain.startswith("workertype"):
        plain = plain.removeprefix("worker")
    return plain if _UPDATES.fullmatch(plain) else plain.removeprefix("workassignment")


def kind_of(plain: str) -> ObservationKind | None:
    """Return the kind of a plain name; None where the name is not known."""
    if _UPDATES.fullmatch(plain):
        return ObservationKind.UPDATE
    return _LIFECYCLE.get(plain)
