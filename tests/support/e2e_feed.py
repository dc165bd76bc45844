"""HR as it speaks: ADP notifications about workers, with what is nobody's business in every one of them."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from aiokafka import AIOKafkaProducer

NEVER_KEPT: Final = {
    "national id": "900-55-7319",
    "birth date": "1917-03-29",
    "race": "canary-race-q7",
    "pay": "88123.4519",
    "home address": "17 Canary Row",
    "kind of leave": "CANARY-MEDICAL-q7",
}
"""What must stay in the HR record: it is in no table, no topic, no log and no metric."""
FAMILY_NAME: Final = "Zyxquorb"
"""Part of every name and of every address: allowed on the people topic and in tables of people alone."""


@dataclass(frozen=True, slots=True)
class Worker:
    """What HR knows of one person. `place` is a work location with its country."""

    name: str
    level: int = 4
    place: tuple[str, str] = ("BER", "DE")
    title: str = "Engineer"

    @property
    def key(self) -> str:
        """The person key of the feed."""
        return f"G3{self.name.upper()}"

    @property
    def login(self) -> str:
        """The work e-mail, with which the person signs in."""
        return f"{self.name}.{FAMILY_NAME}@enterprise.example".lower()


@dataclass(frozen=True, slots=True)
class HrRecord:
    """A record of the feed."""

    key: bytes
    value: bytes


def hired(worker: Worker, *, since: date = date(2020, 1, 6)) -> HrRecord:
    """Everything that HR knows."""
    return _record(
        "worker.hire",
        worker,
        since,
        {
            "workerID": {"idValue": worker.key[2:]},
            "person": {
                "legalName": {"givenName": worker.name.title(), "familyName1": FAMILY_NAME},
                "birthDate": NEVER_KEPT["birth date"],
                "governmentIDs": [{"idValue": NEVER_KEPT["national id"], "nameCode": {"codeValue": "SSN"}}],
                "raceCode": {"codeValue": NEVER_KEPT["race"]},
                "legalAddress": {"lineOne": NEVER_KEPT["home address"], "countryCode": worker.place[1]},
            },
            "workerDates": {"originalHireDate": since.isoformat()},
            "workerStatus": {"statusCode": {"codeValue": "A"}},
            "businessCommunication": {"emails": [{"emailUri": worker.login}]},
            "workAssignment": _assignment(worker),
        },
    )


def promoted(worker: Worker, title: str, recorded: datetime) -> HrRecord:
    """A new job title, known to HR since `recorded`."""
    body = {"workAssignment": {"primaryIndicator": True, "itemID": f"{worker.key}N", "jobTitle": title}}
    return _record("worker.work-assignment.modify", worker, recorded.date(), body, recorded)


def went_on_leave(worker: Worker, on: date) -> HrRecord:
    """A leave, of a kind that nobody here may know."""
    status = {
        "statusCode": {"codeValue": "L"},
        "reasonCode": {"codeValue": NEVER_KEPT["kind of leave"]},
        "effectiveDate": on.isoformat(),
    }
    return _record("worker.on-leave", worker, on, {"workerStatus": status})


def terminated(worker: Worker, last_day: date) -> HrRecord:
    """The last working day."""
    body = {
        "workerDates": {"terminationDate": last_day.isoformat()},
        "workerStatus": {
            "statusCode": {"codeValue": "T"},
            "reasonCode": {"codeValue": NEVER_KEPT["kind of leave"]},
            "effectiveDate": last_day.isoformat(),
        },
    }
    return _record("worker.terminate", worker, last_day, body)


def cut_off(whole: HrRecord) -> HrRecord:
    """A record that did not arrive whole; what is left of it is full of personal data."""
    return HrRecord(whole.key, whole.value[:-40])


@asynccontextmanager
async def feed_of(bootstrap: str, topic: str) -> AsyncIterator["Feed"]:
    """A connection of the HR system to its topic."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap.split(","), acks="all")
    await producer.start()
    try:
        yield Feed(producer, topic)
    finally:
        await producer.stop()


class Feed:
    """The HR system at work."""

    def __init__(self, producer: AIOKafkaProducer, topic: str) -> None:
        self._producer = producer
        self._topic = topic

    async def say(self, records: Iterable[HrRecord]) -> None:
        """Publish; returns once the broker has everything."""
        sent = [await self._producer.send(self._topic, record.value, record.key) for record in records]
        await asyncio.gather(*sent)


def _record(
    name: str, worker: Worker, on: date, body: dict[str, Any], recorded: datetime | None = None
) -> HrRecord:
    recorded = recorded or datetime.now(UTC) - timedelta(minutes=5)
    event = {
        "eventID": uuid4().hex,
        "eventNameCode": {"codeValue": name},
        "eventStatusCode": {"codeValue": "COMPLETED"},
        "recordDateTime": f"{recorded:%Y-%m-%dT%H:%M:%S}.{recorded.microsecond // 1000:03d}+0000",
        "effectiveDateTime": f"{on.isoformat()}T00:00:00.000+0000",
        "data": {
            "eventContext": {"worker": {"associateOID": worker.key}},
            "output": {"worker": {"associateOID": worker.key, **body}},
        },
    }
    return HrRecord(worker.key.encode(), json.dumps({"events": [event]}).encode())


def _assignment(worker: Worker) -> dict[str, Any]:
    code, country = worker.place
    return {
        "primaryIndicator": True,
        "itemID": f"{worker.key}N",
        "jobTitle": worker.title,
        "jobFunctionCode": {"codeValue": "engineering"},
        "occupationalClassifications": [
            {
                "nameCode": {"codeValue": "job level"},
                "classificationCode": {"codeValue": str(worker.level)},
            }
        ],
        "homeWorkLocation": {"nameCode": {"codeValue": code}, "address": {"countryCode": country}},
        "baseRemuneration": {"annualRateAmount": NEVER_KEPT["pay"]},
        "reportsTo": [],
    }
