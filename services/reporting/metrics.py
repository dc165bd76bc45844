"""Metrics of reporting: closed labels only."""

from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter


class SignIn(StrEnum):
    """How a sign-in to the console ended."""

    OK = "ok"
    REFUSED = "refused"
    ISSUER_UNREACHABLE = "issuer_unreachable"


class Channel(StrEnum):
    """How a report left."""

    PAGE = "page"
    API = "api"
    CSV = "csv"


class ReportingMetrics:
    """Who signs in, and how reports are read."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.sign_ins = Counter(
            "mentoring_console_sign_ins",
            "Sign-ins to the console that ended.",
            ("outcome",),
            registry=registry,
        )
        self.reports = Counter(
            "mentoring_reports_served", "Reports that were read.", ("channel",), registry=registry
        )
        for outcome in SignIn:
            self.sign_ins.labels(outcome.value)
        for channel in Channel:
            self.reports.labels(channel.value)
