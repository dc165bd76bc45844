"""What an owner stores of a thing against what its events, one after the other, made of it."""

from collections.abc import Hashable
from typing import Any, Final

from tests.prove.verdict.findings import Findings, Invariant
from tests.prove.verdict.model import Run
from tests.prove.verdict.reading import Log, applied

_Rows = dict[Hashable, dict[str, Any]]
_DONE: Final = 100
_KEYS: Final = {
    "matching.participant": "id",
    "matching.match": "id",
    "engagement.goal": "goal_id",
    "engagement.flag": "flag_id",
}


def participants_are_as_told(run: Run, log: Log, found: Findings) -> None:
    """I7: status, roles and capacity in matching."""
    told: _Rows = {}
    for event in log.of("mentoring.participants.v1"):
        fact, body = event.type.split(".")[2], event.body or {}
        row = told.setdefault(event.key, {"status": "enrolled"})
        row |= {name: body[name] for name in ("roles", "capacity") if name in body}
        row["status"] = {"paused": "paused", "resumed": "enrolled", "withdrawn": "withdrawn"}.get(
            fact, row["status"]
        )
    _compare(run, "matching.participant", told, found)


def goals_and_flags_are_as_told(run: Run, log: Log, found: Findings) -> None:
    """I7: how far goals are and what became of flags in engagement."""
    goals: _Rows = {}
    flags: _Rows = {}
    for event in log.of("mentoring.engagement.v1"):
        body = event.body or {}
        if event.type.startswith("mentoring.goal."):
            row = goals.setdefault(body.get("goal_id"), {"percent": 0})
            row["percent"] = body.get("percent", row["percent"])
            if event.type == "mentoring.goal.reached.v1":
                row["percent"] = _DONE
        elif event.type.startswith("mentoring.flag."):
            flags.setdefault(body.get("flag_id"), {}).update(
                code=body.get("code"), resolution=body.get("resolution")
            )
    _compare(run, "engagement.goal", goals, found)
    _compare(run, "engagement.flag", flags, found)


def health_is_as_engagement_said(run: Run, log: Log, found: Findings) -> None:
    """I7: matching keeps the health that engagement told last, of the matches that it has."""
    told: _Rows = {}
    if "matching" in run.stores:
        for event in applied(run, log, "matching")["mentoring.engagement.v1"]:
            if event.type == "mentoring.health.changed.v1":
                told[event.key] = {"health": (event.body or {}).get("health")}
    _compare(run, "matching.match", told, found)


def _compare(run: Run, name: str, told: _Rows, found: Findings) -> None:
    """Rows that are missing are told of by others; here what is there must be right."""
    service, table = name.split(".")
    for row in run.rows(service, table):
        key = str(row[_KEYS[name]])
        for column, value in told.get(key, {}).items():
            found.saw(f"columns of {name}")
            if row[column] != value:
                found.add(Invariant.CONVERGENCE, f"{name} {key}.{column}: {row[column]!r}, not {value!r}")
