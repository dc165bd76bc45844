"""The allow-list: which values of an ADP worker become which of our fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from services.matching.domain.people.employment import PersonStatus
from services.matching.domain.people.observation import Field, FieldValue, ObservationKind
from services.matching.domain.people.profile import ManagerRefKind, ManagerRelation
from services.matching.sources import adp_names
from services.matching.sources.decoding import JsonObject, at
from services.matching.sources.values import MAX_KEY, clean_country, clean_email, clean_text, read_day

MAX_MANAGERS = 16
_STATUS: Final = {
    "a": PersonStatus.ACTIVE,
    "active": PersonStatus.ACTIVE,
    "l": PersonStatus.LEAVE,
    "leave": PersonStatus.LEAVE,
    "i": PersonStatus.SUSPENDED,
    "inactive": PersonStatus.SUSPENDED,
    "t": PersonStatus.LEFT,
    "terminated": PersonStatus.LEFT,
    "r": PersonStatus.LEFT,
    "retired": PersonStatus.LEFT,
    "d": PersonStatus.DECEASED,
    "deceased": PersonStatus.DECEASED,
}
_RELATION: Final = {
    "": ManagerRelation.LINE,
    "manager": ManagerRelation.LINE,
    "supervisor": ManagerRelation.SUPERVISOR,
    "matrix": ManagerRelation.MATRIX,
}
_UNIT: Final = {
    "homedepartment": Field.DEPARTMENT,
    "department": Field.DEPARTMENT,
    "deptid": Field.DEPARTMENT,
    "homecostnumber": Field.COST_CENTER,
    "costnumber": Field.COST_CENTER,
    "costcenter": Field.COST_CENTER,
    "cnum": Field.COST_CENTER,
    "businessunit": Field.BUSINESS_UNIT,
    "company": Field.COMPANY,
    "cmpy": Field.COMPANY,
}
_NOT_A_LETTER: Final = re.compile(r"[^a-z0-9]")

Fields = dict[Field, FieldValue]


@dataclass(frozen=True, slots=True)
class AdpWorker:
    """The worker of one event: `output` says what is, `transform` what was asked for and fills the gaps."""

    output: object
    transform: object

    @classmethod
    def of(cls, event: JsonObject) -> AdpWorker:
        return cls(at(event, "data", "output", "worker"), at(event, "data", "transform"))

    def get(self, *path: str) -> object:
        for view in (at(self.output, *path), at(self.transform, "worker", *path), self._asked(path)):
            if view is not None:
                return view
        return None

    def _asked(self, path: tuple[str, ...]) -> object:
        """A request may name the work assignment without the worker around it; empty lists say nothing."""
        value = at(self.transform, *path) if path[0] == "workAssignment" else None
        return value or None

    def is_secondary(self) -> bool:
        return self.get("workAssignment", "primaryIndicator") is False


def fields_of(worker: AdpWorker, name: str, kind: ObservationKind) -> Fields:
    """Return our fields for an event by its plain name; a second job leaves the first alone."""
    fields: Fields = {}
    _put(fields, Field.WORKER_ID, clean_text(worker.get("workerID", "idValue")))
    _put(fields, Field.GIVEN_NAME, clean_text(worker.get("person", "legalName", "givenName")))
    _put(fields, Field.FAMILY_NAME, clean_text(worker.get("person", "legalName", "familyName1")))
    nickname = clean_text(worker.get("person", "legalName", "nickName"))
    _put(
        fields,
        Field.PREFERRED_NAME,
        clean_text(worker.get("person", "preferredName", "givenName")) or nickname,
    )
    _put(fields, Field.WORK_EMAIL, _work_email(worker))
    if name == adp_names.EMAIL_REMOVED:
        fields[Field.WORK_EMAIL] = None
    if kind is ObservationKind.UPDATE:
        status = code(worker.get("workerStatus", "statusCode"))
        _put(fields, Field.STATUS, _STATUS.get((status or "").lower()))
    fields.update(_dates(worker, name, kind))
    if not worker.is_secondary():
        fields.update(_work(worker, name))
    return fields


def code(value: object) -> str | None:
    """Return the code of ADP's `{codeValue, shortName, longName}`, or a bare code."""
    return clean_text(at(value, "codeValue")) or clean_text(value)


