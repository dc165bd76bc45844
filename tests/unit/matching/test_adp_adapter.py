"""ADP's notifications: spellings, places and times that differ, and what is refused."""

from __future__ import annotations

import json

import pytest

from services.matching.domain.people.effective import Effective
from services.matching.domain.people.observation import Observation
from services.matching.sources import Refusal, RefusalReason
from services.matching.sources.adp import AdpAdapter
from tests.unit.matching.adp_builders import FEED, event, observed, parse, refused, with_worker
from tests.unit.matching.people_builders import utc

R = RefusalReason


def test_the_same_content_under_another_event_id_is_the_same_observation() -> None:
    (first,), (again,) = parse(FEED[0]), parse(FEED[1])
    assert isinstance(first, Observation)
    assert isinstance(again, Observation)

    assert b"another" in FEED[1]
    assert first.content_hash == again.content_hash


@pytest.mark.parametrize(
    ("line", "reasons"),
    [
        (2, [R.MALFORMED_JSON]),
        (3, [R.NOT_AN_OBJECT]),
        (4, [R.NO_EVENTS]),
        (5, [R.NO_EVENTS]),
        (6, [R.UNKNOWN_EVENT_NAME]),
        (7, [R.EVENT_NOT_COMPLETED]),
        (8, [R.PLACEHOLDER_PERSON_KEY]),
        (9, [R.NO_PERSON_KEY]),
        (10, [R.BAD_EFFECTIVE_DATE]),
        (11, [R.BAD_RECORDED_AT]),
        (12, [R.BAD_LAST_WORKING_DAY]),
        (13, [R.CONFLICTING_PERSON_KEYS]),
        (14, [R.NOT_AN_OBJECT, R.NOT_AN_OBJECT, R.NOT_AN_OBJECT]),
        (15, [R.MALFORMED_JSON]),
    ],
)
def test_a_dirty_record_is_refused_with_its_reason(line: int, reasons: list[RefusalReason]) -> None:
    assert [result.reason for result in parse(FEED[line]) if isinstance(result, Refusal)] == reasons
    assert len(parse(FEED[line])) == len(reasons)


def test_a_refused_event_leaves_its_neighbour_alone_and_points_at_itself() -> None:
    bad, leave = parse(FEED[16])
    assert isinstance(leave, Observation)

    assert bad == Refusal(R.BAD_PERSON_KEY, "/events/0/data/output/worker/associateOID")
    assert leave.kind.value == "leave"


def test_of_a_repeated_key_the_last_counts() -> None:
    (leave,) = parse(FEED[17])
    assert isinstance(leave, Observation)

    assert (leave.kind.value, leave.person_key) == ("leave", "G1")


def test_an_event_by_itself_is_read_as_well() -> None:
    (death,) = parse(FEED[18])
    assert isinstance(death, Observation)

    assert death.kind.value == "deceased"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("worker.hire", "hire"),
        ("worker.rehire", "rehire"),
        ("worker.terminate", "termination"),
        ("worker.work-assignment.retire", "termination"),
        ("worker.workAssignment.terminate", "termination"),
        ("worker.on-leave", "leave"),
        ("worker.onLeave", "leave"),
        ("worker.leave.return.request", "return_from_leave"),
        ("worker.deceased", "deceased"),
        ("worker.legal-name.change", "update"),
        ("worker.legalName.change", "update"),
        ("worker-original-hire-date.change", "update"),
        ("worker.worker-original-hire-date.change", "update"),
        ("worker.original-hire-date.change", "update"),
        ("worker.workAssignment.homeWorkLocation.change", "update"),
        ("worker.work-assignment.worker-type.change", "update"),
        ("worker.custom-field.percentage.change", "update"),
        ("worker.race.change", "update"),
    ],
)
def test_an_event_name_is_known_in_each_of_its_spellings(name: str, kind: str) -> None:
    assert observed(event(name)).kind.value == kind
    assert observed({**event(), "eventNameCode": name}).kind.value == kind


