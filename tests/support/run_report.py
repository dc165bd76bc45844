"""What a test run stands on: said before it, said after it, and refused when it proves too little.

`MENTORING_REQUIRE_APACHE_KAFKA=1` fails a run whose broker is not Apache Kafka, or whose wire tests did not
all run.
"""

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.brokers import BrokerKind, Kafka, choose_broker
from tests.support.databases import DatabaseKind, Postgres, choose_database

STARTED = "real_parts_started"
_ON_EACH_BROKER = {
    BrokerKind.EXTERNAL: "the external one of KAFKA_BOOTSTRAP_SERVERS",
    BrokerKind.TESTCONTAINERS: "Apache Kafka in a container",
    BrokerKind.JARS: "Apache Kafka from its published jars",
    BrokerKind.EMBEDDED: "the embedded broker: NOTHING ABOUT DELIVERY IS PROVED ON IT",
}
_ON_EACH_DATABASE = {
    DatabaseKind.EXTERNAL: "the external one of DATABASE_URL",
    DatabaseKind.TESTCONTAINERS: "PostgreSQL in a container",
    DatabaseKind.EMBEDDED: "PostgreSQL from a wheel",
}


@dataclass(eq=False)
class RunReport:
    """Chosen at the start, started when the first test asks, counted to the end."""

    broker: BrokerKind = field(default_factory=choose_broker)
    database: DatabaseKind = field(default_factory=choose_database)
    kafka: Kafka | None = None
    postgres: Postgres | None = None
    workers_started: set[str] = field(default_factory=set)
    required: bool = os.environ.get("MENTORING_REQUIRE_APACHE_KAFKA") == "1"
    wire_ran: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    wire_skipped: int = 0

    def header(self) -> list[str]:
        """One line for the broker and one for the database."""
        return [
            f"broker: {_ON_EACH_BROKER[self.broker]}",
            f"database: {_ON_EACH_DATABASE[self.database]}",
        ]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take one test's outcome, of this process or of a worker."""
        wire = "wire" in report.keywords
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else "expected to fail"
            self.skipped[str(reason)] += 1
            self.wire_skipped += wire
        elif report.when == "call":
            self.wire_ran += wire

    def started(self) -> list[str]:
        """What this process started, as a worker tells it."""
        parts = {"apache": self.kafka and self.kafka.apache, "broker": self.kafka, "database": self.postgres}
        return sorted({name for name, part in parts.items() if part} | self.workers_started)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker of a parallel run has ended."""
        self.workers_started.update(node.workeroutput.get(STARTED, ()))

    def summary(self) -> list[str]:
        """What was really used, and what was left out and why."""
        used, started = self.header(), self.started()
        lines = [
            used[0] + ("" if "broker" in started else " (not started: no test asked for it)"),
            used[1] + ("" if "database" in started else " (not started: no test asked for it)"),
        ]
        return lines + [f"SKIPPED {count}: {reason}" for reason, count in self.skipped.most_common()]

    def refusal(self) -> str | None:
        """Why this run does not count although every test passed; None when it does."""
        if not self.required:
            return None
        if "apache" not in self.started():
            return f"Apache Kafka is required, this run had {_ON_EACH_BROKER[self.broker]}"
        if self.wire_skipped or not self.wire_ran:
            return f"wire tests are required: {self.wire_ran} ran, {self.wire_skipped} were skipped"
        return None
