"""What a run of a cohort could not do, over HTTP."""

from uuid import UUID

from fastapi import APIRouter

from services.matching.api.context import COORDINATOR, Context, View, coordinated
from services.matching.api.why_models import RelaxationView
from services.matching.domain.run.check import MarketCheck
from services.matching.domain.run.constraints import ConstraintCode
from services.matching.domain.run.market import Role
from services.matching.persistence.program_repository import ProgramRepository
from shared.http.auth import CurrentIdentity

MOST_SHOWN = 500


class SupplyView(View):
    """Seats that the rules leave open against demand: in all or by group; null is withheld."""

    field: str | None
    value: str | None
    demand: int | None
    seats: int | None


class RuleEffectView(View):
    """What a rule does: pairs that it refuses, people whom it refuses somebody, or everybody alone."""

    code: ConstraintCode
    pairs: int
    people: int
    stuck_by_it_alone: int


class StuckView(View):
    """Somebody without any allowed partner: a smallest set of rules that conflict, and what to waive."""

    participant_id: UUID
    role: Role
    conflict: list[ConstraintCode]
    relaxations: list[RelaxationView]


class BrokenLockView(View):
    """A locked match whose people fail rules today."""

    match_id: UUID
    mentor_id: UUID
    mentee_id: UUID
    rules: list[ConstraintCode]


class CheckView(View):
    """The market of a run that was asked for now; `stuck` lists the first 500 of `stuck_people`."""

    mentors: int
    mentees: int
    allowed_pairs: int
    supply: list[SupplyView]
    rules: list[RuleEffectView]
    stuck_people: int
    stuck: list[StuckView]
    broken_locks: list[BrokenLockView]


def check_routes(context: Context) -> APIRouter:
    """Checks belong to the coordinators of the program."""
    router = APIRouter(tags=["match runs"], dependencies=[COORDINATOR])
    units, clock, checks = context.units, context.clock, context.handlers.checks

    @router.get("/cohorts/{cohort_id}/check")
    async def check_cohort(
        cohort_id: UUID, identity: CurrentIdentity, *, replace_proposals: bool = False
    ) -> CheckView:
        """Tell before a run which rules cannot be met, for whom, and where seats lack. Changes nothing."""
        async with units.read() as connection:
            cohort = await ProgramRepository(connection).cohort(cohort_id)
            program = await coordinated(connection, cohort.program_id, identity)
            snapshot = await checks.snapshot(
                connection, cohort, program, clock.now(), replace_proposals=replace_proposals
            )
        return _view(await snapshot.check())

    return router


def _view(found: MarketCheck) -> CheckView:
    return CheckView(
        mentors=found.mentors,
        mentees=found.mentees,
        allowed_pairs=found.allowed_pairs,
        supply=[
            SupplyView(field=each.field, value=each.value, demand=each.demand, seats=each.seats)
            for each in found.supply
        ],
        rules=[
            RuleEffectView(
                code=each.code,
                pairs=each.pairs,
                people=each.people,
                stuck_by_it_alone=each.stuck_by_it_alone,
            )
            for each in found.rules
        ],
        stuck_people=len(found.stuck),
        stuck=[
            StuckView(
                participant_id=each.participant,
                role=each.role,
                conflict=list(each.conflict),
                relaxations=[
                    RelaxationView(rules=list(one.rules), partners=one.partners, examples=list(one.examples))
                    for one in each.relaxations
                ],
            )
            for each in found.stuck[:MOST_SHOWN]
        ],
        broken_locks=[
            BrokenLockView(
                match_id=each.lock.match_id,
                mentor_id=each.lock.mentor,
                mentee_id=each.lock.mentee,
                rules=list(each.rules),
            )
            for each in found.broken_locks
        ],
    )
