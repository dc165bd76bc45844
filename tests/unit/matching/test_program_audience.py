"""The predicate language of audiences, rule by rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.programs.audience import (
    EVERYBODY,
    AllOf,
    AnyOf,
    FieldTest,
    HrFacts,
    HrField,
    HrValue,
    Miss,
    Not,
    Operator,
    Predicate,
    PredicateFault,
    miss,
    predicate_fault,
)

FACTS: HrFacts = {HrField.COUNTRY: "DE", HrField.JOB_LEVEL: 6, HrField.FUNCTION: None}


def asks(field: HrField, op: Operator, *values: HrValue) -> FieldTest:
    """One test."""
    return FieldTest(field, op, values)


GERMAN = asks(HrField.COUNTRY, Operator.IN, "DE", "AT")
FRENCH = asks(HrField.COUNTRY, Operator.IN, "FR")


@pytest.mark.parametrize(
    "predicate",
    [
        EVERYBODY,
        GERMAN,
        asks(HrField.COUNTRY, Operator.NOT_IN, "FR"),
        asks(HrField.COUNTRY, Operator.EXISTS),
        asks(HrField.JOB_LEVEL, Operator.GTE, 6),
        asks(HrField.JOB_LEVEL, Operator.LTE, 6),
        Not(FRENCH),
        Not(asks(HrField.FUNCTION, Operator.EXISTS)),
        AnyOf((FRENCH, GERMAN)),
        AllOf((GERMAN, Not(FRENCH))),
    ],
)
def test_somebody_whom_the_predicate_holds_for_is_in(predicate: Predicate) -> None:
    assert miss(predicate, FACTS) is None


@pytest.mark.parametrize(
    ("predicate", "why"),
    [
        (FRENCH, Miss("", HrField.COUNTRY, Operator.IN)),
        (
            asks(HrField.COUNTRY, Operator.NOT_IN, "DE"),
            Miss("", HrField.COUNTRY, Operator.NOT_IN),
        ),
        (asks(HrField.JOB_LEVEL, Operator.GTE, 7), Miss("", HrField.JOB_LEVEL, Operator.GTE)),
        (asks(HrField.JOB_LEVEL, Operator.LTE, 5), Miss("", HrField.JOB_LEVEL, Operator.LTE)),
        (AnyOf(()), Miss("any_of")),
        (AnyOf((FRENCH, Not(GERMAN))), Miss("any_of")),
        (Not(GERMAN), Miss("negated")),
        (AllOf((GERMAN, FRENCH)), Miss("all_of.1", HrField.COUNTRY, Operator.IN)),
        (AllOf((GERMAN, AllOf((Not(GERMAN),)))), Miss("all_of.1.all_of.0.negated")),
    ],
)
def test_the_first_predicate_that_keeps_somebody_out_is_named(predicate: Predicate, why: Miss) -> None:
    assert miss(predicate, FACTS) == why


@pytest.mark.parametrize("op", list(Operator))
def test_what_hr_does_not_tell_satisfies_no_test(op: Operator) -> None:
    assert miss(FieldTest(HrField.FUNCTION, op, ("sales",)), FACTS) is not None


@given(st.lists(st.sampled_from([GERMAN, FRENCH, EVERYBODY, Not(GERMAN)]), max_size=4))
def test_all_of_and_any_of_are_each_others_negation(parts: list[Predicate]) -> None:
    """De Morgan's laws hold, so that coordinators may say it either way."""
    all_hold = miss(AllOf(tuple(parts)), FACTS) is None
    none_fails = miss(Not(AnyOf(tuple(Not(part) for part in parts))), FACTS) is None

    assert all_hold == none_fails


DEEP = Not(Not(Not(Not(Not(GERMAN)))))


@pytest.mark.parametrize(
    ("predicate", "fault"),
    [
        (DEEP, PredicateFault.TOO_DEEP),
        (AllOf((GERMAN,) * 50), PredicateFault.TOO_LARGE),
        (asks(HrField.COUNTRY, Operator.IN), PredicateFault.VALUES_MISSING),
        (asks(HrField.COUNTRY, Operator.EXISTS, "DE"), PredicateFault.VALUES_NOT_ALLOWED),
        (asks(HrField.JOB_LEVEL, Operator.GTE, 1, 2), PredicateFault.VALUES_NOT_ALLOWED),
        (asks(HrField.COUNTRY, Operator.GTE, "DE"), PredicateFault.NOT_COMPARABLE),
        (asks(HrField.JOB_LEVEL, Operator.IN, "6"), PredicateFault.WRONG_TYPE),
        (asks(HrField.COUNTRY, Operator.IN, 49), PredicateFault.WRONG_TYPE),
        (asks(HrField.JOB_LEVEL, Operator.IN, True), PredicateFault.WRONG_TYPE),
        (asks(HrField.JOB_LEVEL, Operator.GTE, 10**30), PredicateFault.OUT_OF_RANGE),
        (asks(HrField.JOB_LEVEL, Operator.IN, 5, -1), PredicateFault.OUT_OF_RANGE),
        (asks(HrField.JOB_LEVEL, Operator.LTE, 1_001), PredicateFault.OUT_OF_RANGE),
        (asks(HrField.JOB_LEVEL, Operator.IN, 0, 1_000), None),
        (asks(HrField.JOB_LEVEL, Operator.IN, *range(501)), PredicateFault.TOO_LARGE),
        (AllOf((GERMAN, Not(asks(HrField.COUNTRY, Operator.IN)))), PredicateFault.VALUES_MISSING),
        (AllOf((GERMAN,) * 49), None),
        (Not(Not(Not(Not(GERMAN)))), None),
    ],
)
def test_a_predicate_that_cannot_be_meant_is_told_by_its_fault(
    predicate: Predicate, fault: PredicateFault | None
) -> None:
    assert predicate_fault(predicate) is fault
