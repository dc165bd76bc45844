"""HR records become observations or refusals, and people, whatever the order and however often they come."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from shared.events.people import PersonStatus
from tests.component.conftest import HarnessFactory
from tests.support.hr_world import ADP_TOPIC, SETTINGS, HrWorld, hired, line, position, said

_DIRTY = Path(__file__).parents[2] / "unit" / "matching" / "fixtures_hris" / "adp_dirty_feed.jsonl"
FEED = _DIRTY.read_bytes().splitlines()
# What the hire says and nobody may ever read again: identity number, race, birth date, pay, home.
CANARIES = ("900-12-3456", "Canary", "1990-12-10", "77777", "ada@home.example", "1 Home Street")


@pytest.fixture
async def hr(harness_factory: HarnessFactory) -> HrWorld:
    """An empty company."""
    return HrWorld(await harness_factory("matching", **SETTINGS))


async def test_every_record_of_a_dirty_feed_becomes_an_observation_or_is_set_aside_with_its_reason(
    hr: HrWorld,
) -> None:
    await hr.say(*FEED, topic=ADP_TOPIC)

    kinds = await hr.harness.fetch("select kind from observation order by kind")
    assert [row["kind"] for row in kinds] == ["deceased", "hire", "leave"]
    reasons = await hr.harness.fetch("select reason, sealed from set_aside where status = 'dead'")
    assert Counter(row["reason"] for row in reasons) == {
        "malformed_json": 2,
        "not_an_object": 2,
        "no_events": 2,
        "unknown_event_name": 1,
        "event_not_completed": 1,
        "placeholder_person_key": 1,
        "no_person_key": 1,
        "bad_effective_date": 1,
        "bad_recorded_at": 1,
        "bad_last_working_day": 1,
        "conflicting_person_keys": 1,
        "bad_person_key": 1,
    }
    assert all(row["sealed"] for row in reasons)
    letters = [record for record in await hr.harness.records() if record["type"] == "dead-letter"]
    assert len(letters) == 15
    assert all(letter["payload"] is None for letter in letters)


async def test_what_is_private_is_in_no_table_no_record_and_no_log_line(
    hr: HrWorld, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    leave = json.loads(FEED[0])
    leave["events"][0]["eventNameCode"]["codeValue"] = "worker.on-leave"
    leave["events"][0]["eventReasonCode"] = {"codeValue": "PARENTAL-CANARY"}
    leave["events"][0]["data"]["output"]["worker"]["workerStatus"]["reasonCode"] = {"codeValue": "ILLNESS"}
    refused = json.loads(FEED[0])
    refused["events"][0]["recordDateTime"] = "yesterday"
    await hr.say(*FEED, json.dumps(leave).encode(), json.dumps(refused).encode(), topic=ADP_TOPIC)
    tables = await hr.harness.fetch("select tablename as name from pg_tables where schemaname = 'public'")
    stored = ""
    for table in tables:
        rows = await hr.harness.fetch(f"select to_jsonb(t)::text as row from {table['name']} t")  # noqa: S608
        stored += "\n".join(row["row"] for row in rows)
    left = str([(record["headers"], record["payload"]) for record in await hr.harness.records()])
    printed = capsys.readouterr()

    assert "Byron" in stored
    for canary in (*CANARIES, "PARENTAL-CANARY", "ILLNESS"):
        assert canary not in stored
        assert canary.encode().hex() not in stored
        assert canary not in left
        assert canary not in printed.out + printed.err + caplog.text
    for name in ("Byron", "ada@corp.example"):
        assert name not in printed.out + printed.err + caplog.text
    people = [record for record in await hr.harness.records() if record["topic"] == "mentoring.people.v1"]
    assert "leave" not in str([record["payload"] for record in people])


async def test_any_order_any_repetition_and_a_replay_give_the_same_people(
    hr: HrWorld, harness_factory: HarnessFactory
) -> None:
    story = [
        hired("ceo", position_id="P1"),
        hired("lead", managers=position("P1")),
        hired("ada", managers=line("lead")),
        hired("bob", managers=line("ada")),
        said("ada", "update", "2026-05-01", job_title="Analyst", job_level="6"),
        said("ada", "leave", "2026-11-01"),
        said("ada", "return_from_leave", "2027-02-01"),
        said("bob", "termination", "2027-03-31"),
        said("bob", "update", "2027-03-31", "2026-12-02T00:00:00Z", last_working_day="2027-04-30"),
        said("lead", "update", "2026-06-01", managers=line("ceo")),
        said("ceo", "update", "2026-07-01", managers=line("nobody", "ceo")),
        said("lead", "termination", "2026-10-31"),
    ]
    await hr.say(*story)
    expected = await hr.picture()
    await hr.say(*story)
    assert await hr.picture() == expected

    for seed in range(3):
        other = HrWorld(await harness_factory("matching", **SETTINGS))
        shuffled = story * 2
        random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order, not a secret
        for number, value in enumerate(shuffled):
            # Another envelope around the same content: the bytes differ, what is said does not.
            wrapped = json.dumps(json.loads(value) | {"id": str(number)}).encode()
            await other.say(wrapped)
        assert await other.picture() == expected


async def test_a_duplicate_changes_nothing_and_tells_nobody(hr: HrWorld) -> None:
    await hr.say(FEED[0], topic=ADP_TOPIC)
    before = await hr.picture()
    await hr.say(FEED[1], topic=ADP_TOPIC)

    assert await hr.picture() == before
    assert len(await hr.told("G1")) == 1
    counted = hr.harness.service.kernel.registry.get_sample_value
    assert counted("mentoring_hr_observations_total", {"kind": "hire", "outcome": "new"}) == 1
    assert counted("mentoring_hr_observations_total", {"kind": "hire", "outcome": "duplicate"}) == 1


async def test_one_record_with_many_events_makes_many_people(hr: HrWorld) -> None:
    event = json.loads(FEED[0])["events"][0]
    events = []
    for number in range(50):
        one = json.loads(json.dumps(event))
        one["data"] = {
            "output": {"worker": {"associateOID": f"K{number}", "workerID": {"idValue": f"W{number}"}}}
        }
        events.append(one)
    await hr.say(json.dumps({"events": events}).encode(), topic=ADP_TOPIC)

    assert await hr.harness.fetch("select count(*) as people from person") == [{"people": 50}]


async def test_the_others_see_when_somebody_is_away_and_never_why(hr: HrWorld) -> None:
    await hr.say(hired("ada"), hired("eve"))
    await hr.say(said("ada", "leave", "2026-12-01"), said("eve", "suspended", "2026-12-01"))
    for key in ("ada", "eve"):
        assert [event.status for event in await hr.told(key)] == [
            PersonStatus.ACTIVE,
            PersonStatus.UNAVAILABLE,
        ]


async def test_of_the_dead_and_of_leavers_no_address_is_left_and_nobody_can_tell_them_apart(
    hr: HrWorld,
) -> None:
    await hr.say(hired("ada"), hired("eve"))
    await hr.say(said("ada", "deceased", "2026-12-01"), said("eve", "termination", "2026-12-01"))
    ada, eve = (await hr.told("ada"))[-1], (await hr.told("eve"))[-1]

    unnamed = {"person_id", "given_name"}
    assert ada.model_dump(exclude=unnamed) == eve.model_dump(exclude=unnamed)
    assert (ada.status, ada.work_email, ada.login_subject) == (PersonStatus.LEFT, None, None)


async def test_texts_that_are_too_long_for_an_event_are_cut_and_addresses_left_out(hr: HrWorld) -> None:
    await hr.say(hired("ada", given_name="é" * 256, work_email="a" * 200 + "@corp.example"))
    (told,) = await hr.told("ada")

    assert told.given_name == "é" * 200
    assert told.work_email is None
