"""Seats and calendars: what cannot be given away twice, at no moment of the run."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from tests.prove.verdict.findings import Findings, Invariant
from tests.prove.verdict.model import Event, Run
from tests.prove.verdict.reading import Log, instant

_LETS_GO: Final = frozenset({"declined", "expired", "completed", "ended"})
_MENTEE_SEATS: Final = 1
_Seat = tuple[str, str]
"""A participant and a role."""


class _Seats:
    """Who holds which seats, as the matches go by."""

    def __init__(self, log: Log) -> None:
        self.held: dict[_Seat, set[str]] = defaultdict(set)
        self._of: dict[str, list[_Seat]] = {}
        self._capacity: dict[str, int] = defaultdict(int)
        for event in log.of("mentoring.participants.v1"):
            told = (event.body or {}).get("capacity")
            if isinstance(told, int):
                self._capacity[event.key] = max(self._capacity[event.key], told)

    def follow(self, event: Event) -> list[_Seat]:
        """Take or give back the seats of a match; the seats that were taken."""
        fact = event.type.split(".")[2]
        if fact in _LETS_GO:
            for seat in self._of.get(event.key, ()):
                self.held[seat].discard(event.key)
        if fact != "proposed":
            return []
        members = (event.body or {}).get("members", ())
        taken = self._of[event.key] = [(each["participant_id"], each["role"]) for each in members]
        for seat in taken:
            self.held[seat].add(event.key)
        return taken

    def over(self, seat: _Seat) -> str | None:
        """What is wrong with a seat, if anything."""
        participant, role = seat
        limit = _MENTEE_SEATS if role == "mentee" else self._capacity.get(participant)
        holders = len(self.held[seat])
        return (
            f"{role} {participant}: {holders} of {limit}" if limit is not None and holders > limit else None
        )


def seats_are_never_given_twice(run: Run, log: Log, found: Findings) -> None:
    """I6: at no moment more matches than seats: a mentor's capacity, one as mentee.

    Moments are those at which events were recorded; where clocks disagreed only the end is looked at.
    """
    seats = _Seats(log)
    wrong: dict[_Seat, str] = {}
    for event in _in_time(log.of("mentoring.matches.v1")):
        taken = seats.follow(event)
        if not run.skew:
            wrong |= {seat: f"{over} by {event}" for seat in taken if (over := seats.over(seat))}
    wrong |= {seat: f"{over} in the end" for seat in list(seats.held) if (over := seats.over(seat))}
    for what in wrong.values():
        found.add(Invariant.CONSERVATION, what)
    found.saw("seats", len(seats.held))


def nobody_meets_twice_at_once(run: Run, log: Log, found: Findings) -> None:
    """I6: the sessions of one person never overlap, at no moment of the run, and not in the store."""
    people: dict[str, list[str]] = {}
    for event in log.of("mentoring.matches.v1"):
        if event.type == "mentoring.match.activated.v1":
            people[event.key] = [each["person_id"] for each in (event.body or {}).get("members", ())]
    calendar: dict[str, dict[str, tuple[datetime, datetime]]] = defaultdict(dict)
    for event in _in_time(log.of("mentoring.sessions.v1")):
        body: Any = event.body or {}
        session = str(body.get("session_id"))
        for person in people.get(event.key, ()):
            if event.type == "mentoring.session.cancelled.v1":
                calendar[person].pop(session, None)
            elif "ends_at" in body:
                start, end = instant(body["starts_at"]), instant(body["ends_at"])
                if start is None or end is None:
                    continue
                calendar[person].pop(session, None)
                if not run.skew:
                    _look(person, calendar[person].values(), (start, end), str(event), found)
                calendar[person][session] = (start, end)
    found.saw("calendars", len(calendar))
    booked: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in run.rows("scheduling", "booked_time"):
        time = (row["starts_at"], row["ends_at"])
        _look(str(row["person_id"]), booked[str(row["person_id"])], time, "in the store", found)
        booked[str(row["person_id"])].append(time)


def _look(
    person: str,
    booked: Iterable[tuple[datetime, datetime]],
    time: tuple[datetime, datetime],
    when: str,
    found: Findings,
) -> None:
    if any(start < time[1] and time[0] < end for start, end in booked):
        found.add(Invariant.CONSERVATION, f"{person} meets twice at {time[0]} ({when})")


def _in_time(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda event: (event.recorded, event.key, event.sequence))
