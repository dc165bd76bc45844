"""What matching counts about people; labels are closed sets, never ids or names."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.people.observation import ObservationKind
from services.matching.persistence.people_repository import Leaving
from services.matching.persistence.people_tables import person
from services.matching.sources import RefusalReason

ERASED_PERSON: Final = "erased_person"
"""A record about somebody who was erased is refused for this reason."""

_OUTCOMES: Final = ("new", "duplicate")


class PeopleMetrics:
    """Counters count when the work is done: work that is rolled back and tried again counts twice."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.observations = Counter(
            "mentoring_hr_observations_total",
            "What HR feeds said, by kind; a duplicate says nothing new.",
            ["kind", "outcome"],
            registry=registry,
        )
        self.refusals = Counter(
            "mentoring_hr_refusals_total",
            "Records of HR feeds, or events in them, that were refused, by reason.",
            ["reason"],
            registry=registry,
        )
        self.circles = Counter(
            "mentoring_people_line_circles_total",
            "Changes of managers after which somebody was above themselves.",
            registry=registry,
        )
        self.held_identities = Gauge(
            "mentoring_people_held_identities_count",
            "People whose key came back as somebody else, read from the store: the same on every replica.",
            registry=registry,
        )
        self.held_leavers = Gauge(
            "mentoring_people_held_leavers_count",
            "Leavers whom the mass-change brake holds, read from the store: the same on every replica.",
            registry=registry,
        )
        self.dangling = Gauge(
            "mentoring_people_dangling_managers_count",
            "People with a manager pointer that nobody answers to, read from the store.",
            registry=registry,
        )
        self.self_managed = Gauge(
            "mentoring_people_self_managed_count",
            "People whose manager pointer is their own, read from the store.",
            registry=registry,
        )
        self.ambiguous_logins = Gauge(
            "mentoring_people_ambiguous_logins_count",
            "People who cannot sign in because somebody else has the same login, read from the store.",
            registry=registry,
        )
        for kind in ObservationKind:
            for outcome in _OUTCOMES:
                self.observations.labels(kind.value, outcome)
        for reason in (*RefusalReason, ERASED_PERSON):
            self.refusals.labels(str(reason))

    def observed(self, kind: ObservationKind, *, new: bool) -> None:
        """Count one observation."""
        self.observations.labels(kind.value, "new" if new else "duplicate").inc()


class PeopleGauges:
    """The gauges that are read from the store."""

    def __init__(self, metrics: PeopleMetrics) -> None:
        self._metrics = metrics

    async def refresh(self, connection: AsyncConnection) -> None:
        """Read the figures."""
        figures = select(
            func.count().filter(person.c.held),
            func.count().filter(person.c.leaving == Leaving.HELD.value),
            func.count().filter(person.c.dangling_managers > 0),
            func.count().filter(person.c.self_managed),
        ).where(
            person.c.held
            | (person.c.leaving == Leaving.HELD.value)
            | (person.c.dangling_managers > 0)
            | person.c.self_managed
        )
        held, leavers, dangling, self_managed = (await connection.execute(figures)).one()
        self._metrics.held_identities.set(held)
        self._metrics.held_leavers.set(leavers)
        self._metrics.dangling.set(dangling)
        self._metrics.self_managed.set(self_managed)
        self._metrics.ambiguous_logins.set(await self._sharing_a_login(connection))

    @staticmethod
    async def _sharing_a_login(connection: AsyncConnection) -> int:
        shared = (
            select(func.count().label("people"))
            .where(person.c.login_subject.is_not(None))
            .group_by(person.c.login_subject)
            .having(func.count() > 1)
            .subquery()
        )
        return await connection.scalar(select(func.coalesce(func.sum(shared.c.people), 0))) or 0
