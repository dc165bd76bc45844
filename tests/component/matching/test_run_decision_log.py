"""Every run leaves an account of itself, which can be made again from its stored inputs, byte for byte."""

import asyncio
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.component.conftest import HarnessFactory
from tests.support.harness import Harness
from tests.support.hr_world import SETTINGS, HrWorld, hired
from tests.support.matching_world import API, World, person_id, small_world


@pytest.fixture
async def world(harness_factory: HarnessFactory) -> World:
    """Carla, Maria, Milo, Tom and Tara."""
    return await small_world(await harness_factory("matching"))


async def recorded(world: World, **asked: object) -> dict[str, Any]:
    """A run of all four: Tom wants what Milo offers, Tara half of what Maria does."""
    _, cohort_id = await world.program(
        weights={"skills": 1, "function": 0, "seniority": 0, "zone": 0, "language": 0}
    )
    await world.enrol(cohort_id, "maria", "mentor", skills_offered=["python"])
    await world.enrol(cohort_id, "milo", "mentor", skills_offered=["rust"])
    await world.enrol(cohort_id, "tom", "mentee", skills_wanted=["rust"])
    await world.enrol(cohort_id, "tara", "mentee", skills_wanted=["python", "cooking"])
    return await world.run(cohort_id, **asked)


async def log_of(world: World, run: Mapping[str, Any], client: httpx.AsyncClient) -> httpx.Response:
    """What the API answers."""
    async with client:
        return await client.get(f"{API}/runs/{run['id']}/decision-log")


async def replayed(harness: Harness, run_id: str, command: str = "replay") -> tuple[int, str]:
    """Exit code and output of the command line, in a process of its own."""
    settings = harness.service.kernel.settings
    environment = {
        "PATH": os.environ["PATH"],
        "MATCHING_MODE": "test",
        "MATCHING_DATABASE_URL": settings.database_url.get_secret_value(),
        "MATCHING_KAFKA_BOOTSTRAP_SERVERS": "localhost:1",
        "MATCHING_SEAL_KEY": settings.seal_key.get_secret_value(),
        "MATCHING_OIDC_ISSUER": settings.oidc_issuer,
        "MATCHING_OIDC_AUDIENCE": settings.oidc_audience,
        "MATCHING_OIDC_JWKS_URL": "https://issuer.example/keys",
    }
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "services.matching", "runs", command, run_id],
        capture_output=True,
        check=False,
        text=True,
        env=environment,
    )
    return done.returncode, done.stdout + done.stderr


async def change(world: World, statement: str, **values: object) -> None:
    """SQL that nobody should ever run."""
    async with world.harness.service.kernel.units.begin() as uow:
        await uow.connection.execute(text(statement), values)


@pytest.mark.parametrize("asked", [{}, {"dry_run": True}], ids=["published", "dry run"])
async def test_the_log_tells_what_was_decided_and_how_well(world: World, asked: dict[str, bool]) -> None:
    run = await recorded(world, **asked)
    answer = await log_of(world, run, world.coordinator())
    log = answer.json()

    assert (log["matched"], log["objective"], log["bound"], log["gap"]) == (2, 1_500_000, 1_500_000, 0)
    assert (log["verdict"], log["faults"], log["unmatched"]) == ("proven", [], [])
    assert log["inputs_hash"] == run["figures"]["inputs_hash"]
    assert (log["run"]["program_version"], log["score_version"]) == (1, log["score_version"])
    assert log["settings"]["weights"]["skills"] == 1
    assert log["engine"] == run["figures"]["engine"]
    assert [(level["code"], level["value"], level["bound"]) for level in log["levels"]] == [
        ("locked_pairs", 0, 0),
        ("most_matches", 2, 2),
        ("total_score", 1_500_000, 1_500_000),
    ]
    assert log["fairness"] == {
        "worst_off": 500_000,
        "own_best": {"people": 2, "mean": 1_000_000, "worst": 1_000_000},
        "own_best_by_group": [],
        "mentor_load_gini": 0,
        "blocking_pairs": 0,
        "people_in_blocking_pairs": 0,
        "mutual_first_choices": 2,
        "mutual_first_choices_honoured": 2,
    }
    assert (run["figures"]["worst_off"], run["figures"]["own_best_share"]) == (500_000, 1_000_000)
    names = {str(person_id(name)) for name in ("carla", "maria", "milo", "tom", "tara")}
    assert not [name for name in names if name in answer.text]


