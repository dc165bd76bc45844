"""The enterprise's HR feed: ADP event notifications as records, with the dirt that real feeds have."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from deploy.local.demo.enterprise import Site, Worker

TOPIC: Final = "hris.adp"
_STATUS: Final = ("COMPLETED", "completed", "complete")
_ACTIVE: Final = ("A", "Active", "active")
CANARIES: Final = (
    "078-05-1120",
    "1984-02-30T-birth",
    "race-canary",
    "88123.45",
    "home-street-canary",
    "MEDICAL-canary",
)
"""What HR systems send and this platform must never keep: national id, birth, race, pay, address, leave."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One record of the feed: the key of the worker, and the bytes."""

    key: str
    value: bytes


class Feed:
    """Writes notifications; `random` decides on spellings and ids."""

    def __init__(self, random: Random, recorded: datetime) -> None:
        self._random = random
        self._recorded = recorded

    def hire(self, worker: Worker, *, name: str = "worker.hire", since: date | None = None) -> Notification:
        """Everything that HR knows, and some that is nobody's business."""
        body = {
            "associateOID": worker.key,
            "workerID": {"idValue": worker.key[-8:]},
            "person": {
                "legalName": {"givenName": worker.given_name, "familyName1": worker.family_name},
                "birthDate": CANARIES[1],
                "governmentIDs": [{"idValue": CANARIES[0], "nameCode": {"codeValue": "SSN"}}],
                "raceCode": {"codeValue": CANARIES[2]},
                "legalAddress": {"lineOne": CANARIES[4], "countryCode": worker.site.country},
            },
            "workerDates": {"originalHireDate": worker.hired.isoformat()},
            "workerStatus": {"statusCode": {"codeValue": self._random.choice(_ACTIVE)}},
            "businessCommunication": {"emails": [{"emailUri": worker.email}]},
            "workAssignment": self._assignment(worker)
            | {"baseRemuneration": {"annualRateAmount": CANARIES[3]}},
        }
        return self._event(name, worker, since or worker.hired, body)

    def transfer(self, worker: Worker, on: date, *, manager: str, site: Site | None = None) -> Notification:
        """A new manager, and perhaps a new place."""
        moved = replace(worker, manager=manager, site=site or worker.site)
        return self._event(
            "worker.work-assignment.modify",
            moved,
            on,
            {"associateOID": worker.key, "workAssignment": self._assignment(moved)},
        )

    def termination(self, worker: Worker, last_day: date) -> Notification:
        """The last working day."""
        body = {
            "associateOID": worker.key,
            "workerDates": {"terminationDate": last_day.isoformat()},
            "workerStatus": {"statusCode": {"codeValue": "T"}, "effectiveDate": last_day.isoformat()},
        }
        return self._event("worker.terminate", worker, last_day, body)

    def leave(self, worker: Worker, on: date) -> Notification:
        """A leave; its kind must not get far."""
        body = {
            "associateOID": worker.key,
            "workerStatus": {
                "statusCode": {"codeValue": "L"},
                "reasonCode": {"codeValue": CANARIES[5]},
                "effectiveDate": on.isoformat(),
            },
        }
        return self._event(self._random.choice(("worker.on-leave", "worker.onLeave")), worker, on, body)

    def back(self, worker: Worker, on: date) -> Notification:
        """The end of a leave."""
        body = {
            "associateOID": worker.key,
            "workerStatus": {"statusCode": {"codeValue": "A"}, "effectiveDate": on.isoformat()},
        }
        return self._event("worker.leave.return.request", worker, on, body)

    def at(self, recorded: datetime) -> "Feed":
        """The same feed, later."""
        return Feed(self._random, recorded)

    def later(self, pause: timedelta) -> "Feed":
        """The same feed, a while on."""
        return self.at(self._recorded + pause)

    def unknown_event(self, worker: Worker) -> Notification:
        """A name that no version of the format has."""
        return self._event("worker.teleport", worker, worker.hired, {"associateOID": worker.key})

    def without_person(self, worker: Worker) -> Notification:
        """An event about nobody."""
        return self._event("worker.hire", worker, worker.hired, {"associateOID": "{{aoid}}"})

    def broken(self, whole: Notification) -> Notification:
        """A notification cut off on its way."""
        return Notification(whole.key, whole.value[: len(whole.value) // 2])

    def again(self, whole: Notification) -> Notification:
        """The same fact under another event id."""
        body = json.loads(whole.value)
        body["events"][0]["eventID"] = self._event_id()
        return Notification(whole.key, json.dumps(body).encode())

    def _event(self, name: str, worker: Worker, on: date, body: dict[str, Any]) -> Notification:
        zone = ZoneInfo(worker.site.zone or "America/New_York")
        midnight = datetime.combine(on, time.min, zone).astimezone(UTC)
        event = {
            "eventID": self._event_id(),
            "serviceCategoryCode": {"codeValue": "hr"},
            "eventNameCode": {"codeValue": name},
            "eventStatusCode": {"codeValue": self._random.choice(_STATUS)},
            "recordDateTime": f"{self._recorded:%Y-%m-%dT%H:%M:%S}.{self._random.randrange(1000):03d}+0000",
            "effectiveDateTime": f"{midnight:%Y-%m-%dT%H:%M:%S.000+0000}",
            "data": {
                "eventContext": {"worker": {"associateOID": body["associateOID"]}},
                "output": {"worker": body},
            },
        }
        return Notification(worker.key, json.dumps({"events": [event]}).encode())

    def _assignment(self, worker: Worker) -> dict[str, Any]:
        return {
            "primaryIndicator": True,
            "itemID": f"{worker.key}N",
            "jobCode": {"codeValue": f"{worker.function[:3].upper()}{worker.level}"},
            "jobTitle": f"{worker.function.title()} {_TITLES[worker.level]}",
            "jobFunctionCode": {"codeValue": worker.function},
            "occupationalClassifications": [
                {
                    "nameCode": {"codeValue": "job level"},
                    "classificationCode": {"codeValue": str(worker.level)},
                }
            ],
            "homeOrganizationalUnits": [
                {
                    "typeCode": {"codeValue": "BusinessUnit"},
                    "nameCode": {"codeValue": f"BU-{worker.site.country}"},
                }
            ],
            "homeWorkLocation": {
                "nameCode": {"codeValue": worker.site.code},
                "address": {
                    "cityName": worker.site.city,
                    "countryCode": worker.site.country,
                    "countrySubdivisionLevel1": {"codeValue": worker.site.subdivision},
                },
            },
            "reportsTo": [
                {"associateOID": worker.manager, "reportsToRelationshipCode": {"codeValue": "MANAGER"}}
            ]
            if worker.manager
            else [],
        }

    def _event_id(self) -> str:
        return "123" if self._random.random() < 0.1 else f"{self._random.randrange(16**12):012x}"  # noqa: PLR2004


_TITLES: Final = {
    2: "Associate",
    3: "Analyst",
    4: "Specialist",
    5: "Lead",
    6: "Manager",
    7: "Director",
    8: "VP",
    9: "Chief",
}


def first_load(random: Random, feed: Feed, workers: list[Worker], today: date) -> list[Notification]:
    """The whole enterprise, dirty: doubled, out of order, cut, unknown, future-dated, two stolen keys."""
    records = [feed.hire(worker) for worker in workers]
    later = feed.later(timedelta(hours=1))
    dirt: list[Callable[[Worker], Notification]] = [
        lambda worker: feed.broken(feed.hire(worker)),
        feed.unknown_event,
        feed.without_person,
        lambda worker: later.transfer(
            worker, today + timedelta(days=400), manager=worker.manager or workers[0].key
        ),
    ]
    tail = workers[len(workers) // 2 :]
    for make in dirt:
        records += [make(worker) for worker in random.sample(tail, 4)]
    records += [later.hire(_somebody_else(worker, today)) for worker in random.sample(tail, 2)]
    sent_twice = random.sample(records[: len(workers)], len(workers) // 20)
    records += [random.choice((record, feed.again(record))) for record in sent_twice]
    return _out_of_order(random, records)


def _somebody_else(worker: Worker, today: date) -> Worker:
    """The key of one person on another: another name and another hire date."""
    return replace(
        worker, given_name="Somebody", family_name="Else", email="", hired=today - timedelta(days=30)
    )


def _out_of_order(random: Random, records: Iterable[Notification]) -> list[Notification]:
    """Each record up to some hundred places from where it belongs."""
    numbered = [(place + random.random() * 200, record) for place, record in enumerate(records)]
    return [record for _, record in sorted(numbered, key=lambda pair: pair[0])]
