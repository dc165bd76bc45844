"""Read models: each row, or each column of it, is written by one stream alone.

So the tables are a function of the records of each key, in whatever order the topics arrive. There is no
foreign key, because what a row points to may arrive later, and nothing here is computed from two topics.
"""

from typing import Final

from services.reporting.persistence.columns import METADATA
from services.reporting.persistence.engagement_tables import (
    fit_tally,
    flag,
    goal,
    health,
    milestone,
    nudge_tally,
    pulse_tally,
    session,
    session_log,
)
from services.reporting.persistence.match_tables import match, match_member, match_pause
from services.reporting.persistence.people_tables import (
    availability,
    cohort,
    match_run,
    match_run_unmatched,
    participant,
    person,
    program,
)
from services.reporting.persistence.web_tables import web_session

__all__ = (
    "METADATA",
    "READ_MODELS",
    "availability",
    "cohort",
    "fit_tally",
    "flag",
    "goal",
    "health",
    "match",
    "match_member",
    "match_pause",
    "match_run",
    "match_run_unmatched",
    "milestone",
    "nudge_tally",
    "participant",
    "person",
    "program",
    "pulse_tally",
    "session",
    "session_log",
    "web_session",
)

READ_MODELS: Final = tuple(sorted(name for name in METADATA.tables if name != web_session.name))
"""The tables that a rebuild makes anew."""
