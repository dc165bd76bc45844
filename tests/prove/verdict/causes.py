"""What follows from what: once, and not before its cause."""

from collections import Counter
from datetime import timedelta
from typing import Final

from tests.prove.verdict.contract import TOPICS
from tests.prove.verdict.findings import Findings, Invariant
from tests.prove.verdict.model import Event, Run
from tests.prove.verdict.reading import Log

_TICK: Final = timedelta(milliseconds=1)
_AT_MOST_ONCE: Final = {
    "mentoring.match.proposed.v1": "match_id",
    "mentoring.match.activated.v1": "match_id",
    "mentoring.match.accepted.v1": "match_id",
    "mentoring.match.completed.v1": "match_id",
    "mentoring.match.ended.v1": "match_id",
    "mentoring.match.declined.v1": "match_id",
    "mentoring.match.expired.v1": "match_id",
    "mentoring.match-run.completed.v1": "match_run_id",
    "mentoring.participant.enrolled.v1": "participant_id",
    "mentoring.cohort.opened.v1": "cohort_id",
    "mentoring.session.scheduled.v1": "session_id",
    "mentoring.session.logged.v1": "session_log_id",
    "mentoring.goal.set.v1": "goal_id",
    "mentoring.goal.reached.v1": "goal_id",
    "mentoring.flag.raised.v1": "flag_id",
    "mentoring.flag.resolved.v1": "flag_id",
    "mentoring.nudge.sent.v1": "nudge_id",
}
"""Facts that can be true of an entity only once: the field that names it."""


def each_cause_has_each_effect_once(run: Run, log: Log, found: Findings) -> None:
    """I3: no two events of one type about one subject from one cause."""
    effects = Counter((event.cause, event.type, event.subject) for event in _all(log) if event.cause)
    for (cause, kind, subject), times in effects.items():
        if times > 1:
            found.add(Invariant.ONCE, f"{cause} caused {kind} of {subject} {times} times")
    found.saw("reactions", len(effects))


def what_is_true_once_is_told_once(run: Run, log: Log, found: Findings) -> None:
    """I3: no fact that can be true only once comes twice; a reminder is owed once a session and start."""
    facts: Counter[tuple[str, str]] = Counter()
    for event in _all(log):
        body = event.body or {}
        if event.type in _AT_MOST_ONCE:
            facts[event.type, str(body.get(_AT_MOST_ONCE[event.type]))] += 1
        elif event.type == "mentoring.session.reminder-due.v1":
            facts[event.type, f"{body.get('session_id')} at {body.get('starts_at')}"] += 1
    for (kind, subject), times in facts.items():
        if times > 1:
            found.add(Invariant.ONCE, f"{kind} of {subject} was told {times} times")


def a_pulse_is_reminded_of_once(run: Run, log: Log, found: Findings) -> None:
    """I3: as many reminders of pulses at most as a match was asked pulses."""
    asked = Counter(str(row["match_id"]) for row in run.rows("engagement", "pulse"))
    if "engagement" not in run.stores:
        return
    reminded = Counter(
        event.key
        for event in log.by_id.values()
        if event.type == "mentoring.nudge.sent.v1" and (event.body or {}).get("code") == "pulse_waiting"
    )
    for match, times in reminded.items():
        if times > asked[match]:
            found.add(Invariant.ONCE, f"match {match} was reminded {times} times of {asked[match]} pulses")


def causes_come_first(run: Run, log: Log, found: Findings) -> None:
    """I8: a cause that is named exists, and was recorded before its effect, as far as clocks agree.

    A compacted topic may have forgotten the cause; without its owner in the run the cause may be anywhere.
    """
    slack = timedelta(seconds=run.skew) + _TICK
    forgetful = any("compact" in str(fault.get("kind", "")) for fault in run.faults)
    for event in _all(log):
        if not event.cause:
            continue
        cause = log.by_id.get(event.cause)
        if cause is None:
            if not forgetful:
                found.add(Invariant.CAUSALITY, f"{event}: its cause {event.cause} is nowhere")
        elif event.recorded + slack < cause.recorded:
            found.add(Invariant.CAUSALITY, f"{event} was recorded before {cause}, its cause")
        found.saw("causes")


def _all(log: Log) -> list[Event]:
    return [event for events in log.once.values() for event in events if event.topic in TOPICS]
