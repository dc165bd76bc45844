"""An audience as SQL over people, with the meaning of `domain.programs.audience`."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.people.employment import PersonStatus
from services.matching.domain.programs.audience import (
    AllOf,
    AnyOf,
    FieldTest,
    HrField,
    Not,
    Operator,
    Predicate,
)
from services.matching.domain.programs.terms import ROLES_OF, ProgramTerms
from services.matching.persistence.people_tables import person

COLUMNS: Final = {field: person.c[field.value] for field in HrField}


def condition(predicate: Predicate) -> ColumnElement[bool]:
    """The predicate as a condition that is true or false, never unknown."""
    match predicate:
        case FieldTest():
            return func.coalesce(_test(predicate), false())
        case AllOf(parts):
            return and_(true(), *map(condition, parts))
        case AnyOf(parts):
            return or_(false(), *map(condition, parts))
        case Not(part):
            return not_(condition(part))


async def count_eligible(connection: AsyncConnection, terms: ProgramTerms) -> int:
    """How many people at work are in the audience for at least one role."""
    query = select(func.count()).select_from(person)
    count = await connection.scalar(query.where(at_work(), _any_role(terms)))
    return count or 0


def at_work() -> ColumnElement[bool]:
    """Whether somebody can take part today."""
    return person.c.status == PersonStatus.ACTIVE.value


def _any_role(terms: ProgramTerms) -> ColumnElement[bool]:
    roles: Iterable[Predicate] = (terms.audience.of(role) for role in sorted(ROLES_OF[terms.format]))
    return or_(false(), *map(condition, roles))


def _test(test: FieldTest) -> ColumnElement[Any]:
    column = COLUMNS[test.field]
    match test.op:
        case Operator.IN:
            return column.in_(test.values)
        case Operator.NOT_IN:
            return column.not_in(test.values)
        case Operator.GTE:
            return and_(*(column >= value for value in test.values))
        case Operator.LTE:
            return and_(*(column <= value for value in test.values))
        case Operator.EXISTS:
            return column.is_not(None)
