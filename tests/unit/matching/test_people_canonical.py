"""Our own HR format, in both content modes."""

from __future__ import annotations

import json

import pytest

from services.matching.domain.people.observation import (
    Observation,
    observation_to_json,
)
from services.matching.sources import ADAPTERS, Headers, Refusal, RefusalReason
from tests.unit.matching.people_builders import utc

R = RefusalReason
TYPE = b"mentoring.hris.worker-observed.v1"
DATA: dict[str, object] = {
    "person_key": "E-17",
    "kind": "update",
    "effective_from": "2026-03-01",
    "recorded_at": "2026-02-20T09:00:00Z",
    "fields": {"job_title": "Lead"},
}


def canonical(data: object, headers: Headers = (("ce_type", TYPE),)) -> Observation | Refusal:
    (result,) = ADAPTERS["canonical"].parse(json.dumps(data).encode(), headers)
    return result


def accepted(**changes: object) -> Observation:
    result = canonical({**DATA, **changes})
    assert isinstance(result, Observation), result
    return result


def kept(**fields: object) -> dict[str, object]:
    return {name.value: value for name, value in accepted(fields=fields).fields.items()}


def test_binary_and_structured_mode_say_the_same() -> None:
    structured = {"specversion": "1.0", "type": TYPE.decode(), "id": "1", "source": "/hr", "data": DATA}
    result = canonical(structured, [])
    assert isinstance(result, Observation)

    assert result == accepted()
    assert result.content_hash == accepted().content_hash
    assert observation_to_json(result) == {
        "source": "canonical",
        "person_key": "E-17",
        "employment_key": None,
        "kind": "update",
        "effective_from": "day:2026-03-01T00:00:00+00:00",
        "recorded_at": "2026-02-20T09:00:00+00:00",
        "occasion": "",
        "fields": {"job_title": "Lead"},
    }


def test_subject_and_time_of_the_event_fill_in_for_missing_data() -> None:
    bare = {"kind": "leave", "effective_from": "2026-03-01"}
    headers = (("ce_type", TYPE), ("ce_subject", b"E-9"), ("ce_time", b"2026-02-21T00:00:00Z"))
    result = canonical(bare, headers)
    assert isinstance(result, Observation)

    assert (result.person_key, result.recorded_at) == ("E-9", utc("2026-02-21"))


def test_a_moment_stays_a_moment_even_on_the_hour() -> None:
    assert (
        accepted(effective_from="2026-03-01T17:00:00Z").effective_from.text()
        == "moment:2026-03-01T17:00:00+00:00"
    )


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"person_key": ""}, Refusal(R.NO_PERSON_KEY, "/person_key")),
        ({"person_key": "{{id}}"}, Refusal(R.PLACEHOLDER_PERSON_KEY, "/person_key")),
        ({"person_key": 17}, Refusal(R.BAD_PERSON_KEY, "/person_key")),
        ({"person_key": "x" * 129}, Refusal(R.BAD_PERSON_KEY, "/person_key")),
        ({"kind": "decision"}, Refusal(R.UNKNOWN_KIND, "/kind")),
        ({"kind": ["hire"]}, Refusal(R.UNKNOWN_KIND, "/kind")),
        ({"source": "No Slug"}, Refusal(R.BAD_SOURCE, "/source")),
        ({"effective_from": "soon"}, Refusal(R.BAD_EFFECTIVE_DATE, "/effective_from")),
        ({"recorded_at": "2026-02-20T09:00:00"}, Refusal(R.BAD_RECORDED_AT, "/recorded_at")),
        ({"fields": []}, Refusal(R.NOT_AN_OBJECT, "/fields")),
        (
            {"fields": {"last_working_day": "soon"}},
            Refusal(R.BAD_LAST_WORKING_DAY, "/fields/last_working_day"),
        ),
    ],
)
def test_a_bad_value_is_refused_where_it_stands(changes: dict[str, object], refusal: Refusal) -> None:
    assert canonical({**DATA, **changes}) == refusal


def test_no_source_may_speak_for_a_human() -> None:
    assert kept(identity="abc", verdict="same_person") == {}


def test_only_our_own_fields_with_values_of_their_kind_are_kept() -> None:
    assert kept(
        given_name=" Zoë\u200d ",
        family_name="a\u0000b",
        city="\ud800",
        job_title="x" * 257,
        work_email="nobody",
        hire_date="2026-02-30",
        country="gbr",
        status="on fire",
        department=None,
        birth_date="1990-01-01",
        salary=70_000,
        job_level=7,
        managers=[
            {"kind": "person", "value": "E-1"},
            {"kind": "email", "value": "boss@corp.example", "relation": "dotted"},
            {"kind": "star", "value": "x"},
            "E-2",
        ],
    ) == {
        "given_name": "Zoë\u200d",
        "country": "GB",
        "department": None,
        "managers": [
            {"kind": "person", "value": "E-1", "relation": "line"},
            {"kind": "email", "value": "boss@corp.example", "relation": "other"},
        ],
    }


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ((), R.NO_EVENT_NAME),
        ((("ce_type", None),), R.NO_EVENT_NAME),
        ((("ce_type", b"\xff\xfe"),), R.UNKNOWN_EVENT_NAME),
        ((("ce_type", b"mentoring.hris.worker-observed.v2"),), R.UNKNOWN_EVENT_NAME),
    ],
)
def test_headers_that_name_no_type_of_ours_are_refused(headers: Headers, reason: RefusalReason) -> None:
    assert canonical(DATA, headers) == Refusal(reason, "/type")
