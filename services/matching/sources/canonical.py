"""Our own format for HR systems that can be taught one: the CloudEvent `mentoring.hris.worker-observed.v1`.

The data: `person_key` (else the event's subject), `kind`, `effective_from` (a date, or an instant with
offset), `recorded_at` (an instant; else the event's time), `fields` by our own names (null clears),
optionally `employment_key` and `source`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from services.matching.domain.people.employment import PersonStatus
from services.matching.domain.people.observation import (
    DATE_FIELDS,
    DECISION_FIELDS,
    Field,
    FieldValue,
    Observation,
    ObservationKind,
)
from services.matching.domain.people.profile import ManagerRefKind, ManagerRelation
from services.matching.sources.decoding import JsonObject, at, decode_object
from services.matching.sources.port import Headers, Refusal, RefusalReason, Refused
from services.matching.sources.values import (
    MAX_KEY,
    clean_country,
    clean_email,
    clean_text,
    read_day,
    read_effective,
    read_instant,
)

TYPE: Final = "mentoring.hris.worker-observed.v1"
MAX_MANAGERS = 16
_SOURCE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_KINDS: Final = {kind.value: kind for kind in ObservationKind if kind is not ObservationKind.DECISION}
_FIELDS: Final = {name.value: name for name in Field if name not in DECISION_FIELDS}
_STATUSES: Final = frozenset(status.value for status in PersonStatus)
_REF_KINDS: Final = frozenset(kind.value for kind in ManagerRefKind)
_RELATIONS: Final = frozenset(relation.value for relation in ManagerRelation)


@dataclass(frozen=True, slots=True)
class _Envelope:
    """A CloudEvent in either content mode; `pointer` is where its data lies in the record."""

    type: str | None
    subject: str | None
    time: str | None
    data: object
    pointer: str


class CanonicalAdapter:
    """Reads our own CloudEvent in binary or structured content mode."""

    def __init__(self, source: str = "canonical") -> None:
        self._source = source

    def parse(self, raw: bytes | None, headers: Headers) -> list[Observation | Refusal]:
        try:
            return [self._observed(_envelope(decode_object(raw), headers))]
        except Refused as refused:
            return [refused.refusal]

    def _observed(self, event: _Envelope) -> Observation:
        data, pointer = event.data, event.pointer
        if event.type is None:
            raise Refused(RefusalReason.NO_EVENT_NAME, "/type")
        if event.type != TYPE:
            raise Refused(RefusalReason.UNKNOWN_EVENT_NAME, "/type")
        if not isinstance(data, dict):
            raise Refused(RefusalReason.NOT_AN_OBJECT, pointer)
        source = data.get("source", self._source)
        if not isinstance(source, str) or not _SOURCE.fullmatch(source):
            raise Refused(RefusalReason.BAD_SOURCE, f"{pointer}/source")
        person_key = _person_key(data, event)
        kind = _KINDS.get(clean_text(data.get("kind")) or "")
        if kind is None:
            raise Refused(RefusalReason.UNKNOWN_KIND, f"{pointer}/kind")
        effective = read_effective(data.get("effective_from"), midnights=False)
        if effective is None:
            raise Refused(RefusalReason.BAD_EFFECTIVE_DATE, f"{pointer}/effective_from")
        recorded_at = read_instant(data.get("recorded_at", event.time))
        if recorded_at is None:
            raise Refused(RefusalReason.BAD_RECORDED_AT, f"{pointer}/recorded_at")
        employment_key = clean_text(data.get("employment_key"), MAX_KEY)
        fields = _fields(data.get("fields"), f"{pointer}/fields")
        return Observation(source, person_key, employment_key, kind, effective, recorded_at, fields)


def _envelope(body: JsonObject, headers: Headers) -> _Envelope:
    if "specversion" in body:
        return _Envelope(
            clean_text(body.get("type")),
            clean_text(body.get("subject"), MAX_KEY),
            clean_text(body.get("time")),
            body.get("data"),
            "/data",
        )
    return _Envelope(
        _header(headers, "ce_type"), _header(headers, "ce_subject"), _header(headers, "ce_time"), body, ""
    )


def _header(headers: Headers, name: str) -> str | None:
    for key, value in headers:
        if key.lower() == name and value is not None:
            return clean_text(value.decode("utf-8", errors="replace"))
    return None


def _person_key(data: JsonObject, event: _Envelope) -> str:
    written = data.get("person_key", event.subject)
    if written is None or written == "":
        raise Refused(RefusalReason.NO_PERSON_KEY, f"{event.pointer}/person_key")
    key = clean_text(written, MAX_KEY)
    if key is None:
        raise Refused(RefusalReason.BAD_PERSON_KEY, f"{event.pointer}/person_key")
    if "{{" in key or "}}" in key:
        raise Refused(RefusalReason.PLACEHOLDER_PERSON_KEY, f"{event.pointer}/person_key")
    return key


def _fields(written: object, pointer: str) -> dict[Field, FieldValue]:
    if written is None:
        return {}
    if not isinstance(written, dict):
        raise Refused(RefusalReason.NOT_AN_OBJECT, pointer)
    fields: dict[Field, FieldValue] = {}
    for name, value in written.items():
        kept = _FIELDS.get(name)
        if kept is None:
            continue
        clean = _value(kept, value)
        if clean is None and value is not None:
            if kept is Field.LAST_WORKING_DAY:
                raise Refused(RefusalReason.BAD_LAST_WORKING_DAY, f"{pointer}/last_working_day")
            continue
        fields[kept] = clean
    return fields


def _value(name: Field, value: object) -> FieldValue:
    if name is Field.MANAGERS:
        return _managers(value)
    if name in DATE_FIELDS:
        return read_day(value)
    if name is Field.WORK_EMAIL:
        return clean_email(value)
    if name is Field.COUNTRY:
        return clean_country(value)
    text = clean_text(value)
    return text if name is not Field.STATUS or text in _STATUSES else None


def _managers(value: object) -> list[dict[str, str]] | None:
    if not isinstance(value, list):
        return None
    refs: list[dict[str, str]] = []
    for entry in value[:MAX_MANAGERS]:
        kind, relation = clean_text(at(entry, "kind")), clean_text(at(entry, "relation")) or "line"
        target = clean_text(at(entry, "value"), MAX_KEY)
        if kind in _REF_KINDS and target is not None:
            known = relation if relation in _RELATIONS else ManagerRelation.OTHER.value
            refs.append({"kind": str(kind), "value": target, "relation": known})
    return refs
