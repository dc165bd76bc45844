"""Who a program is for: a small closed language of predicates on HR fields.

A field that HR does not tell satisfies no test but a negated one; nothing is guessed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

MAX_DEPTH = 5
MAX_TESTS = 50
MAX_VALUES = 500
MAX_NUMBER = 1_000
"""The largest number that a test may name; the smallest is 0."""


class HrField(StrEnum):
    """What of HR an audience may ask for."""

    FUNCTION = "function"
    BUSINESS_UNIT = "business_unit"
    DEPARTMENT = "department"
    COMPANY = "company"
    WORKER_TYPE = "worker_type"
    LOCATION_CODE = "location_code"
    COUNTRY = "country"
    SUBDIVISION = "subdivision"
    JOB_LEVEL = "job_level"


NUMBERS = frozenset({HrField.JOB_LEVEL})
"""The fields that hold a whole number; all others hold a code."""


class Operator(StrEnum):
    """How a field is tested; GTE and LTE take one number, EXISTS takes nothing."""

    IN = "in"
    NOT_IN = "not_in"
    GTE = "gte"
    LTE = "lte"
    EXISTS = "exists"


HrValue: TypeAlias = str | int
HrFacts: TypeAlias = Mapping[HrField, HrValue | None]
"""What HR says about one person; a field that is not there is unknown."""


@dataclass(frozen=True, slots=True)
class FieldTest:
    """One test of one field."""

    field: HrField
    op: Operator
    values: tuple[HrValue, ...] = ()


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; without parts: everybody."""

    all_of: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds; without parts: nobody."""

    any_of: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    negated: "Predicate"


Predicate: TypeAlias = FieldTest | AllOf | AnyOf | Not
EVERYBODY = AllOf(())


@dataclass(frozen=True, slots=True)
class Miss:
    """The first predicate that keeps somebody out; `path` leads to it, such as `all_of.1`."""

    path: str
    field: HrField | None = None
    op: Operator | None = None


def miss(predicate: Predicate, facts: HrFacts) -> Miss | None:
    """Why somebody is not in the audience; None: they are."""
    return _miss(predicate, facts, ())


def _miss(predicate: Predicate, facts: HrFacts, path: tuple[str, ...]) -> Miss | None:
    match predicate:
        case FieldTest(field, op):
            return None if _holds(predicate, facts.get(field)) else Miss(".".join(path), field, op)
        case AllOf(parts):
            found = (_miss(part, facts, (*path, "all_of", str(at))) for at, part in enumerate(parts))
            return next(filter(None, found), None)
        case AnyOf(parts):
            if any(_miss(part, facts, path) is None for part in parts):
                return None
            return Miss(".".join((*path, "any_of")))
        case Not(part):
            return Miss(".".join((*path, "negated"))) if _miss(part, facts, path) is None else None


def _holds(test: FieldTest, value: HrValue | None) -> bool:
    if value is None:
        return False
    match test.op:
        case Operator.IN:
            return value in test.values
        case Operator.NOT_IN:
            return value not in test.values
        case Operator.GTE:
            return isinstance(value, int) and all(isinstance(v, int) and value >= v for v in test.values)
        case Operator.LTE:
            return isinstance(value, int) and all(isinstance(v, int) and value <= v for v in test.values)
        case Operator.EXISTS:
            return True


class PredicateFault(StrEnum):
    """Why a predicate cannot be meant."""

    TOO_DEEP = "predicate_too_deep"
    TOO_LARGE = "predicate_too_large"
    VALUES_MISSING = "predicate_values_missing"
    VALUES_NOT_ALLOWED = "predicate_values_not_allowed"
    NOT_COMPARABLE = "predicate_not_comparable"
    WRONG_TYPE = "predicate_wrong_type"
    OUT_OF_RANGE = "predicate_out_of_range"


def predicate_fault(predicate: Predicate) -> PredicateFault | None:
    """The first thing that is wrong with a predicate; None: nothing."""
    for position, (depth, part) in enumerate(_walk(predicate, 1)):
        if depth > MAX_DEPTH:
            return PredicateFault.TOO_DEEP
        if position >= MAX_TESTS:
            return PredicateFault.TOO_LARGE
        fault = _test_fault(part) if isinstance(part, FieldTest) else None
        if fault is not None:
            return fault
    return None


def _walk(predicate: Predicate, depth: int) -> Iterator[tuple[int, Predicate]]:
    yield depth, predicate
    if depth > MAX_DEPTH:
        return
    match predicate:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _walk(part, depth + 1)
        case Not(part):
            yield from _walk(part, depth + 1)
        case _:
            return


def _test_fault(test: FieldTest) -> PredicateFault | None:
    if test.op is Operator.EXISTS:
        return PredicateFault.VALUES_NOT_ALLOWED if test.values else None
    if not test.values:
        return PredicateFault.VALUES_MISSING
    number = test.field in NUMBERS
    if test.op in {Operator.GTE, Operator.LTE}:
        if not number:
            return PredicateFault.NOT_COMPARABLE
        if len(test.values) > 1:
            return PredicateFault.VALUES_NOT_ALLOWED
    if len(test.values) > MAX_VALUES:
        return PredicateFault.TOO_LARGE
    return _values_fault(test.values, int if number else str)


def _values_fault(values: tuple[HrValue, ...], wanted: type) -> PredicateFault | None:
    if not all(isinstance(value, wanted) and not isinstance(value, bool) for value in values):
        return PredicateFault.WRONG_TYPE
    in_range = all(0 <= value <= MAX_NUMBER for value in values if isinstance(value, int))
    return None if in_range else PredicateFault.OUT_OF_RANGE
