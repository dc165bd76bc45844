"""Latencies as a run tells them."""

import statistics
import sys
from collections.abc import Callable, Collection


def report_latency(
    record_property: Callable[[str, object], None], what: str, seconds: Collection[float]
) -> None:
    """Print median and 99th percentile (interpolated between what was seen), and keep them in the report."""
    spread = statistics.quantiles(seconds, n=100, method="inclusive")
    told = f"p50 {spread[49]:.3f} s, p99 {spread[98]:.3f} s, n={len(seconds)}"
    record_property(what, told)
    sys.stderr.write(f"\n{what}: {told}\n")
