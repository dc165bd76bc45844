"""Metrics of scheduling: closed labels only."""

from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.domain.match import UnscheduledReason
from services.scheduling.domain.session import CancellationReason
from services.scheduling.domain.zones import ZoneDoubt
from services.scheduling.persistence.tables import match, person
from shared.events.people import PersonStatus

FIRST, NEXT = "first", "next"


class SchedulingMetrics:
    """Counters count when the work is done: work that is rolled back and tried again counts twice."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.booked = Counter(
            "mentoring_sessions_booked",
            "Sessions that were put into the calendar.",
            ("session",),
            registry=registry,
        )
        self.moved = Counter("mentoring_sessions_moved", "Sessions that members moved.", registry=registry)
        self.cancelled = Counter(
            "mentoring_sessions_cancelled", "Sessions that are off.", ("reason",), registry=registry
        )
        self.reminders = Counter(
            "mentoring_session_reminders", "Reminders that fell due in time.", registry=registry
        )
        self.searches_failed = Counter(
            "mentoring_session_searches_failed",
            "Searches for a next session that found none.",
            ("reason",),
            registry=registry,
        )
        self.unscheduled = Gauge(
            "mentoring_unscheduled_matches",
            "Active matches without a next session, read from the store: the same on every replica.",
            ("reason",),
            registry=registry,
        )
        self.zone_questions = Gauge(
            "mentoring_zone_questions_open",
            "People who have to name their time zone, read from the store: the same on every replica.",
            ("doubt",),
            registry=registry,
        )
        for session in (FIRST, NEXT):
            self.booked.labels(session)
        for cancellation in CancellationReason:
            self.cancelled.labels(cancellation.value)
        for reason in UnscheduledReason:
            self.searches_failed.labels(reason.value)
            self.unscheduled.labels(reason.value)
        for doubt in ZoneDoubt:
            self.zone_questions.labels(doubt.value)


class StoreGauges:
    """The gauges that are read from the store."""

    def __init__(self, metrics: SchedulingMetrics) -> None:
        self._metrics = metrics

    async def refresh(self, connection: AsyncConnection) -> None:
        """Read the figures."""
        reasons = await connection.execute(
            select(match.c.unscheduled_reason, func.count().label("matches"))
            .where(match.c.unscheduled_reason.is_not(None))
            .group_by(match.c.unscheduled_reason)
        )
        doubts = await connection.execute(
            select(person.c.zone_doubt, func.count().label("people"))
            .where(person.c.known, person.c.time_zone.is_(None))
            .where(person.c.status != PersonStatus.LEFT.value)
            .group_by(person.c.zone_doubt)
        )
        by_reason = {row.unscheduled_reason: row.matches for row in reasons}
        by_doubt = {row.zone_doubt: row.people for row in doubts}
        for reason in UnscheduledReason:
            self._metrics.unscheduled.labels(reason.value).set(by_reason.get(reason.value, 0))
        for doubt in ZoneDoubt:
            self._metrics.zone_questions.labels(doubt.value).set(by_doubt.get(doubt.value, 0))
