"""Which values of an ADP worker are kept, and which never get through."""

from __future__ import annotations

import json

import pytest

from services.matching.domain.people.observation import Observation, observation_to_json
from tests.unit.matching.adp_builders import FEED, event, kept, observed, parse, with_worker


def test_a_hire_keeps_what_is_mapped_and_drops_the_rest() -> None:
    (hire,) = parse(FEED[0])
    assert isinstance(hire, Observation)

    assert observation_to_json(hire) == {
        "source": "adp",
        "person_key": "G1",
        "employment_key": "A1",
        "kind": "hire",
        "effective_from": "midnight:2026-03-01T05:00:00+00:00",
        "recorded_at": "2026-02-20T09:00:00+00:00",
        "occasion": "bf90ace460be6649",
        "fields": {
            "worker_id": "W1",
            "given_name": "Ada",
            "family_name": "Byron",
            "preferred_name": "Addie",
            "work_email": "ada@corp.example",
            "original_hire_date": "2026-03-01",
            "hire_date": "2026-03-01",
            "worker_type": "FT",
            "job_code": "J7",
            "job_title": "Analyst",
            "job_level": "4",
            "position_id": "P7",
            "function": "FIN",
            "department": "D1",
            "business_unit": "B1",
            "cost_center": "C1",
            "company": "ACME",
            "location_code": "NYC",
            "country": "US",
            "subdivision": "NY",
            "city": "New York",
            "managers": [
                {"kind": "person", "value": "G2", "relation": "line"},
                {"kind": "person", "value": "G3", "relation": "supervisor"},
                {"kind": "position", "value": "P9", "relation": "line"},
            ],
        },
    }


def test_the_kind_of_leave_never_leaves_the_adapter() -> None:
    leave = parse(FEED[16])[1]
    assert isinstance(leave, Observation)

    assert dict(leave.fields) == {}
    assert "MED" not in json.dumps(observation_to_json(leave))


def test_a_rehire_does_not_bring_the_old_termination_date_along() -> None:
    dates = {"originalHireDate": "2002-08-12", "rehireDate": "2026-03-01", "terminationDate": "2020-01-31"}

    assert kept(event("worker.rehire", data=with_worker(workerDates=dates))) == {
        "original_hire_date": "2002-08-12",
        "hire_date": "2026-03-01",
    }


def test_a_changed_original_hire_date_leaves_the_hire_date_alone() -> None:
    asked = {
        "eventContext": {"worker": {"associateOID": "G1"}},
        "transform": {"worker": {"workerDates": {"originalHireDate": "2014-01-01"}}},
    }

    assert kept(event("worker-original-hire-date.change", data=asked)) == {"original_hire_date": "2014-01-01"}


def test_a_moved_termination_date_is_read_from_the_transform() -> None:
    asked = {
        "eventContext": {"worker": {"associateOID": "G1"}},
        "transform": {"worker": {"workerDates": {"terminationDate": "2026-07-31"}}},
    }

    assert kept(event("worker.terminate-date.change", data=asked)) == {"last_working_day": "2026-07-31"}


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("A", "active"),
        ("Active", "active"),
        ("active", "active"),
        ("L", "leave"),
        ("T", "left"),
        ("R", "left"),
        ("D", "deceased"),
        ("I", "suspended"),
    ],
)
def test_a_status_in_a_snapshot_is_told_in_our_words(code: str, status: str) -> None:
    snapshot = with_worker(workerStatus={"statusCode": {"codeValue": code}})

    assert kept(event(data=snapshot)) == {"status": status}


def test_a_removed_work_email_is_cleared_and_a_private_one_was_never_there() -> None:
    work = with_worker(businessCommunication={"email": {"emailUri": "ada@corp.example"}})
    private = with_worker(person={"communication": {"email": {"emailUri": "ada@home.example"}}})

    assert kept(event("worker.business-communication.email.add", data=work)) == {
        "work_email": "ada@corp.example"
    }
    assert kept(event("worker.business-communication.email.remove", data=work)) == {"work_email": None}
    assert kept(event("worker.personal-communication.email.add", data=private)) == {}


def test_an_empty_list_of_managers_means_none_only_where_managers_changed() -> None:
    nobody = with_worker(workAssignment={"reportsTo": []})

    assert kept(event("worker.reports-to.modify", data=nobody)) == {"managers": []}
    assert kept(event("worker.work-assignment.modify", data=nobody)) == {}


def test_a_second_job_neither_moves_nor_ends_the_first() -> None:
    second = with_worker(workAssignment={"itemID": "A2", "primaryIndicator": False, "jobTitle": "Trainer"})
    retired = observed(event("worker.work-assignment.retire", data=second))

    assert kept(event(data=second)) == {}
    assert (retired.kind.value, retired.employment_key) == ("update", "A2")


def test_a_country_is_normalised_and_a_strange_one_dropped() -> None:
    def country(written: str) -> object:
        place = {"homeWorkLocation": {"address": {"countryCode": written}}}
        return kept(event(data=with_worker(workAssignment=place))).get("country")

    assert [country(code) for code in ("UK", "DEU", "in", "Narnia", "")] == ["GB", "DE", "IN", None, None]
