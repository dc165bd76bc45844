"""The house rules hold in `shared/` and `services/`, and each of them goes red."""

import pytest

from tests.architecture import guards
from tests.architecture.guards import GUARDS, Guard
from tests.architecture.source_files import Source, sources

_ALL = tuple(sources("shared", "services"))


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_the_rule_holds(guard: Guard) -> None:
    """No file of the product breaks it."""
    assert len(_ALL) > 100
    assert [violation for source in _ALL for violation in guard(source)] == []


@pytest.mark.parametrize(
    ("guard", "path", "planted", "found"),
    [
        (
            guards.only_one_place_builds_clients,
            "services/matching/app.py",
            "broker = KafkaBroker('kafka:9092')",
            "1: KafkaBroker is built outside of shared/messaging/broker.py",
        ),
        (
            guards.only_one_place_builds_clients,
            "shared/messaging/relay.py",
            "import aiokafka\nproducer = aiokafka.AIOKafkaProducer()",
            "2: aiokafka.AIOKafkaProducer is built outside of shared/messaging/broker.py",
        ),
        (
            guards.acknowledgement_is_manual,
            "services/matching/app.py",
            "policy = faststream.AckPolicy.NACK_ON_ERROR",
            "1: AckPolicy.NACK_ON_ERROR",
        ),
        (
            guards.acknowledgement_is_manual,
            "shared/messaging/consumer.py",
            "broker.subscriber('topic', auto_offset_reset='earliest')",
            "1: a subscriber without AckPolicy.MANUAL",
        ),
        (
            guards.acknowledgement_is_manual,
            "shared/messaging/consumer.py",
            "broker.subscriber('topic', ack_policy=AckPolicy.MANUAL)",
            "1: a subscriber that does not begin at the earliest record",
        ),
        (
            guards.time_comes_from_the_clock,
            "services/matching/handlers/runs.py",
            "from datetime import UTC, datetime\nstarted = datetime.now(UTC)",
            "2: datetime.now()",
        ),
        (
            guards.time_comes_from_the_clock,
            "services/reporting/views.py",
            "import datetime\nnow = datetime.datetime.utcnow()\n",
            "2: datetime.datetime.utcnow()",
        ),
        (
            guards.time_comes_from_the_clock,
            "shared/messaging/due.py",
            "import time\nnow = time.time()",
            "2: time.time()",
        ),
        (
            guards.the_unit_of_work_commits,
            "services/matching/persistence/repository.py",
            "async def save(connection):\n    await connection.commit()",
            "2: connection.commit()",
        ),
        (
            guards.the_unit_of_work_commits,
            "services/scheduling/app.py",
            "async def save(self):\n    async with self._engine.begin() as connection:\n        pass",
            "2: self._engine.begin()",
        ),
        (
            guards.tasks_are_kept,
            "services/reporting/app.py",
            "import asyncio\nasyncio.create_task(work())",
            "2: asyncio.create_task() whose task nobody holds",
        ),
        (
            guards.tasks_are_kept,
            "services/reporting/app.py",
            "_ = loop.create_task(work())",
            "1: loop.create_task() whose task nobody holds",
        ),
        (
            guards.the_command_line_reads_the_environment,
            "services/engagement/settings.py",
            "import os\nurl = os.environ['ENGAGEMENT_DATABASE_URL']",
            "2: os.environ",
        ),
        (
            guards.the_command_line_reads_the_environment,
            "shared/settings.py",
            "from os import getenv\n",
            "1: os.getenv",
        ),
        (
            guards.the_domain_is_pure,
            "services/matching/domain/people/fold.py",
            "from pydantic import BaseModel\n",
            "1: imports pydantic.BaseModel",
        ),
        (
            guards.the_domain_is_pure,
            "services/matching/domain/run/score.py",
            "import numpy\n",
            "1: imports numpy",
        ),
        (
            guards.the_domain_is_pure,
            "services/engagement/domain/health.py",
            "from shared.clock import system_now\n",
            "1: imports shared.clock.system_now",
        ),
        (
            guards.the_domain_is_pure,
            "services/engagement/domain/health.py",
            "import random\n",
            "1: imports random",
        ),
        (
            guards.the_domain_is_pure,
            "services/engagement/domain/health.py",
            "async def decide() -> None: ...",
            "1: is asynchronous",
        ),
        (
            guards.the_domain_is_pure,
            "services/engagement/domain/goals.py",
            "import uuid\ngoal_id = uuid.uuid4()",
            "2: uuid.uuid4() makes an id",
        ),
        (
            guards.files_are_short,
            "services/matching/handlers.py",
            "x = 1\n" * 251,
            "251: is longer than 250 lines",
        ),
        (
            guards.files_are_named_after_nouns,
            "services/matching/utils.py",
            "x = 1\n",
            "1: is named after nothing",
        ),
    ],
)
def test_a_planted_violation_is_found(guard: Guard, path: str, planted: str, found: str) -> None:
    """Exactly that one, at its line."""
    assert list(guard(Source.of(path, planted))) == [f"{path}:{found}"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "services/matching/domain/solver/assignment.py",
            "from ortools.graph.python import min_cost_flow\nimport numpy\n",
        ),
        (
            "services/matching/domain/match/life.py",
            "from uuid import UUID\nfrom shared.errors import Conflict\n",
        ),
        ("services/matching/__main__.py", "import os\nos.environ['X']\n"),
        ("services/matching/app.py", "task = asyncio.create_task(work())\nunits.begin()\ntime.monotonic()\n"),
    ],
)
def test_what_is_allowed_is_not_found(path: str, text: str) -> None:
    """The rules do not stand in the way of honest work."""
    assert [violation for guard in GUARDS for violation in guard(Source.of(path, text))] == []
