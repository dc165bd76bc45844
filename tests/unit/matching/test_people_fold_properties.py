"""Whatever arrives in whatever order, however often: the same set of facts is the same person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.people.effective import Effective
from services.matching.domain.people.fold import profile_as_of
from services.matching.domain.people.identity import Verdict, decision
from services.matching.domain.people.observation import Field, FieldValue, Observation, ObservationKind
from tests.unit.matching.people_builders import ZONES

KINDS = [kind for kind in ObservationKind if kind is not ObservationKind.DECISION]
DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 12))
INSTANTS = st.datetimes(datetime(2025, 12, 30), datetime(2026, 1, 14)).map(lambda t: t.replace(tzinfo=UTC))  # noqa: DTZ001 - Hypothesis wants naive bounds
HALF_HOURS = INSTANTS.map(lambda t: t.replace(minute=t.minute // 30 * 30, second=0, microsecond=0))
VALUES: dict[Field, st.SearchStrategy[FieldValue]] = {
    Field.GIVEN_NAME: st.sampled_from(["Ada", "Grace"]),
    Field.FAMILY_NAME: st.sampled_from(["Byron", "Murray"]),
    Field.HIRE_DATE: st.sampled_from(["2020-01-01", "2026-01-04"]),
    Field.ORIGINAL_HIRE_DATE: st.sampled_from(["2020-01-01", "2026-01-04"]),
    Field.LAST_WORKING_DAY: DAYS.map(lambda day: day.isoformat()),
    Field.STATUS: st.sampled_from(["active", "leave", "left", "deceased"]),
    Field.JOB_TITLE: st.sampled_from(["Clerk", "Lead", None]),
    Field.LOCATION_CODE: st.sampled_from(["BER", "NYC", "TYO", "NOWHERE"]),
    Field.COUNTRY: st.sampled_from(["DE", "IN", "US"]),
}
EFFECTIVE = st.one_of(
    DAYS.map(Effective.on), HALF_HOURS.map(Effective.at_midnight), INSTANTS.map(Effective.at)
)


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    names = draw(st.sets(st.sampled_from(sorted(VALUES)), max_size=5))
    return Observation(
        source="adp",
        person_key="G1",
        employment_key=None,
        kind=draw(st.sampled_from(KINDS)),
        effective_from=draw(EFFECTIVE),
        recorded_at=draw(HALF_HOURS),
        fields={name: draw(VALUES[name]) for name in sorted(names)},
    )


STREAMS = st.lists(observations(), max_size=9)


@settings(max_examples=300, deadline=None)
@given(stream=STREAMS, at=INSTANTS, data=st.data())
def test_any_order_and_any_repetition_give_the_same_profile(
    stream: list[Observation], at: datetime, data: st.DataObject
) -> None:
    held = profile_as_of(stream, at, ZONES).held
    verdicts = [
        decision(source="adp", person_key="G1", identity=one.identity, verdict=verdict, decided_at=at)
        for one in held
        for verdict in data.draw(st.lists(st.sampled_from(list(Verdict)), max_size=2))
    ]
    whole = [*stream, *verdicts]
    expected = profile_as_of(whole, at, ZONES)
    repeated = whole + data.draw(st.lists(st.sampled_from(whole), max_size=5)) if whole else whole

    assert profile_as_of(data.draw(st.permutations(repeated)), at, ZONES) == expected
    assert profile_as_of(whole + whole, at, ZONES) == expected


@settings(max_examples=200, deadline=None)
@given(stream=STREAMS, at=INSTANTS)
def test_nothing_changes_before_the_next_change_and_something_does_then(
    stream: list[Observation], at: datetime
) -> None:
    now = profile_as_of(stream, at, ZONES)
    if now.next_change_at is None:
        assert _without_wake_up(stream, at + timedelta(days=400)) == _without_wake_up(stream, at)
    else:
        just_before = max(at, now.next_change_at - timedelta(microseconds=1))
        assert _without_wake_up(stream, just_before) == _without_wake_up(stream, at)
        assert _without_wake_up(stream, now.next_change_at) != _without_wake_up(stream, at)


@settings(max_examples=200, deadline=None)
@given(stream=STREAMS, at=INSTANTS)
def test_no_observation_is_lost_between_profile_and_waiting(stream: list[Observation], at: datetime) -> None:
    """What is held is a subset of what came, and nothing is held for two identities."""
    held = [one for identity in profile_as_of(stream, at, ZONES).held for one in identity.observation_hashes]

    assert len(held) == len(set(held))
    assert set(held) <= {observation.content_hash for observation in stream}


def _without_wake_up(stream: list[Observation], at: datetime) -> tuple[object, ...]:
    profile = profile_as_of(stream, at, ZONES)
    return (
        profile.status,
        profile.names,
        profile.hire_date,
        profile.original_hire_date,
        profile.last_working_day,
        profile.job,
        profile.location,
        profile.zone,
        profile.held,
    )
