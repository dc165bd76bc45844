"""An audience means the same in the store and in the rules."""

import itertools

import pytest
from sqlalchemy import select

from services.matching.domain.programs.audience import (
    EVERYBODY,
    AllOf,
    AnyOf,
    FieldTest,
    HrField,
    Not,
    Operator,
    Predicate,
    miss,
)
from services.matching.persistence.audience_sql import condition
from services.matching.persistence.people_tables import person
from services.matching.persistence.person_reader import PersonReader
from tests.component.conftest import HarnessFactory
from tests.support.matching_world import World, person_id

GERMAN = FieldTest(HrField.COUNTRY, Operator.IN, ("DE", "AT"))
NOT_FRENCH = FieldTest(HrField.COUNTRY, Operator.NOT_IN, ("FR",))
SENIOR = FieldTest(HrField.JOB_LEVEL, Operator.GTE, (6,))
JUNIOR = FieldTest(HrField.JOB_LEVEL, Operator.LTE, (4,))
PLACED = FieldTest(HrField.COUNTRY, Operator.EXISTS)
TESTS = (GERMAN, NOT_FRENCH, SENIOR, JUNIOR, PLACED)
PREDICATES: list[Predicate] = [
    EVERYBODY,
    AnyOf(()),
    Not(EVERYBODY),
    *TESTS,
    *map(Not, TESTS),
    *(AllOf(pair) for pair in itertools.combinations(TESTS, 2)),
    *(AnyOf(pair) for pair in itertools.combinations(TESTS, 2)),
    *(Not(AnyOf((one, Not(AllOf((other, PLACED)))))) for one, other in itertools.permutations(TESTS, 2)),
]


@pytest.fixture
async def people(harness_factory: HarnessFactory) -> World:
    """Germans, French and people of whom HR tells no country; levels 4, 6 and unknown."""
    world = World(await harness_factory("matching"))
    for country, level in itertools.product(("DE", "FR", None), (4, 6, None)):
        await world.add_person(f"{country}-{level}", country=country, job_level=level)
    return world


async def test_the_store_finds_exactly_whom_the_rules_let_in(people: World) -> None:
    """Also where HR tells nothing: unknown satisfies no test but a negated one."""
    async with people.harness.service.kernel.units.read() as connection:
        everybody = (await connection.execute(select(person.c.id))).scalars().all()
        applicants = await PersonReader(connection).applicants(everybody)
        for predicate in PREDICATES:
            found = await connection.execute(select(person.c.id).where(condition(predicate)))
            let_in = {who for who, each in applicants.items() if miss(predicate, each.facts) is None}
            assert set(found.scalars()) == let_in, predicate


async def test_whom_the_store_finds_is_who_is_meant(people: World) -> None:
    """A few by hand, so that both being wrong in the same way shows."""
    expected: list[tuple[Predicate, set[str]]] = [
        (GERMAN, {"DE-4", "DE-6", "DE-None"}),
        (NOT_FRENCH, {"DE-4", "DE-6", "DE-None"}),
        (Not(GERMAN), {"FR-4", "FR-6", "FR-None", "None-4", "None-6", "None-None"}),
        (AllOf((PLACED, SENIOR)), {"DE-6", "FR-6"}),
    ]
    async with people.harness.service.kernel.units.read() as connection:
        for predicate, names in expected:
            found = await connection.execute(select(person.c.id).where(condition(predicate)))
            assert set(found.scalars()) == {person_id(name) for name in names}
