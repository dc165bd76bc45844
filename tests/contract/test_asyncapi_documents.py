"""The committed documents are AsyncAPI 3.0, and say who sends and receives what."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema

from shared.events.catalog import SERVICES
from shared.events.contracts import DOCUMENTS

_EACH = pytest.mark.parametrize("service", SERVICES)


def _document(service: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        (DOCUMENTS / f"{service}.asyncapi.json").read_text(encoding="utf-8")
    )
    return document


def _references(value: Any) -> Iterator[str]:
    """References within the document; those inside a payload are of the payload's own schema."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for name, inner in value.items():
            if name != "payload":
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _at(document: dict[str, Any], reference: str) -> Any:
    """What a reference leads to, None when it leads nowhere."""
    place: Any = document
    for step in reference.removeprefix("#/").split("/"):
        place = place.get(step) if isinstance(place, dict) else None
    return place


def faults(document: dict[str, Any]) -> list[str]:
    """What AsyncAPI 3.0 forbids and a typed model does not see."""
    found = [
        f"{reference} leads nowhere"
        for reference in _references(document)
        if _at(document, reference) is None
    ]
    for name, operation in document["operations"].items():
        if operation["action"] not in {"send", "receive"}:
            found.append(f"{name} does neither send nor receive")
        messages = f"{operation['channel']['$ref']}/messages/"
        found += [
            f"{name} has a message of another channel"
            for message in operation["messages"]
            if not message["$ref"].startswith(messages)
        ]
    return found


@_EACH
def test_the_document_parses_as_asyncapi_3(service: str) -> None:
    """FastStream's own model of the specification reads it."""
    read = ApplicationSchema.model_validate(_document(service))

    assert read.asyncapi == "3.0.0"
    assert read.info.title == f"Mentoring platform: {service}"


@_EACH
def test_every_reference_leads_somewhere(service: str) -> None:
    """Messages of an operation are messages of its channel, as the specification asks."""
    assert faults(_document(service)) == []


@_EACH
def test_every_payload_is_a_valid_schema_that_its_examples_fit(service: str) -> None:
    """JSON Schema 2020-12, as `schemaFormat` says."""
    for message in _document(service)["components"]["messages"].values():
        payload = message["payload"]
        validator = jsonschema.Draft202012Validator(payload["schema"])

        assert payload["schemaFormat"] == "application/schema+json;version=draft-2020-12"
        jsonschema.Draft202012Validator.check_schema(payload["schema"])
        assert len(message["examples"]) >= 2
        assert all(validator.is_valid(example["payload"]) for example in message["examples"])


def test_matching_sends_matches_and_receives_engagement() -> None:
    """Written down from the table of the contract."""
    operations = _document("matching")["operations"]

    assert {name: operation["action"] for name, operation in operations.items()} == {
        "send-mentoring.people.v1": "send",
        "send-mentoring.programs.v1": "send",
        "send-mentoring.participants.v1": "send",
        "send-mentoring.match-runs.v1": "send",
        "send-mentoring.matches.v1": "send",
        "receive-mentoring.people.v1": "receive",
        "receive-mentoring.availability.v1": "receive",
        "receive-mentoring.engagement.v1": "receive",
    }


def test_a_planted_dead_end_and_a_planted_stray_message_are_found() -> None:
    """The check is not blind."""
    document = _document("engagement")
    document["operations"]["send-mentoring.engagement.v1"]["messages"] = [
        {"$ref": "#/channels/mentoring.people.v1/messages/PersonChanged"}
    ]
    document["operations"]["receive-mentoring.people.v1"]["channel"]["$ref"] = (
        "#/channels/mentoring.nobody.v1"
    )

    assert "send-mentoring.engagement.v1 has a message of another channel" in faults(document)
    assert "#/channels/mentoring.nobody.v1 leads nowhere" in faults(document)
