"""Prometheus' own tool, and the metric names in what it reads."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from tests.architecture.source_files import ROOT

PROMETHEUS = ROOT / "deploy" / "prometheus"
RULES = (PROMETHEUS / "recording.yml", PROMETHEUS / "alerts.yml")
TESTS = sorted((PROMETHEUS / "tests").glob("*.yml"))

_NAME = re.compile(r"(?<![\w:$])mentoring[:_][\w:]+")
_ROW = re.compile(r"^\| `(mentoring_\w+)` \| (\w+) \|", re.MULTILINE)
_SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "summary": ("_count", "_sum")}
_STRINGS = re.compile(r'"[^"]*"')


def promtool() -> str | None:
    """Where Prometheus' tool is, if it is installed (Debian: `prometheus`)."""
    return shutil.which("promtool")


def run_promtool(*arguments: str, within: Path) -> tuple[int, str]:
    """Exit code, and all that it said."""
    command = promtool()
    assert command is not None
    done = subprocess.run(
        [command, *arguments], cwd=within, capture_output=True, text=True, check=False, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


def refused_queries(queries: Iterable[str], folder: Path) -> str:
    """What Prometheus says against queries, nothing when it takes them all: each becomes a rule."""
    rules = [
        {"record": f"query:{number}", "expr": expr.replace("$job", ".*")}
        for number, expr in enumerate(queries)
    ]
    assert rules
    path = folder / "queries.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}), encoding="utf-8")
    code, said = run_promtool("check", "rules", str(path), within=folder)
    return said if code else ""


def rules() -> list[dict[str, Any]]:
    """Every rule of every group."""
    return [
        rule
        for path in RULES
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
    ]


def alerts() -> list[dict[str, Any]]:
    """The rules that alert."""
    return [rule for rule in rules() if "alert" in rule]


def known_names() -> set[str]:
    """The series that queries may name: those of the documented metrics, and what rules record."""
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    scraped = {name + suffix for name, kind in _ROW.findall(page) for suffix in _SUFFIXES.get(kind, ("",))}
    return scraped | {rule["record"] for rule in rules() if "record" in rule}


def unknown_names(queries: Iterable[str]) -> list[str]:
    """The names in queries that nothing has, what stands in quotes left out."""
    named = {name for query in queries for name in _NAME.findall(_STRINGS.sub('""', query))}
    return sorted(named - known_names())
