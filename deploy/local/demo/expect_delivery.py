"""Delivery and privacy: nothing lost, nothing doubled, nothing told that is nobody's business."""

import re
from typing import Any, Final

from deploy.local.demo.checks import Checks
from deploy.local.demo.dump import Dump, Raw
from deploy.local.demo.feed import CANARIES
from deploy.local.demo.stage import Stage
from shared.events.catalog import SERVICES

_NAMES: Final = """
    select given_name as name from person where given_name is not null
    union select family_name from person where family_name is not null
"""
_WORD: Final = re.compile(r"[^\W\d_]+")


async def expect_delivery(stage: Stage, dump: Dump, checks: Checks) -> dict[str, Any]:
    """Unbroken sequences, each event applied by everybody who reads it, dead letters kept and told."""
    checks.about("Delivery")
    value = stage.stores.value
    checks.none("the sequence of every key is unbroken on every topic", dump.sequence_breaks())
    checks.same(
        "what the stores published is on the topics",
        stores=await stage.stores.published(),
        topics=dump.numbered,
    )
    dead = 0
    for service in SERVICES:
        letters = len(dump.on(f"mentoring.{service}.dlq"))
        aside = await value(service, "select count(*) from set_aside")
        checks.same(f"{service}: every dead letter is kept and told", topic=letters, store=aside)
        dead += letters
        if service != "matching":
            checks.none(f"{service}: nothing was refused", aside)
    return {"dead_letters": dead}


async def expect_privacy(stage: Stage, dump: Dump, checks: Checks) -> None:
    """Canaries nowhere, names on the people topic alone."""
    checks.about("Privacy")
    ours = [record for record in dump.records if record.topic.startswith("mentoring.")]
    canaries = [canary.encode() for canary in CANARIES]
    checks.none(
        "no national id, birth date, race, pay, address or kind of leave is on any topic",
        sorted({r.topic for r in ours if any(canary in (r.value or b"") for canary in canaries)}),
    )
    names = {str(row["name"]) for row in await stage.stores.rows("matching", _NAMES)}
    checks.some("there are names to look for", len(names))
    checks.none(
        "no name or e-mail is on any topic but people",
        sorted({r.topic for r in ours if r.topic != "mentoring.people.v1" and names_somebody(r, names)}),
    )
    for service in SERVICES:
        checks.none(f"{service}: none of it is in the store", await _stored_canaries(stage, service))


def names_somebody(record: Raw, names: set[str]) -> bool:
    """Whether a key, a header or a value holds an e-mail address or a word that is somebody's name."""
    parts = [record.key, record.value, *record.headers.values()]
    text = " ".join((part or b"").decode(errors="replace") for part in parts)
    return "@" in text or not names.isdisjoint(_WORD.findall(text))


async def _stored_canaries(stage: Stage, service: str) -> list[str]:
    tables = await stage.stores.rows(
        service, "select tablename as name from pg_tables where schemaname = 'public'"
    )
    found = []
    for table in tables:
        statement = f'select count(*) from "{table["name"]}" t where t::text like any($1::text[])'  # noqa: S608
        if await stage.stores.value(service, statement, [f"%{canary}%" for canary in CANARIES]):
            found.append(str(table["name"]))
    return found
