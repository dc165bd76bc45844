"""HR feeds for matching's component tests: what HR says, and what the store makes of it."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.events.availability import AvailabilityChanged
from shared.events.people import PersonChanged
from tests.support.harness import Harness
from tests.support.matching_world import CORE_HOURS

TOPIC = "hris.canonical"
ADP_TOPIC = "hris.adp"
SETTINGS: dict[str, Any] = {
    "login_field": "person_key",
    "location_zones": {"BER": "Europe/Berlin", "NYC": "America/New_York", "SYD": "Australia/Sydney"},
}
Said = list[dict[str, Any]] | str | None


def utc(text: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def line(*keys: str) -> list[dict[str, str]]:
    """Pointers at managers by person key."""
    return [{"kind": "person", "value": key} for key in keys]


def position(held_by: str) -> list[dict[str, str]]:
    """A pointer at whoever holds a position."""
    return [{"kind": "position", "value": held_by}]


def said(
    key: str, kind: str, effective: str, recorded: str = "2026-12-01T00:00:00Z", **fields: Said
) -> bytes:
    """One record of our own format."""
    data = {
        "person_key": key,
        "kind": kind,
        "effective_from": effective,
        "recorded_at": recorded,
        "fields": fields,
    }
    return json.dumps(
        {"specversion": "1.0", "type": "mentoring.hris.worker-observed.v1", "data": data}
    ).encode()


def hired(key: str, **fields: Said) -> bytes:
    """Somebody who has worked in Berlin since 2020, unless told otherwise."""
    usual: dict[str, Said] = {
        "given_name": key.title(),
        "family_name": "Example",
        "work_email": f"{key}@corp.example",
        "hire_date": "2020-01-06",
        "location_code": "BER",
        "country": "DE",
        "job_level": "5",
        "function": "engineering",
    }
    return said(key, "hire", "2020-01-06", "2020-01-02T00:00:00Z", **(usual | fields))


class HrWorld:
    """A harness of matching that is fed by HR; the person keys are the logins."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness

    async def say(self, *values: bytes, topic: str = TOPIC) -> None:
        """HR speaks, in one batch."""
        await self.harness.process(*(self.harness.foreign(topic, value) for value in values))

    async def works(self, *keys: str) -> None:
        """These people chose to work from 9 to 5, Berlin time, wherever they are."""
        for key in keys:
            hours = AvailabilityChanged(
                person_id=await self.id_of(key), time_zone="Europe/Berlin", hours=CORE_HOURS
            )
            await self.harness.deliver(hours)

    async def id_of(self, key: str) -> UUID:
        """Whom a key means by itself."""
        rows = await self.harness.fetch(
            "select person_id from identity_link where person_key = :key and identity = ''", key=key
        )
        found = rows[0]["person_id"]
        assert isinstance(found, UUID)
        return found

    async def row(self, key: str) -> dict[str, Any]:
        """The person as stored."""
        (row,) = await self.harness.fetch("select * from person where id = :id", id=await self.id_of(key))
        return row

    async def told(self, key: str) -> list[PersonChanged]:
        """What the others were told about a person, in order."""
        person_id = await self.id_of(key)
        changed = await self.harness.events(PersonChanged)
        return [event for event in changed if event.person_id == person_id]

    async def picture(self) -> dict[str, Any]:
        """People, what is due, what was said and what the others know last; by person key, not by id."""
        links = await self.harness.fetch("select * from identity_link")
        names = {
            str(row["person_id"]): f"{row['source']}/{row['person_key']}/{row['identity']}" for row in links
        }
        people = await self.harness.fetch("select to_jsonb(p) - 'leaving_noticed_at' as row from person p")
        due = await self.harness.fetch("select kind, subject, due_at from due")
        said_so = await self.harness.fetch("select to_jsonb(o) - 'received_at' as row from observation o")
        latest = {event.person_id: event for event in await self.harness.events(PersonChanged)}
        whole = json.dumps(
            {
                "people": sorted((row["row"] for row in people), key=lambda row: names[row["id"]]),
                "due": sorted((row["kind"], names[str(row["subject"])], str(row["due_at"])) for row in due),
                "said": sorted((row["row"] for row in said_so), key=lambda row: row["content_hash"]),
                "told": {str(key): event.model_dump(mode="json") for key, event in latest.items()},
            }
        )
        for person_id, name in names.items():
            whole = whole.replace(person_id, name)
        picture = json.loads(whole)
        assert isinstance(picture, dict)
        return picture
