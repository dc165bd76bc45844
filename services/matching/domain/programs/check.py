"""Whether terms can be meant: every fault with the field that it is in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.matching.domain.programs.audience import predicate_fault
from services.matching.domain.programs.terms import MATCHED_FORMATS, ProgramTerms
from shared.errors import Invalid

MAX_TITLE = 200
MAX_COORDINATORS = 50
MAX_MILESTONES = 50
MAX_TASKS = 20
MAX_THEMES = 50
MAX_FAIRNESS_GROUPS = 3
CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")

_RANGES = (
    ("cadence_days", 1, 365),
    ("session_minutes", 15, 480),
    ("first_session_within_days", 1, 365),
    ("duration_days", 1, 1_820),
    ("proposal_expiry_days", 1, 90),
    ("constraints.min_shared_minutes", 0, 2_400),
    ("capacity.default", 1, 50),
    ("capacity.limit", 1, 50),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where."""

    field: str
    code: str


class TermsRefused(Invalid):
    """The first of the faults of the terms."""

    code = "terms_refused"

    def __init__(self, fault: Fault) -> None:
        super().__init__(field=fault.field, reason=fault.code)


def require_sound(terms: ProgramTerms) -> None:
    """Raise TermsRefused for the first fault."""
    for fault in faults(terms):
        raise TermsRefused(fault)


def faults(terms: ProgramTerms) -> Iterator[Fault]:
    """Everything that is wrong with the terms."""
    if not terms.title.strip() or len(terms.title) > MAX_TITLE:
        yield Fault("title", "title_length")
    if not 0 < len(set(terms.coordinator_ids)) <= MAX_COORDINATORS:
        yield Fault("coordinator_ids", "coordinators_missing_or_too_many")
    if terms.format not in MATCHED_FORMATS:
        yield Fault("format", "format_not_matched_yet")
    for path, least, most in _RANGES:
        if not least <= _value(terms, path) <= most:
            yield Fault(path, "out_of_range")
    if terms.capacity.default > terms.capacity.limit:
        yield Fault("capacity.default", "above_limit")
    if terms.first_session_within_days > terms.duration_days:
        yield Fault("first_session_within_days", "after_the_end")
    for role, predicate in (("mentor", terms.audience.mentor), ("mentee", terms.audience.mentee)):
        if (fault := predicate_fault(predicate)) is not None:
            yield Fault(f"audience.{role}", fault.value)
    yield from _group_faults(terms)
    yield from _plan_faults(terms)


def _group_faults(terms: ProgramTerms) -> Iterator[Fault]:
    fields = terms.fairness_groups
    if len(fields) > MAX_FAIRNESS_GROUPS or len(set(fields)) < len(fields):
        yield Fault("fairness_groups", "fields_not_unique_or_too_many")


def _plan_faults(terms: ProgramTerms) -> Iterator[Fault]:
    if len(terms.milestones) > MAX_MILESTONES or len(terms.themes) > MAX_THEMES:
        yield Fault("milestones", "plan_too_large")
    codes = [milestone.code for milestone in terms.milestones]
    if len(set(codes)) < len(codes) or not all(map(CODE.fullmatch, codes)):
        yield Fault("milestones", "codes_not_unique_or_malformed")
    if len(set(terms.themes)) < len(terms.themes) or not all(map(CODE.fullmatch, terms.themes)):
        yield Fault("themes", "codes_not_unique_or_malformed")
    for at, milestone in enumerate(terms.milestones):
        tasks = [task.code for task in milestone.tasks]
        if len(tasks) > MAX_TASKS or len(set(tasks)) < len(tasks) or not all(map(CODE.fullmatch, tasks)):
            yield Fault(f"milestones.{at}.tasks", "codes_not_unique_or_malformed")
        offsets = (milestone.offset_days, *(task.offset_days for task in milestone.tasks))
        if not all(0 <= offset <= terms.duration_days for offset in offsets):
            yield Fault(f"milestones.{at}", "outside_of_the_program")


def _value(terms: ProgramTerms, path: str) -> int:
    value: object = terms
    for name in path.split("."):
        value = getattr(value, name)
    return value if isinstance(value, int) else -1
