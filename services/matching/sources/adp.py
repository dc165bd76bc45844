"""ADP event notifications: `{"events": [...]}`, or one event by itself."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from services.matching.domain.people.effective import Effective
from services.matching.domain.people.observation import Field, Observation, ObservationKind
from services.matching.sources import adp_names
from services.matching.sources.adp_fields import AdpWorker, code, fields_of
from services.matching.sources.decoding import JsonObject, at, decode_object
from services.matching.sources.port import Headers, Refusal, RefusalReason, Refused
from services.matching.sources.values import MAX_KEY, clean_text, read_day, read_effective, read_instant

MAX_EVENTS = 1_000
_OCCASION_DIGITS: Final = 16
_DONE: Final = frozenset({"complete", "completed"})
_STATUS_EVENTS: Final = frozenset(
    {
        ObservationKind.TERMINATION,
        ObservationKind.LEAVE,
        ObservationKind.RETURN_FROM_LEAVE,
        ObservationKind.DECEASED,
    }
)
_KEY_PLACES: Final = (
    ("output", "worker", "associateOID"),
    ("eventContext", "worker", "associateOID"),
    ("eventContext", "associateOID"),
)


class AdpAdapter:
    """Reads ADP's notifications. Several feeds are told apart by `source`, which scopes the person keys."""

    def __init__(self, source: str = "adp") -> None:
        self._source = source

    def parse(self, raw: bytes | None, headers: Headers) -> list[Observation | Refusal]:  # noqa: ARG002 - the port's
        try:
            events = _events(decode_object(raw))
        except Refused as refused:
            return [refused.refusal]
        return [self._read(event, pointer) for pointer, event in events]

    def _read(self, event: object, pointer: str) -> Observation | Refusal:
        try:
            return self._observed(event, pointer)
        except Refused as refused:
            return refused.refusal

    def _observed(self, event: object, pointer: str) -> Observation:
        if not isinstance(event, dict):
            raise Refused(RefusalReason.NOT_AN_OBJECT, pointer)
        name, kind = _name(event, pointer)
        status = code(event.get("eventStatusCode"))
        if status is not None and status.lower() not in _DONE:
            raise Refused(RefusalReason.EVENT_NOT_COMPLETED, f"{pointer}/eventStatusCode")
        person_key = _person_key(event, pointer)
        worker = AdpWorker.of(event)
        if worker.is_secondary() and kind is ObservationKind.TERMINATION:
            kind = ObservationKind.UPDATE
        effective = _effective(event, worker, kind)
        if effective is None:
            raise Refused(RefusalReason.BAD_EFFECTIVE_DATE, f"{pointer}/effectiveDateTime")
        recorded_at = _recorded_at(event)
        if recorded_at is None:
            raise Refused(RefusalReason.BAD_RECORDED_AT, f"{pointer}/recordDateTime")
        fields = fields_of(worker, name, kind)
        if name in adp_names.LAST_DAY_MOVED and Field.LAST_WORKING_DAY not in fields:
            raise Refused(RefusalReason.BAD_LAST_WORKING_DAY, f"{pointer}/data")
        return Observation(
            self._source,
            person_key,
            _employment_key(event, worker),
            kind,
            effective,
            recorded_at,
            fields,
            occasion=hashlib.sha256(name.encode()).hexdigest()[:_OCCASION_DIGITS],
        )


def _events(body: JsonObject) -> list[tuple[str, object]]:
    """Return the events with their pointers; a feed that was split carries one event by itself."""
    events = body.get("events")
    if isinstance(events, list) and events:
        if len(events) > MAX_EVENTS:
            raise Refused(RefusalReason.TOO_MANY_EVENTS, "/events")
        return [(f"/events/{index}", event) for index, event in enumerate(events)]
    if "events" not in body and "eventNameCode" in body and "data" in body:
        return [("", body)]
    raise Refused(RefusalReason.NO_EVENTS, "/events")


def _name(event: JsonObject, pointer: str) -> tuple[str, ObservationKind]:
    written = code(event.get("eventNameCode"))
    if written is None:
        raise Refused(RefusalReason.NO_EVENT_NAME, f"{pointer}/eventNameCode")
    plain = adp_names.plain_name(written)
    kind = adp_names.kind_of(plain)
    if kind is None:
        raise Refused(RefusalReason.UNKNOWN_EVENT_NAME, f"{pointer}/eventNameCode")
    return plain, kind


def _person_key(event: JsonObject, pointer: str) -> str:
    """Return the one key the event names, in whichever of the places it may stand."""
    written: dict[str, str] = {}
    for path in _KEY_PLACES:
        value = at(event, "data", *path)
        if isinstance(value, str) and value.strip():
            written.setdefault(value.strip(), f"{pointer}/data/{'/'.join(path)}")
    if not written:
        raise Refused(RefusalReason.NO_PERSON_KEY, f"{pointer}/data")
    for value, place in written.items():
        if "{{" in value or "}}" in value:
            raise Refused(RefusalReason.PLACEHOLDER_PERSON_KEY, place)
        if clean_text(value, MAX_KEY) is None:
            raise Refused(RefusalReason.BAD_PERSON_KEY, place)
    if len(written) > 1:
        raise Refused(RefusalReason.CONFLICTING_PERSON_KEYS, f"{pointer}/data")
    return next(iter(written))


def _effective(event: JsonObject, worker: AdpWorker, kind: ObservationKind) -> Effective | None:
    """Return the local date the status names, else the envelope's local midnight in UTC."""
    status_from = read_day(worker.get("workerStatus", "effectiveDate")) if kind in _STATUS_EVENTS else None
    written = event.get("effectiveDateTime")
    asked = at(event, "data", "transform", "effectiveDateTime") if written is None else written
    return read_effective(status_from or asked, midnights=True)


def _recorded_at(event: JsonObject) -> datetime | None:
    if "recordDateTime" in event:
        return read_instant(event["recordDateTime"])
    return read_instant(event.get("creationDateTime"))


def _employment_key(event: JsonObject, worker: AdpWorker) -> str | None:
    context = at(event, "data", "eventContext")
    places = (
        worker.get("workAssignment", "itemID"),
        at(context, "worker", "workAssignment", "itemID"),
        at(context, "workAssignmentID"),
    )
    return next((key for place in places if (key := clean_text(place, MAX_KEY))), None)
