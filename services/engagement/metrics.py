"""Metrics of engagement: closed labels only."""

from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.engagement.domain.care import FlagCode, NudgeCode, Resolution
from services.engagement.domain.health import Health
from services.engagement.domain.session_log import Outcome
from services.engagement.persistence.tables import flag, match


class EngagementMetrics:
    """Counters count when the work is done: work that is rolled back and tried again counts twice."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.match_health = Gauge(
            "mentoring_match_health_matches",
            "Open matches by health, read from the store: the same on every replica.",
            ("health",),
            registry=registry,
        )
        self.open_flags = Gauge(
            "mentoring_open_flags",
            "Flags that wait for a coordinator, read from the store: the same on every replica.",
            ("code",),
            registry=registry,
        )
        self.nudges = Counter("mentoring_nudges_sent", "Nudges sent.", ("code",), registry=registry)
        self.flags_raised = Counter("mentoring_flags_raised", "Flags raised.", ("code",), registry=registry)
        self.flags_resolved = Counter(
            "mentoring_flags_resolved", "Flags resolved.", ("resolution",), registry=registry
        )
        self.session_logs = Counter(
            "mentoring_session_logs", "Sessions that members logged.", ("outcome",), registry=registry
        )
        for health in Health:
            self.match_health.labels(health.value)
        for code in FlagCode:
            self.open_flags.labels(code.value)
            self.flags_raised.labels(code.value)
        for nudge in NudgeCode:
            self.nudges.labels(nudge.value)
        for resolution in Resolution:
            self.flags_resolved.labels(resolution.value)
        for outcome in Outcome:
            self.session_logs.labels(outcome.value)


class StoreGauges:
    """The gauges that are read from the store."""

    def __init__(self, metrics: EngagementMetrics) -> None:
        self._metrics = metrics

    async def refresh(self, connection: AsyncConnection) -> None:
        """Read the figures."""
        health = await connection.execute(
            select(match.c.health, func.count().label("matches"))
            .where(match.c.closed_at.is_(None), match.c.health.is_not(None))
            .group_by(match.c.health)
        )
        flags = await connection.execute(
            select(flag.c.code, func.count().label("flags"))
            .where(flag.c.resolved_at.is_(None))
            .group_by(flag.c.code)
        )
        by_health = {row.health: row.matches for row in health}
        by_code = {row.code: row.flags for row in flags}
        for state in Health:
            self._metrics.match_health.labels(state.value).set(by_health.get(state.value, 0))
        for code in FlagCode:
            self._metrics.open_flags.labels(code.value).set(by_code.get(code.value, 0))
