"""What each service keeps of the others' facts, folded again from the topics and compared row by row."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Final

from tests.prove.verdict.codes import understood
from tests.prove.verdict.contract import ERASED, TOPICS
from tests.prove.verdict.findings import Findings, Invariant
from tests.prove.verdict.model import Event, Row, Run
from tests.prove.verdict.reading import Log, applied, instant
from tests.prove.verdict.reporting_fold import fold
from tests.prove.verdict.reporting_tables import COUNTERS, KEYS

Rows = dict[Hashable, dict[str, Any]]

_CONTACT: Final = ("given_name", "family_name", "login_subject")
_PERSON: Final = {
    "matching": (
        *(*_CONTACT, "status", "work_email", "job_title", "job_level", "function", "business_unit"),
        *("location_code", "country", "subdivision", "manager_id"),
    ),
    "scheduling": (*_CONTACT, "status", "work_email", "location_code", "country", "subdivision"),
    "engagement": _CONTACT,
}
_PROGRAM: Final = {
    "scheduling": (
        *("version", "coordinator_ids", "cadence_days", "first_session_within_days", "session_minutes"),
    ),
    "engagement": ("version", "title", "cadence_days", "coordinator_ids", "themes"),
}
_TOLD: Final = {"leave": "unavailable", "suspended": "unavailable", "deceased": "left"}
_OVER: Final = {"completed": "completed", "ended": "ended_early", "declined": "ended_early"}


def reporting_follows_from_the_topics(run: Run, log: Log, found: Findings) -> None:
    """I6 and I7: every read model of reporting, and above all its counters, counted again."""
    if "reporting" not in run.stores:
        return
    events = (event for events in applied(run, log, "reporting").values() for event in events)
    for table, wanted in fold(events).items():
        keys = KEYS[table]
        stored: Rows = {tuple(row[name] for name in keys): dict(row) for row in run.rows("reporting", table)}
        invariant = Invariant.CONSERVATION if table in COUNTERS else Invariant.CONVERGENCE
        if table in COUNTERS:
            _count_doubles(table, wanted, stored, found)
        _compare(f"reporting.{table}", dict(wanted), stored, invariant, found)


def _count_doubles(table: str, wanted: Mapping[Any, Row], stored: Rows, found: Findings) -> None:
    """I3: a counter that is too high counted a fact twice."""
    column = COUNTERS[table]
    for key, row in stored.items():
        facts = wanted.get(key, {}).get(column, 0)
        if row[column] > facts:
            found.add(Invariant.ONCE, f"reporting.{table} {key} counts {row[column]} of {facts} facts")


def _stored_people(run: Run, service: str) -> Rows:
    """People as a store has them; matching knows why somebody is away, and tells nobody."""
    if service != "matching":
        return {str(row["person_id"]): dict(row) for row in run.rows(service, "person")}
    return {
        str(row["id"]): {**row, "status": _TOLD.get(row["status"], row["status"])}
        for row in run.rows(service, "person")
    }


def people_are_what_the_topic_says(run: Run, log: Log, found: Findings) -> None:
    """I7: the latest state of each person in each store; an erased one is erased."""
    for service, columns in _PERSON.items():
        if service not in run.stores:
            continue
        stored = _stored_people(run, service)
        wanted: Rows = {}
        events = (
            log.of("mentoring.people.v1")
            if service == "matching"
            else applied(run, log, service)["mentoring.people.v1"]
        )
        for event in events:
            body = event.body or {}
            wanted[event.key] = {name: body.get(name) for name in columns if name != "login_subject" or body}
            if event.type == ERASED:
                wanted[event.key] = dict.fromkeys(columns)
                if service == "matching":
                    del wanted[event.key]
        if service == "matching":
            # A login that two people share is nobody's, and the row keeps what HR said.
            for row in wanted.values():
                row.pop("login_subject", None)
        _compare(f"{service}.person", wanted, {k: stored[k] for k in stored if k in wanted}, _SEVEN, found)


def programs_are_what_the_topic_says(run: Run, log: Log, found: Findings) -> None:
    """I7: the latest version of each program."""
    for service, columns in _PROGRAM.items():
        if service not in run.stores:
            continue
        wanted: Rows = {}
        for event in applied(run, log, service)["mentoring.programs.v1"]:
            if event.type == "mentoring.program.published.v1" and event.body:
                wanted[event.key] = {name: event.body[name] for name in columns}
        stored: Rows = {str(row["program_id"]): dict(row) for row in run.rows(service, "program")}
        _compare(f"{service}.program", wanted, {k: stored[k] for k in stored if k in wanted}, _SEVEN, found)


def matches_are_what_the_topic_says(run: Run, log: Log, found: Findings) -> None:
    """I7: where the life of each match stands, in the owner's store and in those that follow it."""
    for service in ("matching", "scheduling", "engagement"):
        if service not in run.stores:
            continue
        events = (
            log.of("mentoring.matches.v1")
            if service == "matching"
            else applied(run, log, service)["mentoring.matches.v1"]
        )
        wanted = _matches(service, events)
        key = "id" if service == "matching" else "match_id"
        stored: Rows = {str(row[key]): dict(row) for row in run.rows(service, "match")}
        if service == "scheduling":
            stored = {match: row for match, row in stored.items() if row["state"] != "heard_of"}
        _compare(f"{service}.match", wanted, stored, _SEVEN, found)
        if service != "matching":
            _members(service, run, events, found)


