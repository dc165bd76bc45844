"""Each event has its row in its owner's store, and each row its event: the commit was whole, or was not."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final

from tests.prove.verdict.contract import ERASED
from tests.prove.verdict.findings import Findings, Invariant
from tests.prove.verdict.model import Row, Run
from tests.prove.verdict.reading import Log

_Facts = tuple[str, str, str, str, str, Callable[[Row], bool]]


def _any(_: Row) -> bool:
    return True


_TWINS: Final[tuple[_Facts, ...]] = (
    # Owner, table and column; event type and field; which of the rows have an event.
    ("matching", "match", "id", "mentoring.match.proposed.v1", "match_id", _any),
    ("matching", "participant", "id", "mentoring.participant.enrolled.v1", "participant_id", _any),
    ("matching", "cohort", "id", "mentoring.cohort.opened.v1", "cohort_id", _any),
    (
        "matching",
        "match_run",
        "id",
        "mentoring.match-run.completed.v1",
        "match_run_id",
        lambda row: row["state"] == "published",
    ),
    ("scheduling", "session", "session_id", "mentoring.session.scheduled.v1", "session_id", _any),
    ("engagement", "session_log", "session_log_id", "mentoring.session.logged.v1", "session_log_id", _any),
    ("engagement", "goal", "goal_id", "mentoring.goal.set.v1", "goal_id", _any),
    (
        "engagement",
        "goal",
        "goal_id",
        "mentoring.goal.reached.v1",
        "goal_id",
        lambda row: row["reached_at"] is not None,
    ),
    ("engagement", "nudge", "nudge_id", "mentoring.nudge.sent.v1", "nudge_id", _any),
    ("engagement", "flag", "flag_id", "mentoring.flag.raised.v1", "flag_id", _any),
    (
        "engagement",
        "flag",
        "flag_id",
        "mentoring.flag.resolved.v1",
        "flag_id",
        lambda row: row["resolved_at"] is not None,
    ),
)


def rows_and_events_are_twins(run: Run, log: Log, found: Findings) -> None:
    """I1: a committed row was told. I2: what was told was committed. Ids on both sides."""
    bodies: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for event in log.by_id.values():
        bodies[event.type].append(event.body or {})
    for service, table, column, kind, field, has_event in _TWINS:
        if service not in run.stores:
            continue
        rows = Counter[Hashable](str(row[column]) for row in run.rows(service, table) if has_event(row))
        told = Counter[Hashable](str(body.get(field)) for body in bodies[kind])
        _compare(found, f"{service}.{table}", kind, rows, told)
    if "engagement" in run.stores:
        rows = Counter({row_key: n for row_key, n in _answers(run).items() if n})
        told = Counter(
            (str(b.get("program_id")), str(b.get("question")), b.get("rating"))
            for b in bodies["mentoring.pulse.answered.v1"]
        )
        _compare(found, "engagement.pulse_tally", "mentoring.pulse.answered.v1", rows, told, counted=True)
        steps = Counter[Hashable](
            (str(row["match_id"]), row["milestone"]) for row in run.rows("engagement", "milestone_reached")
        )
        reached = Counter[Hashable](
            (str(b.get("match_id")), b.get("milestone")) for b in bodies["mentoring.milestone.reached.v1"]
        )
        _compare(found, "engagement.milestone_reached", "mentoring.milestone.reached.v1", steps, reached)
    if "matching" in run.stores:
        versions = Counter[Hashable](
            (str(row["program_id"]), row["version"]) for row in run.rows("matching", "program_version")
        )
        published = Counter[Hashable](
            (str(b.get("program_id")), b.get("version")) for b in bodies["mentoring.program.published.v1"]
        )
        _compare(found, "matching.program_version", "mentoring.program.published.v1", versions, published)
        closed = Counter[Hashable](str(row["id"]) for row in run.rows("matching", "cohort") if row["closed"])
        told_closed = Counter[Hashable](str(b.get("cohort_id")) for b in bodies["mentoring.cohort.closed.v1"])
        _compare(found, "matching.cohort", "mentoring.cohort.closed.v1", closed, told_closed)
        _people(run, log, found)


def _answers(run: Run) -> Counter[Hashable]:
    totals: Counter[Hashable] = Counter()
    for row in run.rows("engagement", "pulse_tally"):
        totals[str(row["program_id"]), row["question"], row["rating"]] += row["answers"]
    return totals


def _people(run: Run, log: Log, found: Findings) -> None:
    """A person has a state on the topic, and whoever has none there was erased."""
    stored = {str(row["id"]) for row in run.rows("matching", "person")}
    told = {
        stream[1]: events[-1].type
        for stream, events in log.once.items()
        if stream[0] == "mentoring.people.v1"
    }
    for person in stored:
        if told.get(person, ERASED) == ERASED:
            found.add(Invariant.LOSS, f"person {person} is in matching's store and not on the topic")
    for person, kind in told.items():
        if person not in stored and kind != ERASED:
            found.add(Invariant.PHANTOM, f"person {person} is on the topic and not in matching's store")
    found.saw("rows with events", len(stored))


def _compare(
    found: Findings,
    table: str,
    kind: str,
    rows: Counter[Hashable],
    told: Counter[Hashable],
    *,
    counted: bool = False,
) -> None:
    for key in rows.keys() | told.keys():
        if rows[key] and (not told[key] or (counted and told[key] < rows[key])):
            found.add(Invariant.LOSS, f"{table} {key} has {told[key]} of {rows[key]} {kind}")
        elif told[key] and (not rows[key] or (counted and told[key] > rows[key])):
            found.add(
                Invariant.PHANTOM, f"{kind} of {key} was told {told[key]} times, {table} has {rows[key]}"
            )
    found.saw("rows with events", len(rows))
