"""What matching counts; labels are closed sets, never ids or names."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.matching.domain.match.states import MatchState
from services.matching.domain.run.result import CertificateFailure, UnmatchedReason

CHANGED_SINCE: Final = "changed_since"
"""The people of a proposal were no longer free when it was to be published."""

REFUSALS: Final = ("certificate_refused", "invalid_market", "program_changed", "solver_failed")
PAIR_RESULTS: Final = ("proposed", "simulated", CHANGED_SINCE)


class MatchingMetrics:
    """Runs and matches."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.solve_seconds = Histogram(
            "mentoring_match_run_solve_seconds",
            "Time from the snapshot of a run to its result.",
            registry=registry,
            buckets=(0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600),
        )
        self.gap = Gauge(
            "mentoring_match_run_gap_millionths",
            "Bound minus objective of the latest run; anything but 0 fails it.",
            registry=registry,
        )
        self.certificate_failures = Counter(
            "mentoring_match_run_certificate_failures_total",
            "Runs whose answer was not proven best; nothing of them is published, and any is an alert.",
            ["reason"],
            registry=registry,
        )
        self.refused = Counter(
            "mentoring_match_runs_refused_total",
            "Runs of which nothing was published, by reason.",
            ["reason"],
            registry=registry,
        )
        self.pairs = Counter(
            "mentoring_match_run_pairs_total",
            "Pairs of runs, by what became of them.",
            ["result"],
            registry=registry,
        )
        self.unmatched = Counter(
            "mentoring_match_run_unmatched_total",
            "People whom runs left over, by reason.",
            ["reason"],
            registry=registry,
        )
        self.matches = Gauge("mentoring_matches_count", "Matches by state.", ["state"], registry=registry)
        for failure in CertificateFailure:
            self.certificate_failures.labels(failure.value)
        for reason in REFUSALS:
            self.refused.labels(reason)
        for result in PAIR_RESULTS:
            self.pairs.labels(result)
        for left in UnmatchedReason:
            self.unmatched.labels(left.value)
        for state in MatchState:
            self.matches.labels(state.value)
