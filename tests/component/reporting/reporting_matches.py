"""The matches of the world: what becomes of each depends on its number alone."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from shared.events.base import Format, Member, Role
from shared.events.engagement import (
    FitAnswer,
    FitCheckAnswered,
    FlagRaised,
    FlagResolved,
    GoalProgressed,
    GoalReached,
    GoalSet,
    Health,
    HealthChanged,
    MilestoneReached,
    NudgeSent,
    PulseAnswered,
    SessionLogged,
    SessionOutcome,
)
from shared.events.matches import (
    EndReason,
    MatchAccepted,
    MatchAcceptedBySide,
    MatchActivated,
    MatchCompleted,
    MatchDeclined,
    MatchEnded,
    MatchExpired,
    MatchFlagCode,
    MatchFlagged,
    MatchOffered,
    MatchPaused,
    MatchProposed,
    MatchResumed,
    PauseReason,
)
from shared.events.sessions import CancellationReason, SessionCancelled, SessionRescheduled, SessionScheduled
from tests.component.reporting.reporting_ids import (
    CADENCE_DAYS,
    COHORT,
    END,
    MENTORS,
    PROGRAM,
    START,
    Moment,
    day,
    ident,
)


class MatchStory:
    """One match; what becomes of it depends on its number alone."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.ids: dict[str, Any] = {"match_id": ident("match", number), "program_id": PROGRAM}
        self.match: dict[str, Any] = {**self.ids, "cohort_id": COHORT}
        self.members = (
            Member(
                participant_id=ident("participant", number % MENTORS),
                person_id=ident("person", number % MENTORS),
                role=Role.MENTOR,
            ),
            Member(
                participant_id=ident("participant", MENTORS + number),
                person_id=ident("person", MENTORS + number),
                role=Role.MENTEE,
            ),
        )
        self.active_from = 10 + number % 4

    def events(self) -> list[Moment]:
        """Its events on all topics."""
        moments = [*self._proposal()]
        if self.number < 21:
            moments += [*self._life(), *self._sessions(), *self._engagement(), *self._care()]
        return moments

    def _proposal(self) -> Iterator[Moment]:
        yield (
            day(8),
            MatchProposed(
                **self.match,
                match_run_id=ident("run", 1),
                format=Format.ONE_TO_ONE,
                members=self.members,
                score=850_000 - self.number * 1_000,
            ),
        )
        yield day(8.1), MatchOffered(**self.match, expires_at=START + day(15))
        if self.number < 22:
            yield day(9), MatchAcceptedBySide(**self.match, accepted=1, awaited=1)
            yield day(self.active_from - 0.5), MatchAccepted(**self.match)
        elif self.number < 24:
            yield day(9), MatchDeclined(**self.match)
        elif self.number < 25:
            yield day(15), MatchExpired(**self.match)

    def _life(self) -> Iterator[Moment]:
        start = START + day(self.active_from)
        yield (
            day(self.active_from),
            MatchActivated(
                **self.match,
                format=Format.ONE_TO_ONE,
                members=self.members,
                activated_at=start,
                ends_at=start + day(180),
            ),
        )
        if self.number in {3, 7}:
            yield day(30), MatchPaused(**self.match, reason=PauseReason.PARTNER_UNAVAILABLE)
            yield day(44), MatchResumed(**self.match, ends_at=start + day(194))
        if self.number == 11:
            yield day(75), MatchPaused(**self.match, reason=PauseReason.COORDINATOR)
        if self.number in {4, 12}:
            yield day(52), MatchEnded(**self.match, reason=EndReason.PARTNER_UNAVAILABLE)
        if self.number in {5, 8, 9, 13, 16, 17}:
            yield day(80), MatchCompleted(**self.match)
        if self.number == 14:
            yield day(50), MatchFlagged(**self.match, code=MatchFlagCode.REPORTING_LINE)

    def _sessions(self) -> Iterator[Moment]:
        last = 52 if self.number in {4, 12} else 80
        for nth in range(6):
            held_on = self.active_from + 5 + nth * CADENCE_DAYS
            session = {"session_id": ident(f"session-{self.number}", nth), **self.ids}
            begins = START + day(held_on)
            ends = begins + timedelta(hours=1)
            if held_on > last:
                if self.number % 3 == 0 and self.number not in {5, 8, 9, 13, 16, 17}:
                    begins = END + day(nth)
                    yield day(83), SessionScheduled(**session, starts_at=begins, ends_at=begins + day(0.05))
                break
            yield day(held_on - 4), SessionScheduled(**session, starts_at=begins, ends_at=ends)
            if (self.number + nth) % 5 == 0:
                yield (
                    day(held_on - 2),
                    SessionRescheduled(
                        **session, starts_at=begins + day(0.5), ends_at=ends + day(0.5), revision=1
                    ),
                )
            if (self.number * 3 + nth * 5) % 11 == 0:
                yield day(held_on - 1), SessionCancelled(**session, reason=CancellationReason.MEMBER)
                continue
            missed = (self.number + nth * 2) % 9 == 0
            yield (
                day(held_on + 0.1),
                SessionLogged(
                    **self.ids,
                    session_log_id=ident(f"log-{self.number}", nth),
                    session_id=session["session_id"],
                    outcome=SessionOutcome.NO_SHOW if missed else SessionOutcome.HELD,
                    minutes=0 if missed else 45 + 5 * (nth % 4),
                    themes=("feedback",),
                    occurred_at=begins,
                ),
            )

    def _engagement(self) -> Iterator[Moment]:
        goal: dict[str, Any] = {"goal_id": ident("goal", self.number), **self.ids}
        yield day(25), GoalSet(**goal)
        yield day(50), GoalProgressed(**goal, percent=50)
        if self.number % 2:
            yield day(70), GoalReached(**goal)
        yield day(26), MilestoneReached(**self.ids, milestone="kick_off")
        for nth, question in enumerate(("sessions_useful", "trust")):
            yield day(40), PulseAnswered(**self.ids, question=question, rating=5 - (self.number + nth) % 3)
        fit = FitAnswer.GOOD_FIT if self.number % 6 else FitAnswer.STILL_DECIDING
        yield day(20), FitCheckAnswered(**self.ids, answer=fit)

    def _care(self) -> Iterator[Moment]:
        yield day(10), HealthChanged(**self.ids, health=Health.TOO_EARLY)
        yield day(27), HealthChanged(**self.ids, health=Health.ON_TRACK, previous=Health.TOO_EARLY)
        if self.number % 5 == 1:
            yield day(60), HealthChanged(**self.ids, health=Health.AT_RISK, previous=Health.ON_TRACK)
            yield day(61), NudgeSent(**self.ids, nudge_id=ident("nudge", self.number), code="session_overdue")
        if self.number % 10 == 1:
            flag = {"flag_id": ident("flag", self.number), **self.ids}
            yield day(66), HealthChanged(**self.ids, health=Health.STALLED, previous=Health.AT_RISK)
            yield day(67), FlagRaised(**flag, code="stalled")
            if self.number == 11:
                yield day(74), FlagResolved(**flag, code="stalled", resolution="coordinator")
