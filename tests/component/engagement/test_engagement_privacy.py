"""What a pair writes stays with the pair, and is gone when one of them is erased."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.events.people import PersonChanged
from tests.component.engagement.engagement_world import (
    ANA,
    BEN,
    CLEO,
    EVE,
    MATCH,
    PROGRAM,
    activated,
    client,
    day,
    get,
    log_held,
    pair,
    person,
    post,
)
from tests.support.harness import Harness

NOTES = f"/matches/{MATCH}/notes"
CANARY = "kanarienvogel-7391"


async def put_note(h: Harness, who: UUID, note: str, body: object, version: int | None = 1) -> httpx.Response:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    async with client(h, who) as c:
        return await c.put(f"/api/engagement/v1{NOTES}/{note}", json=body, headers=headers)


async def words_for(h: Harness, who: UUID) -> list[str]:
    return [item["words"] for item in (await get(h, who, NOTES)).json()["items"]]


async def dump(h: Harness) -> str:
    """Every row of every table of the store, as text."""
    tables = await h.fetch("select tablename from pg_tables where schemaname = 'public'")
    parts: list[Any] = []
    for table in tables:
        parts += await h.fetch(f"select t::text as row from {table['tablename']} t")  # noqa: S608  their names
    return str(parts)


async def test_a_note_is_read_by_its_author_and_by_both_when_shared(engagement: Harness) -> None:
    await pair(engagement)
    made = await post(engagement, ANA, NOTES, {"words": "Ben avoids conflicts"})
    note = made.json()["id"]

    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    assert await words_for(engagement, ANA) == ["Ben avoids conflicts"]
    assert await words_for(engagement, BEN) == []
    assert (await get(engagement, EVE, NOTES)).status_code == 404

    edited = await put_note(engagement, ANA, note, {"words": "Ben is brave", "shared": True})
    assert (edited.status_code, edited.headers["etag"]) == (204, '"2"')
    assert await words_for(engagement, BEN) == ["Ben is brave"]


async def test_a_note_is_changed_by_its_author_alone_and_never_over_an_unseen_edit(
    engagement: Harness,
) -> None:
    await pair(engagement)
    note = (await post(engagement, ANA, NOTES, {"words": "one", "shared": True})).json()["id"]

    of_other = await put_note(engagement, BEN, note, {"words": "mine now"})
    unversioned = await put_note(engagement, ANA, note, {"words": "two"}, version=None)
    stale = await put_note(engagement, ANA, note, {"words": "two"}, version=7)
    async with client(engagement, BEN) as c:
        deleted_by_other = await c.delete(f"/api/engagement/v1{NOTES}/{note}")
    async with client(engagement, ANA) as c:
        deleted = await c.delete(f"/api/engagement/v1{NOTES}/{note}")

    assert [r.status_code for r in (of_other, unversioned, stale, deleted_by_other, deleted)] == [
        404,
        428,
        412,
        404,
        204,
    ]
    assert await words_for(engagement, ANA) == []


async def test_no_word_of_a_pair_is_readable_in_the_store_the_outbox_or_the_log(
    engagement: Harness, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Canaries: neither rows, answers kept for repeated commands, events nor logs hold them."""
    await pair(engagement)
    note = {"words": f"note {CANARY}", "shared": True}
    goal = {"words": f"goal {CANARY}"}
    for key in ("first", "first"):
        assert (await post(engagement, ANA, NOTES, note, key=f"note-{key}")).status_code == 201
        assert (
            await post(engagement, ANA, f"/matches/{MATCH}/goals", goal, key=f"goal-{key}")
        ).status_code == 201
    refused = await post(engagement, ANA, NOTES, {"words": "x", CANARY: CANARY})

    assert await words_for(engagement, BEN) == [f"note {CANARY}"]
    stored = await dump(engagement)
    sent = "".join(str(record) for record in await engagement.records())
    logged = capsys.readouterr().out + caplog.text
    assert str(MATCH) in stored
    for place in (stored, sent, logged, refused.text):
        assert CANARY not in place
        assert CANARY.encode().hex() not in place


async def test_names_and_logins_are_in_the_table_of_people_only(engagement: Harness) -> None:
    await pair(engagement)
    await log_held(engagement, day(0))
    await engagement.run_due(day(31))

    sent = "".join(str(record) for record in await engagement.records())
    for name in ("Araujo", "Bauer"):
        assert name not in sent
        assert (await dump(engagement)).count(name) == 1


async def test_erasing_a_member_destroys_the_key_and_every_word_of_the_pair(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.run_due(day(31))
    await log_held(engagement, day(30))
    await post(engagement, ANA, NOTES, {"words": "about Ben"})
    await post(engagement, BEN, NOTES, {"words": "by Ben", "shared": True})
    await post(engagement, BEN, f"/matches/{MATCH}/goals", {"words": "goal of Ben"})
    await post(engagement, BEN, f"/matches/{MATCH}/pulse", {"answers": {"trust": 3}})

    await engagement.erase(PersonChanged, BEN)

    stored = await dump(engagement)
    assert "Bauer" not in stored
    assert await engagement.fetch("select * from match_key") == []
    assert await engagement.fetch("select * from note") == []
    assert await engagement.fetch("select words from goal") == [{"words": None}]
    gone = "select person_id from {} where person_id = :ben"
    for table in ("fit_check", "pulse_reply", "nudge_recipient"):
        assert await engagement.fetch(gone.format(table), ben=BEN) == []
    match = (await get(engagement, ANA, f"/matches/{MATCH}")).json()
    assert [(m["given_name"], m["family_name"]) for m in match["members"]] == [
        ("Ana", "Araujo"),
        (None, None),
    ]
    assert [goal["words"] for goal in match["goals"]] == [None]
    assert await words_for(engagement, ANA) == []
    late = await post(engagement, ANA, NOTES, {"words": "still about Ben"})
    assert (late.status_code, late.json()["code"]) == (409, "notes_closed")
    async with client(engagement, BEN) as c:
        assert (await c.get("/api/engagement/v1/matches")).status_code == 403


async def test_a_person_erased_before_the_match_is_heard_of_is_no_less_forgotten(
    engagement: Harness,
) -> None:
    await engagement.deliver(person(ANA, "Ana", "Araujo"), person(BEN, "Ben", "Bauer"))
    await engagement.erase(PersonChanged, BEN)
    await engagement.deliver(activated())

    late = await post(engagement, ANA, NOTES, {"words": "about Ben"})

    assert (late.status_code, late.json()["code"]) == (409, "notes_closed")
    assert await engagement.fetch("select * from match_key") == []


async def test_coordinators_read_activity_and_no_content(engagement: Harness) -> None:
    await pair(engagement)
    await post(engagement, ANA, NOTES, {"words": CANARY, "shared": True})
    await engagement.run_due(day(30))

    for path in (f"/programs/{PROGRAM}/health", f"/programs/{PROGRAM}/flags", f"/programs/{PROGRAM}/pulses"):
        answer = await get(engagement, CLEO, path, "coordinator")
        assert answer.status_code == 200
        assert CANARY not in answer.text
    for path in (f"/matches/{MATCH}", NOTES, f"/matches/{MATCH}/session-logs"):
        assert (await get(engagement, CLEO, path, "coordinator")).status_code == 404
