"""The client's journal against the stores: what somebody was told is accepted has its effect, once."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.prove.verdict.findings import Findings, Invariant
from tests.prove.verdict.model import Row, Run
from tests.prove.verdict.reading import Log

_REFUSED, _FAILED = 300, 500
_MADE: Final = (
    # Path, and where what was made by it is: table and column.
    (re.compile(r"/api/engagement/v1/matches/[^/]+/goals$"), "goal", "goal_id"),
    (re.compile(r"/api/engagement/v1/matches/[^/]+/session-logs$"), "session_log", "session_log_id"),
    (re.compile(r"/api/scheduling/v1/me/busy-times$"), "busy_time", "busy_time_id"),
    (re.compile(r"/api/matching/v1/programs$"), "program", "id"),
    (re.compile(r"/api/matching/v1/programs/[^/]+/cohorts$"), "cohort", "id"),
    (re.compile(r"/api/matching/v1/cohorts/[^/]+/enrolments$"), "participant", "id"),
    (re.compile(r"/api/matching/v1/cohorts/[^/]+/runs$"), "match_run", "id"),
    (re.compile(r"/api/matching/v1/matches$"), "match", "id"),
)


def acknowledged_commands_are_there(run: Run, log: Log, found: Findings) -> None:
    """I12: each answered 2xx left its kept answer, its audit row and what it made; I3: no more than that.

    Of a command that was never finally answered there may be one effect, or none.
    """
    for service in run.stores:
        lines = [
            line
            for line in run.journal
            if line["kind"] == "http" and line["method"] != "GET" and line["service"] == service
        ]
        # The server's own failure says as little as none.
        unknown = sum(line["status"] is None or line["status"] >= _FAILED for line in lines)
        sure = [line for line in lines if line["status"] is not None and line["status"] < _REFUSED]
        kept: dict[str, list[Row]] = defaultdict(list)
        for row in run.rows(service, "idempotency_key"):
            kept[row["key"]].append(row)
        for line in sure:
            _kept_answer(line, kept, found)
        _made(run, service, sure, found)
        found.saw("acknowledged commands", len(sure))
        done = sum(row["role"] != "operator" for row in run.rows(service, "audit"))
        if lines and done < len(sure):
            found.add(Invariant.DURABLE, f"{service} did {done} of {len(sure)} acknowledged commands")
        if lines and done > len(sure) + unknown:
            told = f"{len(sure)} were acknowledged, {unknown} unknown"
            found.add(Invariant.ONCE, f"{service} did {done} commands: {told}")


def _made(run: Run, service: str, lines: Sequence[Row], found: Findings) -> None:
    for pattern, table, column in _MADE:
        there = {str(row[column]) for row in run.rows(service, table) if column in row}
        for line in lines:
            new = _id_in(line.get("response")) if pattern.search(line["path"]) else None
            if new is not None and new not in there:
                found.add(Invariant.DURABLE, f"{line['path']} made {new}, which is not in {service}.{table}")


def _kept_answer(line: Row, kept: Mapping[str, Sequence[Row]], found: Findings) -> None:
    if not line.get("key"):
        return
    rows = kept.get(line["key"], ())
    if len(rows) != 1:
        found.add(Invariant.DURABLE, f"{line['path']} under {line['key']} left {len(rows)} kept answers")
    elif rows[0]["status"] != line["status"]:
        found.add(
            Invariant.DURABLE, f"{line['path']} was answered {line['status']}, kept {rows[0]['status']}"
        )


def _id_in(response: Any) -> str | None:
    if isinstance(response, str):
        try:
            response = json.loads(response)
        except ValueError:
            return None
    value = response.get("id") if isinstance(response, Mapping) else None
    return str(value) if value is not None else None
