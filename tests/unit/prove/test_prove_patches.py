"""What the harness changes in a process of its own."""

import os
import subprocess
import sys

from tests.prove.forks import ROOT

SHIFTED = """
from datetime import UTC, datetime, timedelta
from shared.clock import SystemClock, system_now
from tests.prove.clocks import shift
shift(3600)
away = [each - datetime.now(UTC) for each in (system_now(), SystemClock().now())]
print(all(timedelta(seconds=3595) < each < timedelta(seconds=3605) for each in away))
"""

POISONED = """
import asyncio
from tests.prove.poison import apply
apply()
from shared.messaging.records import Record
from shared.messaging.routes import Routes
seen = []

async def handler(record, uow):
    seen.append(record.key)

routes = Routes().on_foreign("hr", handler)
for key in (b"G3ANNA", None, b"G3THROWS7"):
    record = Record(topic="hr", partition=0, offset=0, key=key, value=b"", headers=())
    try:
        asyncio.run(routes.foreign["hr"](record, None))
    except RuntimeError:
        print("threw", key)
print(seen)
"""


def said(program: str) -> str:
    """What a program says in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def test_a_shifted_clock_is_wrong_also_for_those_who_imported_it_before() -> None:
    assert said(SHIFTED) == "True\n"


def test_a_poisoned_record_throws_and_no_other() -> None:
    assert said(POISONED) == "threw b'G3THROWS7'\n[b'G3ANNA', None]\n"
