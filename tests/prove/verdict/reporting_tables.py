"""Reporting's read models as the verdict builds them, empty at first."""

from collections.abc import Mapping
from typing import Any, Final

Key = tuple[Any, ...]
Table = dict[Key, dict[str, Any]]

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "person": ("person_id",),
    "availability": ("person_id",),
    "program": ("program_id",),
    "cohort": ("cohort_id",),
    "participant": ("participant_id",),
    "match_run": ("match_run_id",),
    "match_run_unmatched": ("match_run_id", "reason"),
    "match": ("match_id",),
    "match_member": ("match_id", "participant_id"),
    "match_pause": ("match_id", "paused_at"),
    "session": ("session_id",),
    "session_log": ("session_log_id",),
    "goal": ("goal_id",),
    "milestone": ("match_id", "milestone"),
    "pulse_tally": ("match_id", "question", "rating"),
    "fit_tally": ("match_id", "answer"),
    "nudge_tally": ("match_id", "code"),
    "health": ("match_id",),
    "flag": ("flag_id",),
}
COUNTERS: Final = {"pulse_tally": "answers", "fit_tally": "answers", "nudge_tally": "nudges"}
"""Where one fact more means one more: the tables that a fact told twice would falsify."""


class Fold:
    """The tables so far."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {name: {} for name in KEYS}

    def put(self, table: str, body: Mapping[str, Any], first: Mapping[str, Any], **values: Any) -> None:
        """Set columns of the row that the body's key fields name."""
        key = tuple({**body, **values}[name] for name in KEYS[table])
        row = self.tables[table].setdefault(key, dict(first))
        row.update(values)
