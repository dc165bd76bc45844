"""A run directory, the broker's topics and the stores as plain data; reads only, by plain clients.

`run.json` names: `seed`, `bootstrap`, `topic_prefix`, `databases` (service to URL), and optionally `groups`
(service to consumer group), `hr_topics`, `environments` (service to the environment of its commands; with
reporting's, its rebuild is run), `kills`, `clock_skew_s`, `recovery_s`, `recovery_bound_s`, `recovered`,
`longest_silence_s`, `retries_per_s`. Beside it `journal.jsonl`, `faults.jsonl`, `crashes.jsonl` and
`offsets.jsonl` (samples of committed offsets: at, group, topic, partition, offset); each may be missing.
"""

import asyncio
import json
import os
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from tests.prove.verdict.contract import SERVICES, TOPICS, letters_of
from tests.prove.verdict.model import Place, Raw, Rebuild, Row, Run

_ROOT: Final = Path(__file__).resolve().parents[3]
_REBUILD_SECONDS: Final = 900


async def load(directory: Path) -> Run:
    """Everything about the run in this directory, whose broker and stores still run."""
    about = json.loads((directory / "run.json").read_text())
    journal = _lines(directory / "journal.jsonl")
    rebuild = await _rebuild(about)
    hr = {line["topic"] for line in journal if line["kind"] == "hr"} | set(about.get("hr_topics", ()))
    names = [*TOPICS, *(letters_of(service) for service in SERVICES)]
    names += [f"mentoring.{service}.retry" for service in SERVICES]
    prefix = about["topic_prefix"]
    wanted = {prefix + name: name for name in names} | {name: name for name in hr}
    topics, ends = await _topics(about["bootstrap"], wanted)
    stores = {service: await _store(url) for service, url in about["databases"].items()}
    groups = about.get("groups") or {service: f"{prefix}{service}" for service in stores}
    return Run(
        about=about | {"hr_topics": sorted(hr)},
        journal=journal,
        faults=_lines(directory / "faults.jsonl"),
        crashes=_lines(directory / "crashes.jsonl"),
        offset_samples=_lines(directory / "offsets.jsonl"),
        topics=topics,
        stores=stores,
        committed=await _committed(about["bootstrap"], groups, wanted),
        ends=ends,
        rebuild=rebuild,
    )


def _lines(path: Path) -> list[Row]:
    """The whole lines of a file: the last one may have been cut off by a kill of its writer."""
    if not path.exists():
        return []
    text = path.read_text()
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines() if line]


async def _topics(bootstrap: str, wanted: Mapping[str, str]) -> tuple[dict[str, list[Raw]], dict[Place, int]]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap.split(","),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4_194_304,
    )
    await consumer.start()
    found: dict[str, list[Raw]] = defaultdict(list)
    ends: dict[Place, int] = {}
    try:
        for full, numbers in (await _partitions(bootstrap, wanted)).items():
            partitions = [TopicPartition(full, number) for number in sorted(numbers)]
            consumer.assign(partitions)
            for partition, end in (await consumer.end_offsets(partitions)).items():
                ends[wanted[full], partition.partition] = end
                while end and await consumer.position(partition) < end:
                    for records in (await consumer.getmany(partition, timeout_ms=1000)).values():
                        found[wanted[full]].extend(_raw(wanted[full], record) for record in records)
    finally:
        await consumer.stop()
    return dict(found), ends


async def _partitions(bootstrap: str, wanted: Mapping[str, str]) -> dict[str, list[int]]:
    """The partitions of the topics that are there."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap.split(","))
    await admin.start()
    try:
        existing = [name for name in await admin.list_topics() if name in wanted]
        return {
            topic["topic"]: [partition["partition"] for partition in topic["partitions"]]
            for topic in (await admin.describe_topics(existing) if existing else ())
        }
    finally:
        await admin.close()


def _raw(name: str, record: Any) -> Raw:
    return Raw(name, record.partition, record.offset, record.key, record.value, tuple(record.headers))


async def _store(url: str) -> dict[str, list[Row]]:
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg://", "postgresql://"))
    try:
        await connection.set_type_codec("uuid", encoder=str, decoder=str, schema="pg_catalog", format="text")
        for json_type in ("json", "jsonb"):
            await connection.set_type_codec(
                json_type, encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
            )
        tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        return {
            row["tablename"]: [
                dict(each)
                for each in await connection.fetch(f'select * from "{row["tablename"]}"')  # noqa: S608
            ]
            for row in tables
        }
    finally:
        await connection.close()


async def _committed(
    bootstrap: str, groups: Mapping[str, str], names: Mapping[str, str]
) -> dict[str, dict[Place, int]]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap.split(","))
    await admin.start()
    try:
        found: dict[str, dict[Place, int]] = {}
        for service, group in groups.items():
            offsets = await admin.list_consumer_group_offsets(group)
            found[service] = {
                (names[at.topic], at.partition): offset.offset
                for at, offset in offsets.items()
                if at.topic in names
            }
        return found
    finally:
        await admin.close()


async def _rebuild(about: Mapping[str, Any]) -> Rebuild | None:
    """Reporting's rebuild as its operator runs it: the product, but in a process of its own."""
    environment = (about.get("environments") or {}).get("reporting")
    if environment is None or "reporting" not in about["databases"]:
        return None
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.reporting",
        "rebuild",
        cwd=_ROOT,
        env=inherited | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), _REBUILD_SECONDS)
    except TimeoutError:
        process.kill()
        return Rebuild(-1, f"no end after {_REBUILD_SECONDS} s")
    return Rebuild(process.returncode or 0, said.decode(errors="replace"))
