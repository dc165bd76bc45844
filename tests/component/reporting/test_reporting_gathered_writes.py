"""What a transaction gathers and writes at once is what its events would have written one by one."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from deploy.local.database_url import DatabaseUrl
from services.reporting.handlers.participants import UnknownParticipant
from services.reporting.persistence.facts import Facts
from services.reporting.persistence.tables import session_log
from shared.events.base import Event, Format, Member, Role
from shared.events.engagement import (
    FitAnswer,
    FitCheckAnswered,
    FlagRaised,
    FlagResolved,
    GoalProgressed,
    GoalReached,
    GoalSet,
    NudgeSent,
    PulseAnswered,
)
from shared.events.matches import (
    MatchAccepted,
    MatchAcceptedBySide,
    MatchActivated,
    MatchPaused,
    MatchProposed,
    MatchResumed,
    PauseReason,
)
from shared.events.participants import ParticipantEnrolled, ParticipantPaused, ParticipantUpdated
from shared.events.people import PERSON_ERASED, PersonChanged, PersonStatus
from shared.events.programs import CohortClosed, CohortOpened
from shared.events.sessions import CancellationReason, SessionCancelled, SessionRescheduled, SessionScheduled
from shared.messaging.records import Record
from tests.component.conftest import HarnessFactory
from tests.component.reporting.reporting_world import COHORT, PROGRAM, START, ident
from tests.support.harness import Harness, empty

PARTS = ("goal_id", "flag_id", "session_id")
MATCHES: list[dict[str, Any]] = [
    {"match_id": ident("match", number), "program_id": PROGRAM} for number in range(2)
]


def _of_match(match: dict[str, Any]) -> Iterator[Event | None]:
    whole = {**match, "cohort_id": COHORT}
    members = tuple(
        Member(participant_id=ident("participant", number), person_id=ident("person", number), role=Role.PEER)
        for number in range(2)
    )
    goal, flag, session = ({name: ident(name, match["match_id"].int % 7), **match} for name in PARTS)
    yield MatchProposed(**whole, format=Format.PEER, members=members, match_run_id=ident("run"), score=1)
    yield MatchProposed(**whole, format=Format.PEER, members=members[:1], score=2)
    yield MatchAcceptedBySide(**whole, accepted=1, awaited=1)
    yield MatchAccepted(**whole)
    yield MatchActivated(
        **whole, format=Format.PEER, members=members, activated_at=START, ends_at=START + timedelta(days=9)
    )
    yield MatchPaused(**whole, reason=PauseReason.COORDINATOR)
    yield MatchPaused(**whole, reason=PauseReason.PARTNER_UNAVAILABLE)
    yield MatchResumed(**whole, ends_at=START + timedelta(days=12))
    yield GoalSet(**goal, due_on=date(2027, 3, 1))
    yield GoalSet(**goal)
    yield GoalProgressed(**goal, percent=40)
    yield GoalReached(**goal)
    yield FlagRaised(**flag, code="stalled")
    yield FlagResolved(**flag, code="stalled", resolution="coordinator")
    yield SessionScheduled(**session, starts_at=START, ends_at=START + timedelta(hours=1))
    yield SessionRescheduled(**session, starts_at=START, ends_at=START + timedelta(hours=2), revision=1)
    yield SessionCancelled(**session, reason=CancellationReason.MEMBER)
    yield PulseAnswered(**match, question="trust", rating=4)
    yield FitCheckAnswered(**match, answer=FitAnswer.GOOD_FIT)
    yield NudgeSent(**match, nudge_id=ident("nudge"), code="session_overdue")


def _of_people() -> Iterator[Event | None]:
    person = ident("person", 3)
    participant: dict[str, Any] = {"participant_id": ident("participant", 3)}
    yield PersonChanged(person_id=person, status=PersonStatus.ACTIVE, login_subject="login")
    yield PersonChanged(person_id=person, status=PersonStatus.LEFT)
    yield None
    yield ParticipantEnrolled(
        **participant,
        person_id=person,
        program_id=PROGRAM,
        cohort_id=COHORT,
        roles=(Role.MENTEE,),
        capacity=1,
    )
    yield ParticipantUpdated(**participant, roles=(Role.MENTOR, Role.MENTEE), capacity=3)
    yield ParticipantPaused(**participant)
    yield CohortOpened(program_id=PROGRAM, cohort_id=COHORT, starts_on=date(2027, 1, 4), eligible=9)
    yield CohortClosed(program_id=PROGRAM, cohort_id=COHORT)


EVENTS = [*_of_match(MATCHES[0]), *_of_match(MATCHES[1]), *_of_people()]
"""None is the erasure of the person."""


@pytest.fixture(autouse=True)
def _logs_that_nobody_reads() -> Iterator[None]:
    """Refused records tell much, hundreds of times."""
    with capture_logs():
        yield


@pytest.fixture
async def pair(harness_factory: HarnessFactory) -> tuple[Harness, Harness]:
    """Two services with stores of their own."""
    return await harness_factory("reporting", now=START), await harness_factory("reporting", now=START)


@given(
    chosen=st.lists(st.sampled_from(EVENTS), min_size=2, max_size=30),
    cuts=st.sets(st.integers(min_value=1, max_value=29), max_size=3),
)
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_events_of_a_batch_leave_the_rows_that_they_leave_one_by_one(
    chosen: list[Event | None], cuts: set[int], pair: tuple[Harness, Harness]
) -> None:
    """In any order, cut into batches anywhere; refused ones and those behind them are the same too."""
    single, batched = pair
    await asyncio.gather(*(_empty(harness) for harness in pair))
    records = _records(single, chosen)
    edges = [0, *sorted(cut for cut in cuts if cut < len(records)), len(records)]

    for record in records:
        await single.process(record)
    for begin, end in pairwise(edges):
        await batched.process(*records[begin:end])

    assert await batched.state_hash() == await single.state_hash()
    assert await _aside(batched) == await _aside(single)


async def test_a_change_of_somebody_unknown_is_refused_alone(pair: tuple[Harness, Harness]) -> None:
    """It is found when all is written; the events beside it take effect."""
    reporting, _ = pair
    unknown = ParticipantPaused(participant_id=ident("participant", 9))

    await reporting.deliver(EVENTS[0], unknown, EVENTS[-1])  # type: ignore[arg-type]  # none is an erasure

    assert await _aside(reporting) == [("dead", "handler_failed", UnknownParticipant.__name__, 1)]
    assert len(await reporting.fetch("select match_id from match")) == 1
    assert len(await reporting.fetch("select cohort_id from cohort")) == 1


async def test_text_in_arrays_stays_as_it_is(pair: tuple[Harness, Harness]) -> None:
    """Quotes, braces, commas, backslashes and the word null."""
    themes = ('say "hi"', "{a,b}", "c\\d", "null", "", " e ", "ü\n")
    reporting, _ = pair
    async with reporting.service.kernel.units.begin() as uow:
        uow.gathered(Facts).put(
            session_log,
            {"session_log_id": ident("log")},
            {
                **MATCHES[0],
                "session_id": None,
                "outcome": "held",
                "minutes": 1,
                "themes": list(themes),
                "occurred_at": START,
            },
        )

    assert await reporting.fetch("select themes from session_log") == [{"themes": list(themes)}]


def _records(harness: Harness, chosen: list[Event | None]) -> list[Record]:
    """An hour between two events, as their producers say."""
    harness.sequences.clear()
    records = []
    for event in chosen:
        harness.clock.move_to(harness.clock.now() + timedelta(hours=1))
        records.append(harness.record(event) if event else _erasure(harness))
    return records


def _erasure(harness: Harness) -> Record:
    record = harness.record(PersonChanged(person_id=ident("person", 3), status=PersonStatus.LEFT))
    headers = {**dict(record.headers), "ce_type": PERSON_ERASED.encode()}
    return replace(record, value=None, headers=tuple(headers.items()))


async def _empty(harness: Harness) -> None:
    await empty(DatabaseUrl.parse(harness.service.kernel.database_url))


async def _aside(harness: Harness) -> list[tuple[object, ...]]:
    rows = await harness.fetch(
        "select status, reason, detail, sequence from set_aside order by topic, stream_key, sequence"
    )
    return [tuple(row.values()) for row in rows]
