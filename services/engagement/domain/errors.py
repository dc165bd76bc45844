"""What engagement refuses, one code each."""

from shared.errors import Conflict, Invalid, NotFound


class NoSuchMatch(NotFound):
    """There is no such match, or the caller is no member of it."""

    code = "match_not_found"


class NoSuchProgram(NotFound):
    """There is no such program, or the caller does not coordinate it."""

    code = "program_not_found"


class NoSuchSession(NotFound):
    code = "session_not_found"


class NoSuchGoal(NotFound):
    code = "goal_not_found"


class NoSuchNote(NotFound):
    """There is no such note, or it is not the caller's to change."""

    code = "note_not_found"


class NoSuchNudge(NotFound):
    code = "nudge_not_found"


class NoSuchFlag(NotFound):
    """There is no such flag, or the caller does not coordinate its program."""

    code = "flag_not_found"


class MatchClosed(Conflict):
    """The match was completed or ended, so nothing in it changes any more."""

    code = "match_closed"


class UnknownMilestone(NotFound):
    code = "milestone_not_found"


class UnknownTask(NotFound):
    code = "task_not_found"


class TaskOfAnotherRole(Conflict):
    """The task belongs to members of another role."""

    code = "task_of_another_role"


class UnknownTheme(Invalid):
    """A theme that the program does not have."""

    code = "unknown_theme"


class SessionInFuture(Invalid):
    """Only what has happened is logged."""

    code = "session_in_future"


class SessionOutsideMatch(Invalid):
    """The session lies before the match began or after it was closed."""

    code = "session_outside_match"


class MinutesDoNotFit(Invalid):
    """A held session lasts a while, and one that nobody came to lasts no time."""

    code = "minutes_do_not_fit"


class SessionAlreadyLogged(Conflict):
    code = "session_already_logged"


class SessionWasCancelled(Conflict):
    """A cancelled session cannot be logged; a meeting that took place anyway is logged without it."""

    code = "session_cancelled"


class TooMany(Conflict):
    """A match holds no more of them (parameter `limit`)."""

    code = "limit_reached"


class GoalAlreadyReached(Conflict):
    code = "goal_already_reached"


class FitCheckNotOpen(Conflict):
    """Nobody asked, or the answer was given."""

    code = "fit_check_not_open"


class PulseNotOpen(Conflict):
    """No pulse is open for the caller, or the answer was given."""

    code = "pulse_not_open"


class UnknownQuestion(Invalid):
    code = "unknown_question"


class NotesClosed(Conflict):
    """A member was erased, and with that person the key of everything that the pair wrote."""

    code = "notes_closed"


class FlagAlreadyResolved(Conflict):
    code = "flag_already_resolved"