def _put(fields: Fields, name: Field, value: str | None) -> None:
    if value is not None:
        fields[name] = value


def _work_email(worker: AdpWorker) -> str | None:
    single = clean_email(worker.get("businessCommunication", "email", "emailUri"))
    several = _objects(worker.get("businessCommunication", "emails"))
    return single or next((mail for one in several if (mail := clean_email(one.get("emailUri")))), None)


def _dates(worker: AdpWorker, name: str, kind: ObservationKind) -> Fields:
    """A termination date counts only where the event is about the end: a rehire still carries the old one."""
    fields: Fields = {}
    first = read_day(worker.get("workerDates", "originalHireDate"))
    again = read_day(worker.get("workerDates", "rehireDate"))
    _put(fields, Field.ORIGINAL_HIRE_DATE, first if name != adp_names.HIRE_DATE_MOVED else None)
    _put(fields, Field.HIRE_DATE, again or (first if name != adp_names.FIRST_HIRE_DATE_MOVED else None))
    if kind in {ObservationKind.TERMINATION, ObservationKind.DECEASED} or name in adp_names.LAST_DAY_MOVED:
        _put(fields, Field.LAST_WORKING_DAY, read_day(worker.get("workerDates", "terminationDate")))
    return fields


def _work(worker: AdpWorker, name: str) -> Fields:
    job = "workAssignment"
    fields: Fields = {}
    _put(fields, Field.WORKER_TYPE, code(worker.get(job, "workerTypeCode")))
    _put(fields, Field.JOB_CODE, code(worker.get(job, "jobCode")))
    long_name = clean_text(worker.get(job, "jobCode", "longName"))
    title = clean_text(worker.get(job, "jobTitle")) or long_name
    _put(fields, Field.JOB_TITLE, title or clean_text(worker.get(job, "jobCode", "shortName")))
    _put(fields, Field.POSITION_ID, clean_text(worker.get(job, "positionID"), MAX_KEY))
    _put(fields, Field.FUNCTION, code(worker.get(job, "jobFunctionCode")))
    for classified in _objects(worker.get(job, "occupationalClassifications")):
        if _plain(code(classified.get("nameCode"))) == "joblevel":
            _put(fields, Field.JOB_LEVEL, code(classified.get("classificationCode")))
    for unit in _objects(worker.get(job, "homeOrganizationalUnits")):
        of_type = _UNIT.get(_plain(code(unit.get("typeCode"))))
        if of_type is not None:
            _put(fields, of_type, code(unit.get("nameCode")))
    place = worker.get(job, "homeWorkLocation")
    _put(fields, Field.LOCATION_CODE, code(at(place, "nameCode")))
    _put(fields, Field.COUNTRY, clean_country(at(place, "address", "countryCode")))
    _put(fields, Field.SUBDIVISION, code(at(place, "address", "countrySubdivisionLevel1")))
    _put(fields, Field.CITY, clean_text(at(place, "address", "cityName")))
    managers = [ref for entry in _objects(worker.get(job, "reportsTo")) if (ref := _manager(entry))]
    # Templates send empty lists; only the event about managers means one.
    if managers or (name == adp_names.MANAGERS_MODIFIED and worker.get(job, "reportsTo") == []):
        fields[Field.MANAGERS] = managers[:MAX_MANAGERS]
    return fields


def _manager(entry: JsonObject) -> dict[str, str] | None:
    person = clean_text(entry.get("associateOID"), MAX_KEY)
    value = person or clean_text(entry.get("positionID"), MAX_KEY)
    if value is None or "{{" in value:
        return None
    relation = (code(entry.get("reportsToRelationshipCode")) or "").lower()
    return {
        "kind": (ManagerRefKind.PERSON if person else ManagerRefKind.POSITION).value,
        "value": value,
        "relation": _RELATION.get(relation, ManagerRelation.OTHER).value,
    }


def _objects(value: object) -> Iterator[JsonObject]:
    if isinstance(value, list):
        yield from (entry for entry in value if isinstance(entry, dict))


def _plain(text: str | None) -> str:
    return _NOT_A_LETTER.sub("", (text or "").lower())
