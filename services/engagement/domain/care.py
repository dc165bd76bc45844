"""What follows from a change of health: a nudge for the members first, a flag for the coordinator later."""

from enum import StrEnum

from services.engagement.domain.health import Health

_CALM = frozenset({None, Health.TOO_EARLY, Health.ON_TRACK})


class NudgeCode(StrEnum):
    """What the members are reminded of."""

    SESSION_OVERDUE = "session_overdue"
    PULSE_WAITING = "pulse_waiting"


class FlagCode(StrEnum):
    """What a coordinator should look at."""

    STALLED = "stalled"
    REPORTING_LINE = "reporting_line"
    OUT_OF_AUDIENCE = "out_of_audience"
    OTHER = "other"


class Resolution(StrEnum):
    """How a flag was dealt with; the first two are the system's own."""

    HEALTH_RECOVERED = "health_recovered"
    MATCH_CLOSED = "match_closed"
    MEMBERS_CONTACTED = "members_contacted"
    REMATCH_ARRANGED = "rematch_arranged"
    NO_ACTION_NEEDED = "no_action_needed"


BY_COORDINATOR = frozenset(
    {Resolution.MEMBERS_CONTACTED, Resolution.REMATCH_ARRANGED, Resolution.NO_ACTION_NEEDED}
)


class Care(StrEnum):
    """One thing to do after a change of health."""

    NUDGE = "nudge"
    FLAG = "flag"
    RESOLVE = "resolve"


def care_after(previous: Health | None, current: Health) -> tuple[Care, ...]:
    """What to do when the health went from `previous` to `current`.

    A match that slid through `at_risk` unseen, as after an outage, is nudged and flagged at once.
    """
    if previous is Health.STALLED and current is not Health.STALLED:
        return (Care.RESOLVE,)
    steps: list[Care] = []
    if previous in _CALM and current not in _CALM:
        steps.append(Care.NUDGE)
    if current is Health.STALLED and previous is not Health.STALLED:
        steps.append(Care.FLAG)
    return tuple(steps)
