"""Reporting's read models, counted again from the topics: another hand's reading of the same contract."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from tests.prove.verdict.codes import is_known, understood
from tests.prove.verdict.model import Event
from tests.prove.verdict.reading import instant
from tests.prove.verdict.reporting_tables import KEYS, Fold, Table

_ENTERS: Final = {
    "proposed": "proposed",
    "offered": "offered",
    "accepted": "accepted",
    "declined": "declined",
    "expired": "expired",
    "activated": "active",
    "paused": "paused",
    "resumed": "active",
    "completed": "completed",
    "ended": "ended_early",
}
_SINCE: Final = {
    "proposed": "proposed_at",
    "offered": "offered_at",
    "accepted": "accepted_at",
    "declined": "declined_at",
    "expired": "expired_at",
    "completed": "completed_at",
    "ended": "ended_at",
}


def fold(events: Iterable[Event]) -> dict[str, Table]:
    """The tables after all these events, each stream in order."""
    made = Fold()
    for event in events:
        group, fact = event.type.removeprefix("mentoring.").removesuffix(".v1").split(".")
        if is_known(event.type):
            _GROUPS[group](made, fact, understood(event), event)
    return made.tables


def _person(fold: Fold, fact: str, body: Mapping[str, Any], event: Event) -> None:
    if fact == "erased":
        fold.tables["person"].pop((event.key,), None)
    else:
        fold.put("person", body, {}, status=body["status"], login_subject=body.get("login_subject"))


def _availability(fold: Fold, _: str, body: Mapping[str, Any], event: Event) -> None:
    minutes = sum(max(0, each["end_minute"] - each["start_minute"]) for each in body.get("hours", ()))
    fold.put("availability", body, {}, zone_source=body["zone_source"], weekly_minutes=minutes)


def _program(fold: Fold, _: str, body: Mapping[str, Any], event: Event) -> None:
    names = (
        *("version", "title", "format", "coordinator_ids", "cadence_days", "session_minutes"),
        *("first_session_within_days", "duration_days"),
    )
    fold.put("program", body, {}, **{name: body[name] for name in names}, published_at=event.time)


def _cohort(fold: Fold, fact: str, body: Mapping[str, Any], event: Event) -> None:
    empty = dict.fromkeys(("starts_on", "eligible", "opened_at", "closed_at"))
    if fact == "closed":
        fold.put("cohort", body, empty, program_id=body["program_id"], closed_at=event.time)
    else:
        fold.put(
            "cohort",
            body,
            empty,
            program_id=body["program_id"],
            starts_on=date.fromisoformat(body["starts_on"]),
            eligible=body["eligible"],
            opened_at=event.time,
        )


def _participant(fold: Fold, fact: str, body: Mapping[str, Any], event: Event) -> None:
    if fact == "enrolled":
        hr = body.get("hr") or {}
        fold.put(
            "participant",
            body,
            {},
            **{name: body[name] for name in ("person_id", "program_id", "cohort_id", "roles", "capacity")},
            **{name: hr.get(name) for name in ("function", "business_unit", "country", "job_level")},
            state="enrolled",
            withdrawal_reason=None,
            enrolled_at=event.time,
            withdrawn_at=None,
        )
    elif (body["participant_id"],) in fold.tables["participant"]:
        changes: dict[str, Any] = {
            "updated": {name: body.get(name) for name in ("roles", "capacity")},
            "paused": {"state": "paused"},
            "resumed": {"state": "enrolled"},
            "withdrawn": {
                "state": "withdrawn",
                "withdrawal_reason": body.get("reason"),
                "withdrawn_at": event.time,
            },
        }
        fold.put("participant", body, {}, **changes.get(fact, {}))


def _match_run(fold: Fold, _: str, body: Mapping[str, Any], event: Event) -> None:
    names = ("program_id", "cohort_id", "eligible", "mentors", "mentees", "proposals", "objective", "bound")
    fold.put("match_run", body, {}, **{name: body[name] for name in names}, completed_at=event.time)
    for left in body.get("unmatched", ()):
        key = {"match_run_id": body["match_run_id"], "reason": left["reason"]}
        fold.put("match_run_unmatched", key, {}, people=left["people"])


def _match(fold: Fold, fact: str, body: Mapping[str, Any], event: Event) -> None:
    values: dict[str, Any] = {"program_id": body["program_id"], "cohort_id": body["cohort_id"]}
    if fact == "accepted-by-side":
        values["accepted_sides"] = body["accepted"]
    elif fact in _ENTERS:
        values["state"] = _ENTERS[fact]
    else:
        return
    if fact in _SINCE:
        values[_SINCE[fact]] = event.time
    values |= {
        name: instant(body[name]) for name in ("expires_at", "activated_at", "ends_at") if name in body
    }
    values |= {name: body[name] for name in ("format", "match_run_id", "score") if name in body}
    if fact == "ended":
        values["end_reason"] = body["reason"]
    fold.put("match", body, {"state": "proposed"}, **values)
    for member in body.get("members", ()):
        key = {"match_id": body["match_id"], "participant_id": member["participant_id"]}
        fold.put("match_member", key, {}, person_id=member["person_id"], role=member["role"])
    _pause(fold, fact, body, event)


def _pause(fold: Fold, fact: str, body: Mapping[str, Any], event: Event) -> None:
    if fact == "paused":
        key = {"match_id": body["match_id"], "paused_at": event.time}
        fold.put("match_pause", key, {}, reason=body["reason"], resumed_at=None)
    elif fact == "resumed":
        for (match_id, _), pause in fold.tables["match_pause"].items():
            if match_id == body["match_id"] and pause["resumed_at"] is None:
                pause["resumed_at"] = event.time


def _session(fold: Fold, fact: str, body: Mapping[str, Any], event: Event) -> None:
    if fact == "logged":
        names = ("match_id", "program_id", "session_id", "outcome", "minutes", "themes")
        values = {name: body.get(name) for name in names}
        fold.put("session_log", body, {}, **values, occurred_at=instant(body["occurred_at"]))
    elif fact == "cancelled":
        first = {"match_id": body["match_id"], "program_id": body["program_id"], "revision": 0}
        fold.put("session", body, first, cancelled_at=event.time, cancellation_reason=body["reason"])
    elif fact in {"scheduled", "rescheduled"}:
        times = {name: instant(body[name]) for name in ("starts_at", "ends_at")}
        ids = {name: body[name] for name in ("match_id", "program_id")}
        fold.put("session", body, {}, **ids, **times, revision=body.get("revision", 0))


def _goal(fold: Fold, fact: str, body: Mapping[str, Any], event: Event) -> None:
    values: dict[str, Any] = {name: body[name] for name in ("match_id", "program_id")}
    if fact == "set":
        due = body.get("due_on")
        values |= {"set_at": event.time, "due_on": date.fromisoformat(due) if due else None}
    elif fact == "progressed":
        values["percent"] = body["percent"]
    else:
        values |= {"percent": 100, "reached_at": event.time}
    fold.put("goal", body, {"percent": 0}, **values)


def _milestone(fold: Fold, _: str, body: Mapping[str, Any], event: Event) -> None:
    fold.put("milestone", body, {}, program_id=body["program_id"], reached_at=event.time)


def _tally(table: str, *, count: str) -> Callable[[Fold, str, Mapping[str, Any], Event], None]:
    def add(fold: Fold, _: str, body: Mapping[str, Any], event: Event) -> None:
        key = tuple(body[name] for name in KEYS[table])
        row = fold.tables[table].setdefault(key, {"program_id": body["program_id"], count: 0})
        row[count] += 1

    return add


def _health(fold: Fold, _: str, body: Mapping[str, Any], event: Event) -> None:
    fold.put("health", body, {}, program_id=body["program_id"], health=body["health"], since=event.time)


def _flag(fold: Fold, fact: str, body: Mapping[str, Any], event: Event) -> None:
    values = {name: body[name] for name in ("match_id", "program_id", "code")}
    if fact == "raised":
        values["raised_at"] = event.time
    else:
        values |= {"resolved_at": event.time, "resolution": body["resolution"]}
    fold.put("flag", body, {}, **values)


_GROUPS: Final[Mapping[str, Callable[[Fold, str, Mapping[str, Any], Event], None]]] = {
    "person": _person,
    "availability": _availability,
    "program": _program,
    "cohort": _cohort,
    "participant": _participant,
    "match-run": _match_run,
    "match": _match,
    "session": _session,
    "goal": _goal,
    "milestone": _milestone,
    "pulse": _tally("pulse_tally", count="answers"),
    "fit-check": _tally("fit_tally", count="answers"),
    "nudge": _tally("nudge_tally", count="nudges"),
    "health": _health,
    "flag": _flag,
}