@pytest.mark.parametrize(
    "name", ["organization.terminate", "worker.terminate.undo", "worker.remove", "worker", "Worker!"]
)
def test_a_name_that_is_not_known_is_refused_because_it_may_mean_anything(name: str) -> None:
    assert refused(event(name)).reason is R.UNKNOWN_EVENT_NAME


@pytest.mark.parametrize("name", [None, {}, {"codeValue": ""}, 7, []])
def test_an_event_without_a_name_is_refused(name: object) -> None:
    assert refused(event(eventNameCode=name)).reason is R.NO_EVENT_NAME


@pytest.mark.parametrize("status", ["COMPLETED", "completed", "complete", "Complete"])
def test_every_spelling_of_completed_is_accepted(status: str) -> None:
    assert observed(event(eventStatusCode={"codeValue": status})).person_key == "G1"


@pytest.mark.parametrize(
    "data",
    [
        {"output": {"worker": {"associateOID": "G1"}}},
        {"eventContext": {"worker": {"associateOID": "G1"}}},
        {"eventContext": {"associateOID": " G1 "}},
        {"eventContext": {"associateOID": "G1"}, "output": {"worker": {"associateOID": ""}}},
    ],
)
def test_the_person_key_is_found_wherever_it_stands(data: object) -> None:
    assert observed(event(data=data)).person_key == "G1"


@pytest.mark.parametrize(
    ("written", "effective"),
    [
        (
            "2026-03-01",
            Effective(Effective.parse("day:2026-03-01T00:00:00+00:00").written, utc("2026-03-01")),
        ),
        ("2026-03-01T05:00:00.000+0000", Effective.at_midnight(utc("2026-03-01T05:00"))),
        ("2026-03-01T05:00:00Z", Effective.at_midnight(utc("2026-03-01T05:00"))),
        ("2026-03-01T00:00:00+05:30", Effective.at_midnight(utc("2026-02-28T18:30"))),
        ("2026-03-01T10:23:25.017+0000", Effective.at(utc("2026-03-01T10:23:25.017"))),
        ("2026-03-01T08:00:00", Effective.parse("day:2026-03-01T00:00:00+00:00")),
    ],
)
def test_an_effective_date_is_read_in_each_of_its_formats(written: str, effective: Effective) -> None:
    assert observed(event(effectiveDateTime=written)).effective_from == effective


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "0000-03-12",
        "4712-12-31",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        20260301,
        "tomorrow",
    ],
)
def test_an_effective_date_out_of_this_world_is_refused(written: object) -> None:
    assert refused(event(effectiveDateTime=written)).reason is R.BAD_EFFECTIVE_DATE


def test_the_effective_date_of_a_request_fills_in_for_a_missing_one() -> None:
    asked = {**with_worker(), "transform": {"effectiveDateTime": "2026-05-01"}}

    assert (
        observed(event(effectiveDateTime=None, data=asked)).effective_from.text()
        == "day:2026-05-01T00:00:00+00:00"
    )


def test_the_day_a_status_names_wins_over_the_envelope() -> None:
    """Head office wrote its own midnight; the status says the local day in words."""
    left = with_worker(workerStatus={"effectiveDate": "2026-02-28"})

    assert (
        observed(event("worker.terminate", data=left)).effective_from.text()
        == "day:2026-02-28T00:00:00+00:00"
    )


def test_without_a_time_of_record_the_time_of_creation_counts() -> None:
    created = observed(event(recordDateTime=None, creationDateTime="2026-02-21T09:00:00Z"))

    assert created.recorded_at == utc("2026-02-21T09:00")


def test_two_feeds_have_their_own_person_keys() -> None:
    raw = json.dumps({"events": [event()]}).encode()
    (east,), (west,) = AdpAdapter("adp-east").parse(raw, []), AdpAdapter("adp-west").parse(raw, [])
    assert isinstance(east, Observation)
    assert isinstance(west, Observation)

    assert (east.source, west.source) == ("adp-east", "adp-west")
    assert east.content_hash != west.content_hash
