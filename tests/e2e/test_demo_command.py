"""The demo as a process: what it refuses, how it stays up, and that it leaves nothing behind."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.eventually import eventually

ROOT = Path(__file__).parents[2]
RECORD = {
    "events": [
        {
            "eventNameCode": {"codeValue": "worker.hire"},
            "eventStatusCode": {"codeValue": "complete"},
            "recordDateTime": "2020-01-06T10:00:00.000+0000",
            "effectiveDateTime": "2020-01-06T00:00:00.000+0000",
            "data": {
                "output": {
                    "worker": {
                        "associateOID": "G3DEMO",
                        "person": {"legalName": {"givenName": "Ada", "familyName1": "Bauer"}},
                    }
                }
            },
        }
    ]
}


def demo(**environment: str) -> "subprocess.Popen[str]":
    """Start the demo with these variables and no others of its own."""
    inherited = {
        name: value for name, value in os.environ.items() if name not in {"ONCE", "SEED", "HRIS", "PORT"}
    }
    return subprocess.Popen(
        [sys.executable, "-m", "deploy.local.demo"],
        cwd=ROOT,
        env=inherited | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A short path, for a socket lies in it; its name is in the command lines of what runs there."""
    folder = Path(tempfile.mkdtemp(prefix="demo-"))
    # PostgreSQL does not run as root: for root it runs as a user who must get to its directory.
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def payloads(tmp_path: Path) -> Path:
    """One hire, the same under another name of the file, and a record that is cut off."""
    text = json.dumps(RECORD)
    for name, content in (("a.json", text), ("b.json", text), ("c.json", text[:50]), ("LICENSE", "free")):
        (tmp_path / name).write_text(content)
    return tmp_path


def told_until(process: "subprocess.Popen[str]", sign: str) -> str:
    """What it says, until a line holds the sign."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if sign in line:
            return "".join(lines)
    raise AssertionError(
        f"it ended without {sign!r}: {''.join(lines)} {process.stderr and process.stderr.read()}"
    )


def running(process: "subprocess.Popen[str]", folder: Path) -> list[str]:
    """Command lines of its children, and of whatever works in the folder."""
    table = subprocess.run(
        ["ps", "-axww", "-o", "ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(maxsplit=1) for line in table.splitlines() if line.strip()]
    return [args for ppid, args in rows if int(ppid) == process.pid or str(folder) in args]


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"SEED": "seven"}, "demo: SEED must be a whole number from 0 to 9223372036854775807, not 'seven'\n"),
        ({"HRIS": "/nowhere"}, "demo: HRIS names no folder: /nowhere does not exist\n"),
        ({"PORT": "eighty"}, "demo: PORT must be a number from 1 to 65535, not 'eighty'\n"),
    ],
)
def test_an_option_that_cannot_be_followed_is_one_line_and_code_2(
    variables: dict[str, str], told: str
) -> None:
    process = demo(ONCE="1", **variables)

    out, err = process.communicate(timeout=60)

    assert (process.returncode, out, err) == (2, "", told)


def test_a_folder_of_payloads_becomes_observations_and_refusals(payloads: Path, temporary: Path) -> None:
    process = demo(ONCE="1", HRIS=str(payloads), TMPDIR=str(temporary))

    out, err = process.communicate(timeout=110)
    last = json.loads(out.splitlines()[-1])

    assert (process.returncode, err) == (0, "")
    assert last["records"] == 3
    assert last["people"] == 1
    assert last["observations"] == 1
    assert last["refused"] == {"malformed_json": 1}
    assert last["dead_letters"] == 1
    assert "Ada Bauer" in out
    assert running(process, temporary) == []


def test_it_stays_up_until_ctrl_c_and_leaves_nothing_behind(payloads: Path, temporary: Path) -> None:
    process = demo(HRIS=str(payloads), TMPDIR=str(temporary))
    told = told_until(process, "It stays up at")
    address = re.search(r"http://127\.0\.0\.1:\d+", told.splitlines()[-1])
    assert address
    documents = [httpx.get(f"{address[0]}/api/{name}/docs").status_code for name in ("matching", "reporting")]
    before = running(process, temporary)

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert documents == [200, 200]
    assert any("broker" in args for args in before)
    assert any("postgres" in args for args in before)
    assert (process.returncode, out, err) == (0, "Stopping…\n", "")
    assert running(process, temporary) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_can_be_stopped_while_it_starts(
    number: signal.Signals, payloads: Path, temporary: Path
) -> None:
    process = demo(ONCE="1", HRIS=str(payloads), TMPDIR=str(temporary))
    told_until(process, "Seed")
    await eventually(lambda: running(process, temporary), timeout=30)

    process.send_signal(number)
    _, err = process.communicate(timeout=60)

    assert (process.returncode, err) == (130, "")
    assert running(process, temporary) == []
