"""How large the story is, when what happens in it, and when it counts as stuck."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """The default is the story that `make demo` tells; tests tell a smaller one.

    The story is stuck after `settle_seconds` without any progress, or when a match run is not whole after
    `run_seconds`, or a leaver's match has not ended in all four stores after `ended_seconds`;
    `ended_within_ms` is what is promised for that.
    """

    people: int = 500
    mentees: int = 64
    mentors: int = 40
    weeks: int = 12
    hr_week: int = 3
    rematch_week: int = 5
    return_week: int = 7
    cadence_days: int = 14
    duration_days: int = 70
    silent: int = 3
    misfits: int = 2
    leavers: int = 6
    leaves: int = 2
    settle_seconds: float = 120.0
    ended_seconds: float = 30.0
    run_seconds: float = 60.0
    ended_within_ms: int = 2000

    @property
    def pairs(self) -> int:
        """How many pairs something happens to: these, a transfer and a later leaver."""
        return self.silent + self.misfits + self.leavers + self.leaves + 2


class StoryStuck(Exception):
    """The story cannot go on; the text says what did not happen."""
