"""The life of a match, written by hand: every input in every situation."""

import itertools

from tests.support.match_situations import SITUATIONS

# One block an input: in which situation it does what. A situation that is not named refuses a command and
# leaves a match that is over as it is. "=": nothing changes state, nothing is told. "!": the event does not
# say who. "#": the pair is excluded.
LIFE = """
offer
  proposed                 offered: offered
  proposed, locked         offered: offered
withdraw
  proposed                 ended_early(coordinator): ended #
  proposed, locked         ended_early(coordinator): ended #
  offered                  ended_early(coordinator): ended #
  offered, too late        ended_early(coordinator): ended #
  offered, own yes         ended_early(coordinator): ended #
  offered, partner's yes   ended_early(coordinator): ended #
replace
  proposed                 ended_early(coordinator): ended
  proposed, locked         =
accept
  offered                  offered: accepted_by_side !
  offered, own yes         =
  offered, partner's yes   accepted: accepted_by_side accepted !
decline
  offered                  declined: declined ! #
  offered, own yes         declined: declined ! #
  offered, partner's yes   declined: declined ! #
pause
  active                   paused: paused
  active, over             paused: paused
  active, flagged          paused: paused
  active, locked           paused: paused
  active, overridden       paused: paused
resume
  paused by coordinator    active: resumed
confirm
  paused, back             =
  paused, own yes          =
  paused, partner's yes    active: resumed !
complete
  active                   completed: completed #
  active, over             completed: completed #
  active, flagged          completed: completed #
  active, locked           completed: completed #
  active, overridden       completed: completed #
  paused, away             completed: completed #
  paused, back             completed: completed #
  paused, own yes          completed: completed #
  paused, partner's yes    completed: completed #
  paused by coordinator    completed: completed #
end
  *agreed                  ended_early(coordinator): ended #
lock
  *live                    =
unlock
  *live                    =
override
  active, flagged          =
expiry_due
  *live                    =
  offered, too late        expired: expired
start_due
  *live                    =
  accepted                 active: activated
end_due
  *live                    =
  active, over             completed: completed #
member_left
  *live                    ended_early(partner_unavailable): ended
member_deceased
  *live                    ended_early(partner_unavailable): ended
member_withdrew
  *live                    ended_early(withdrawn): ended !
member_on_leave
  *open                    ended_early(partner_unavailable): ended
  *agreed                  =
  active                   paused: paused
  active, over             paused: paused
  active, flagged          paused: paused
  active, locked           paused: paused
  active, overridden       paused: paused
member_returned
  *live                    =
line_conflict
  *open                    ended_early(reporting_line): ended
  *agreed                  ended_early(reporting_line): ended
  active, locked           active: flagged
  active, overridden       =
audience_exit
  *open                    ended_early(out_of_audience): ended
  *agreed                  ended_early(out_of_audience): ended
  active, locked           active: flagged
  active, overridden       =
line_conflict, flag
  *open                    ended_early(reporting_line): ended
  *agreed                  same: flagged
  active, flagged          =
  active, overridden       =
audience_exit, flag
  *open                    ended_early(out_of_audience): ended
  *agreed                  same: flagged
  active, flagged          =
  active, overridden       =
not_a_good_fit
  active                   ended_early(not_a_good_fit): ended ! #
  active, over             ended_early(not_a_good_fit): ended ! #
  active, flagged          ended_early(not_a_good_fit): ended ! #
  active, locked           ended_early(not_a_good_fit): ended ! #
  active, overridden       ended_early(not_a_good_fit): ended ! #
  paused, away             ended_early(not_a_good_fit): ended ! #
  paused, back             ended_early(not_a_good_fit): ended ! #
  paused, own yes          ended_early(not_a_good_fit): ended ! #
  paused, partner's yes    ended_early(not_a_good_fit): ended ! #
  paused by coordinator    ended_early(not_a_good_fit): ended ! #
"""
OVER = ("completed", "ended_early", "declined", "expired")
IGNORED_WHEN_OVER = {
    "expiry_due",
    "start_due",
    "end_due",
    "member_left",
    "member_deceased",
    "member_on_leave",
    "member_returned",
    "member_withdrew",
    "line_conflict",
    "audience_exit",
    "line_conflict, flag",
    "audience_exit, flag",
    "not_a_good_fit",
}
GROUPS = {
    "*live": [name for name in SITUATIONS if name not in OVER],
    "*open": [name for name in SITUATIONS if name.startswith(("proposed", "offered"))],
    "*agreed": [name for name in SITUATIONS if name.startswith(("accepted", "active", "paused"))],
}


def expectations() -> dict[tuple[str, str], str]:
    """Every input in every situation; a line about one situation wins over a group."""
    written: dict[tuple[str, str], str] = {}
    single: dict[tuple[str, str], str] = {}
    name = ""
    for line in filter(None, LIFE.splitlines()):
        if not line.startswith(" "):
            name = line
            continue
        where, what = line[2:27].strip(), line[27:].strip()
        for situation in GROUPS.get(where, [where]):
            (written if where in GROUPS else single)[name, situation] = what
    blocks = [line for line in LIFE.splitlines() if line and not line.startswith(" ")]
    refused = {
        (block, situation): "=" if situation in OVER and block in IGNORED_WHEN_OVER else "refused"
        for block, situation in itertools.product(blocks, SITUATIONS)
    }
    return refused | written | single