def _matches(service: str, events: Iterable[Event]) -> Rows:
    wanted: Rows = {}
    for event in events:
        fact, body = event.type.split(".")[2], event.body or {}
        if service == "matching":
            state = {"activated": "active", "resumed": "active", "ended": "ended_early"}.get(fact, fact)
            if fact not in {"accepted-by-side", "flagged"}:
                wanted.setdefault(event.key, {})["state"] = state
            continue
        row = wanted.get(event.key)
        if fact == "activated":
            times = {name: instant(body[name]) for name in ("activated_at", "ends_at")}
            wanted[event.key] = {"state": "active", **times}
        elif row is None or row["state"] in {"closed", "completed", "ended_early"}:
            continue
        elif fact == "paused":
            row["state"] = "paused"
        elif fact == "resumed":
            row |= {"state": "active", "ends_at": instant(body["ends_at"])}
        elif fact in _OVER:
            row["state"] = "closed" if service == "scheduling" else _OVER[fact]
    return wanted


def _members(service: str, run: Run, events: Sequence[Event], found: Findings) -> None:
    wanted: Rows = {
        (event.key, member["person_id"]): {}
        for event in events
        if event.type == "mentoring.match.activated.v1"
        for member in (event.body or {}).get("members", ())
    }
    stored: Rows = {
        (str(row["match_id"]), str(row["person_id"])): {} for row in run.rows(service, "match_member")
    }
    _compare(f"{service}.match_member", wanted, stored, _SEVEN, found)


def calendars_are_what_the_topic_says(run: Run, log: Log, found: Findings) -> None:
    """I7: sessions in their owner's store and in engagement; working hours in matching."""
    for service in ("scheduling", "engagement"):
        if service not in run.stores:
            continue
        topic = "mentoring.sessions.v1"
        events = log.of(topic) if service == "scheduling" else applied(run, log, service)[topic]
        wanted: Rows = {}
        for event in events:
            body = event.body or {}
            row = wanted.setdefault(body.get("session_id"), {"off": False})
            if "ends_at" in body:
                row |= {name: instant(body[name]) for name in ("starts_at", "ends_at")}
            if event.type == "mentoring.session.cancelled.v1":
                row["off"] = True
            elif service == "engagement" and "ends_at" in body:
                row["off"] = False
        stored: Rows = {
            str(row["session_id"]): {
                **row,
                "off": row["cancelled"] if service == "engagement" else row["cancellation"] is not None,
            }
            for row in run.rows(service, "session")
        }
        _compare(f"{service}.session", wanted, stored, _SEVEN, found)
    if "matching" in run.stores:
        hours: Rows = {}
        for event in applied(run, log, "matching")["mentoring.availability.v1"]:
            body = understood(event)
            week = [[e["weekday"], e["start_minute"], e["end_minute"]] for e in body.get("hours", ())]
            hours[event.key] = {"time_zone": body.get("time_zone"), "hours": week}
        kept: Rows = {str(row["person_id"]): dict(row) for row in run.rows("matching", "availability")}
        _compare("matching.availability", hours, kept, _SEVEN, found)


def the_rebuild_equals_the_live_state(run: Run, log: Log, found: Findings) -> None:
    """I7: reporting's own rebuild from the topics, run as its operator runs it, says `equal`."""
    if "reporting" not in run.stores or not any(log.events[topic] for topic in TOPICS):
        return
    if run.rebuild is None:
        found.could_not("rebuild of reporting: run.json has no environment for it")
    elif run.rebuild.exit_code != 0:
        found.add(Invariant.CONVERGENCE, f"rebuild of reporting: {run.rebuild.said[-400:]}")


def _compare(table: str, wanted: Rows, stored: Rows, invariant: Invariant, found: Findings) -> None:
    found.saw(f"rows of {table}", len(wanted))
    for key in wanted.keys() | stored.keys():
        if key not in stored:
            found.add(invariant, f"{table} {key} is missing")
        elif key not in wanted:
            found.add(invariant, f"{table} {key} is there, and no event says so")
        else:
            for column, value in wanted[key].items():
                if stored[key].get(column) != value:
                    found.add(
                        invariant, f"{table} {key}.{column}: {stored[key].get(column)!r}, not {value!r}"
                    )


_SEVEN: Final = Invariant.CONVERGENCE
