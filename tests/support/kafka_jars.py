"""Apache Kafka's published jars: fetched once by Maven, checked against committed sums at every use."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

KAFKA_VERSION = "4.4.0"
OLDEST_JAVA = 17

_REPOSITORY = Path(__file__).parents[2]
_POM = _REPOSITORY / "deploy/kafka/pom.xml"
_SUMS = _REPOSITORY / "deploy/kafka/jars.sha256"


class JarsNotAsPublished(RuntimeError):
    """What Maven delivered is not what the committed sums name."""


def cached_jars() -> Path:
    """Where the jars are kept between runs."""
    cache_home = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
    return cache_home / "mentoring-platform" / f"kafka-{KAFKA_VERSION}"


def fetched_jars() -> Path:
    """A folder that holds exactly the jars of `deploy/kafka/jars.sha256`; the cache when it still does.

    Raises JarsNotAsPublished, and subprocess.CalledProcessError when Maven cannot fetch.
    """
    folder = cached_jars()
    if problem_with(folder) is None:
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as scratch:
        fresh = Path(scratch) / "jars"
        command = ["mvn", "-q", "-B", "-f", str(_POM), "dependency:copy-dependencies"]
        subprocess.run([*command, f"-DoutputDirectory={fresh}", "-DincludeScope=runtime"], check=True)
        if (problem := problem_with(fresh)) is not None:
            raise JarsNotAsPublished(problem)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    return folder


def problem_with(folder: Path) -> str | None:
    """What makes the folder differ from the committed sums, None when nothing does."""
    sums = (line.split() for line in _SUMS.read_text().splitlines())
    expected = {name: digest for digest, name in sums}
    found = {path.name for path in folder.glob("*.jar")}
    if found != expected.keys():
        return f"{len(found)} jars in {folder} instead of {len(expected)}"
    for name, digest in expected.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            return f"{name} in {folder} has another content"
    return None


@cache
def java_can_run_kafka() -> bool:
    """Java 17 or later is there and works, and so are the jars or the Maven that fetches them."""
    try:
        answer = subprocess.run(["java", "-version"], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    version = re.search(r'version "(\d+)', answer.stderr)
    if version is None or int(version.group(1)) < OLDEST_JAVA:
        return False
    return cached_jars().is_dir() or shutil.which("mvn") is not None
