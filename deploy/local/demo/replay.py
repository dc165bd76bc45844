"""Ingest only: a folder of HR payload files, each sent as one record."""

from pathlib import Path
from typing import Any

from deploy.local.demo.dump import dump_topics
from deploy.local.demo.feed import TOPIC, Notification
from deploy.local.demo.stage import Stage

_NOT_PAYLOAD = ("licen", "notice", "readme")


def _payloads(folder: Path) -> list[Path]:
    files = (path for path in folder.iterdir() if path.is_file())
    return sorted(path for path in files if not path.name.lower().startswith(_NOT_PAYLOAD))


async def replay_folder(stage: Stage, folder: Path) -> tuple[dict[str, Any], bool]:
    """Every file becomes observations, refusals with their reasons, or both; the people are listed."""
    files = _payloads(folder)
    stage.teller.chapter(f"{len(files)} files of HR payloads")
    await stage.feed(Notification(path.name, path.read_bytes()) for path in files)
    await stage.settle()
    stores = stage.stores
    refused = await stores.counts("matching", "select reason, count(*) from set_aside group by reason")
    observations = await stores.counts("matching", "select kind, count(*) from observation group by kind")
    people = await stores.rows(
        "matching", "select id, status, country, location_code, job_title, held from person order by id"
    )
    stage.teller.counts("Observations", "kind", observations)
    stage.teller.counts("Refused, kept sealed", "reason", refused)
    stage.teller.table(
        "People",
        ("person", "status", "country", "location", "job", "waits for a human"),
        [
            [
                str(row["id"]),
                row["status"],
                row["country"] or "",
                row["location_code"] or "",
                row["job_title"] or "",
                "yes" if row["held"] else "",
            ]
            for row in people
        ],
    )
    dump = await dump_topics(stage.platform.cluster, [TOPIC, "mentoring.people.v1", "mentoring.matching.dlq"])
    seen = len({record.value for record in dump.on(TOPIC)})
    taken = await stores.value("matching", "select count(*) from inbox where topic = $1", TOPIC)
    letters = len(dump.on("mentoring.matching.dlq"))
    held = taken == seen and letters == sum(refused.values()) and sum(observations.values()) + letters >= seen
    stage.teller.verdict("every record became an observation or a refusal", held, f"{seen} different records")
    return {
        "records": len(files),
        "different": seen,
        "people": len(people),
        "observations": sum(observations.values()),
        "refused": refused,
        "dead_letters": letters,
    }, held