async def test_analysts_read_the_log_of_every_program_and_coordinators_of_their_own(world: World) -> None:
    await world.add_person("dora")
    run = await recorded(world)
    own = await log_of(world, run, world.coordinator())
    analyst = await log_of(world, run, world.harness.client("ann", ["analyst"]))
    other = await log_of(world, run, world.coordinator("dora"))
    member = await log_of(world, run, world.member("tom"))

    assert (own.status_code, analyst.status_code) == (200, 200)
    assert own.content == analyst.content
    assert (other.status_code, member.status_code) == (403, 403)


async def test_the_stored_inputs_are_those_of_the_hash(world: World) -> None:
    run = await recorded(world)
    (kept,) = await world.harness.fetch("select inputs, log from run_evidence")

    assert sha256(zlib.decompress(kept["inputs"])).hexdigest() == run["figures"]["inputs_hash"]
    served = await log_of(world, run, world.coordinator())
    assert served.text == kept["log"]


async def test_a_run_is_replayed_to_the_same_bytes(world: World) -> None:
    run = await recorded(world)
    code, said = await replayed(world.harness, run["id"])
    printed = await replayed(world.harness, run["id"], "log")

    assert (code, said.split(":")[0].split(" ")[:2]) == (0, ["the", "same"]), said
    assert printed[0] == 0
    assert json.loads(printed[1])["objective"] == 1_500_000


async def test_a_log_that_was_touched_is_found_out_by_the_replay(world: World) -> None:
    run = await recorded(world)
    touched = "update run_evidence set log = replace(log, :before, :after)"
    await change(world, touched, before='"gap":0', after='"gap":1')
    code, said = await replayed(world.harness, run["id"])

    assert code == 1
    assert "different from byte" in said
    assert '"gap":1' in said


async def test_inputs_that_were_touched_are_found_out_by_their_hash(world: World) -> None:
    run = await recorded(world)
    (kept,) = await world.harness.fetch("select inputs from run_evidence")
    forged = zlib.decompress(kept["inputs"]).replace(b'"rust"', b'"ruby"')
    await change(world, "update run_evidence set inputs = :forged", forged=zlib.compress(forged))
    code, said = await replayed(world.harness, run["id"])

    assert (code, "hash" in said) == (1, True)


async def test_a_run_that_is_not_there_is_told_so(world: World) -> None:
    code, said = await replayed(world.harness, "00000000-0000-0000-0000-000000000001")

    assert (code, said.split(":")[0]) == (2, "match_run_not_found")


async def test_erasure_takes_a_person_out_of_the_stored_inputs_and_says_so(
    harness_factory: HarnessFactory,
) -> None:
    """What the run decided stays; it cannot be made again without what is forgotten."""
    hr = HrWorld(await harness_factory("matching", **SETTINGS))
    world = World(hr.harness)
    await world.add_person("carla")
    await hr.say(hired("zelda"), hired("tom"))
    await hr.works("zelda", "tom")
    _, cohort_id = await world.program()
    await world.enrol(cohort_id, "zelda", "mentor", skills_offered=["fire-breathing"])
    await world.enrol(cohort_id, "tom", "mentee", skills_wanted=["fire-breathing"])
    run = await world.run(cohort_id, dry_run=True)
    before = await log_of(world, run, world.coordinator())
    await world.call(world.harness.client("o", ["ops"]), "POST", f"/people/{await hr.id_of('zelda')}/erase")

    (kept,) = await world.harness.fetch("select inputs, redacted from run_evidence")
    left = json.loads(zlib.decompress(kept["inputs"]))[0]["candidates"]
    assert kept["redacted"]
    assert sorted(each["skills_offered"] for each in left) == [[], []]
    assert sorted(each["skills_wanted"] for each in left) == [[], ["fire-breathing"]]
    assert (await log_of(world, run, world.coordinator())).content == before.content
    assert (await replayed(world.harness, run["id"]))[0] == 2
