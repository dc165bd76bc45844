"""`dead-letters` and `parked`: the operator's commands as they are typed."""

import getpass
import json
from uuid import UUID

import pytest

from deploy.local.database_url import DatabaseUrl
from shared.events.matches import MatchAcceptedBySide
from shared.persistence.unit_of_work import UnitOfWork
from tests.support.operator_command import Typed, operator_of
from tests.support.records import MATCH, broken, person, record_of, step
from tests.support.sandbox import Sandbox


async def refuses(event: MatchAcceptedBySide, uow: UnitOfWork) -> None:
    if event.accepted == 1:
        raise ValueError("Ada Lovelace")


@pytest.fixture
async def run(sandbox: Sandbox, sandbox_database: DatabaseUrl) -> Typed:
    """Types a command of the service whose store holds one dead record, one parked and one sealed."""
    sandbox.routes.on(MatchAcceptedBySide, refuses)
    await sandbox.processor.process([record_of(step(1), 1), record_of(step(2), 2)])
    await sandbox.processor.process([broken(person("Lovelace"), 1, value=b'"Lovelace"')])
    return operator_of(sandbox_database)


async def ids(run: Typed) -> dict[str, str]:
    """The id of each record that waits, by its reason."""
    lines = (await run("dead-letters", "list", "--json")).output.splitlines()
    return {row["reason"]: row["id"] for row in map(json.loads, lines)}


async def audited(sandbox: Sandbox) -> list[tuple[str, str]]:
    rows = await sandbox.fetch("select actor_id, action from audit order by at, id")
    return [(row["actor_id"], row["action"]) for row in rows]


async def test_what_waits_is_listed_without_what_it_holds(run: Typed) -> None:
    result = await run("dead-letters", "list")

    assert result.exit_code == 0
    assert result.output.endswith("3 found\n")
    assert "reason=handler_failed" in result.output
    assert f"stream_key={MATCH}" in result.output
    assert "Lovelace" not in result.output


async def test_a_list_can_be_narrowed(run: Typed) -> None:
    assert (await run("dead-letters", "list", "--reason", "key_parked")).output.endswith("1 found\n")
    assert (await run("dead-letters", "list", "--key", str(MATCH))).output.endswith("2 found\n")
    assert (await run("dead-letters", "list", "--since", "2999-01-01")).output == "0 found\n"


async def test_a_record_is_shown_and_a_sealed_one_only_when_revealed(run: Typed, sandbox: Sandbox) -> None:
    found = await ids(run)

    shown = json.loads((await run("dead-letters", "show", found["handler_failed"])).output)
    closed = await run("dead-letters", "show", found["bad_body"])
    revealed = json.loads((await run("dead-letters", "show", found["bad_body"], "--reveal")).output)

    assert json.loads(shown["record"]["value"])["accepted"] == 1
    assert shown["detail"] == "ValueError"
    assert json.loads(closed.output)["record"] == "sealed"
    assert "Lovelace" not in closed.output
    assert revealed["record"]["value"] == '"Lovelace"'
    assert await audited(sandbox) == [(getpass.getuser(), "dead_letter_revealed")]


async def test_a_record_that_is_not_there_is_said_so(run: Typed) -> None:
    result = await run("dead-letters", "show", str(UUID(int=1)))

    assert result.exit_code == 1
    assert result.output == f"no record {UUID(int=1)} waits here\n"


async def test_a_replay_can_be_tried_dry_and_is_then_done(run: Typed, sandbox: Sandbox) -> None:
    dry = await run("dead-letters", "replay", "--key", str(MATCH), "--dry-run")
    assert dry.output.endswith("2 found\n")
    assert await sandbox.replays() == []
    assert await audited(sandbox) == []

    done = await run("dead-letters", "replay", "--key", str(MATCH), "--json")

    assert json.loads(done.output) == {"replayed": 2}
    assert [dict(record.headers)["ce_sequence"] for record in await sandbox.replays()] == [
        b"0000000000000000001",
        b"0000000000000000002",
    ]
    assert await audited(sandbox) == [(getpass.getuser(), "dead_letter_replayed")] * 2


async def test_a_drop_needs_to_be_told_what_and_frees_the_key(run: Typed, sandbox: Sandbox) -> None:
    refused = await run("dead-letters", "drop")
    assert refused.exit_code == 2
    assert len(await sandbox.waiting()) == 3

    found = await ids(run)
    done = await run("dead-letters", "drop", "--id", found["handler_failed"])

    assert done.output == "1 dropped, 1 freed\n"
    await sandbox.processor.process(await sandbox.replays())
    assert [reason for _, reason, _ in await sandbox.waiting()] == ["bad_body"]


async def test_the_parked_keys_are_listed(run: Typed) -> None:
    result = await run("parked", "--json")

    rows = {row["topic"]: row for row in map(json.loads, result.output.splitlines())}
    assert (rows["mentoring.matches.v1"]["dead"], rows["mentoring.matches.v1"]["parked"]) == (1, 1)
    assert rows["mentoring.matches.v1"]["key"] == str(MATCH)
