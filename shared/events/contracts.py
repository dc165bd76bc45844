"""`python -m shared.events.contracts`: JSON Schemas of all events, an AsyncAPI document a service.

Both are committed; a difference between them and the models fails the checks.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from shared.events.base import Event
from shared.events.catalog import EVENTS, PARTITIONS, SERVICES, TOPICS, Topic, consumed_by

SCHEMAS: Final = Path(__file__).parent / "schemas"
EXAMPLES: Final = Path(__file__).parent / "examples"
DOCUMENTS: Final = Path(__file__).parents[2] / "docs" / "api"

_HEADERS: Final = {
    "ce_specversion": "CloudEvents version, 1.0.",
    "ce_id": "UUIDv7 of the event, the same in every copy.",
    "ce_type": "Type of the event.",
    "ce_source": "urn:mentoring:<service>.",
    "ce_subject": "Id of the entity that the fact is about.",
    "ce_time": "Business time of the fact, UTC.",
    "ce_recordedtime": "System time at which it was recorded, UTC.",
    "ce_dataschema": "urn:<type>.",
    "content-type": "application/json.",
    "ce_correlationid": "Id shared by everything that one command or record led to.",
    "ce_causationid": "Id of the event that led to this one.",
    "ce_actortype": "person, coordinator, system or hris.",
    "ce_actorid": "Pseudonymous id of who caused it; absent where that is nobody's business.",
    "ce_sequence": "1, 2, 3 … per key and topic, padded with zeros to 19 digits.",
    "traceparent": "W3C trace context.",
}


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of an event's body."""
    schema = event.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:{event.type}", **schema}


def examples_of(event: type[Event]) -> list[Path]:
    """Every example of an event that was ever published; none is ever changed or removed."""
    return sorted((EXAMPLES / event.type).glob("*.json"))


def asyncapi_of(service: str) -> dict[str, Any]:
    """The AsyncAPI 3.0 document of what a service reads and writes."""
    written = [topic for topic in TOPICS.values() if topic.producer == service and topic.events]
    read = [topic for topic in consumed_by(service) if topic.events]
    topics = {topic.name: topic for topic in (*written, *read)}
    operations = {
        f"{action}-{topic.name}": {
            "action": action,
            "channel": {"$ref": f"#/channels/{topic.name}"},
            "messages": [
                {"$ref": f"#/channels/{topic.name}/messages/{event.__name__}"} for event in topic.events
            ],
        }
        for action, list_of in (("send", written), ("receive", read))
        for topic in list_of
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Mentoring platform: {service}",
            "version": "1",
            "description": "CloudEvents 1.0 in Kafka binary mode. Order holds within one key of one topic.",
        },
        "defaultContentType": "application/json",
        "channels": {name: _channel(topic) for name, topic in sorted(topics.items())},
        "operations": operations,
        "components": {
            "messages": {
                event.__name__: _message(event) for topic in topics.values() for event in topic.events
            },
            "messageTraits": {
                "cloudevent": {
                    "headers": {
                        "type": "object",
                        "properties": {
                            name: {"type": "string", "description": text} for name, text in _HEADERS.items()
                        },
                    }
                }
            },
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    policy = ["compact"] if topic.compacted else ["delete"]
    return {
        "address": topic.name,
        "description": f"{topic.description} Key: {topic.key}.",
        "messages": {
            event.__name__: {"$ref": f"#/components/messages/{event.__name__}"} for event in topic.events
        },
        "bindings": {
            "kafka": {
                "partitions": PARTITIONS,
                "topicConfiguration": {"cleanup.policy": policy},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip().splitlines()[0],
        "traits": [{"$ref": "#/components/messageTraits/cloudevent"}],
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": schema_of(event),
        },
        "examples": [
            {"payload": json.loads(path.read_text(encoding="utf-8"))} for path in examples_of(event)
        ],
    }


def documents() -> Iterator[tuple[Path, str]]:
    """Every generated file with what it must hold."""
    for event in EVENTS.values():
        yield SCHEMAS / f"{event.type}.json", _dump(schema_of(event))
    for service in SERVICES:
        yield DOCUMENTS / f"{service}.asyncapi.json", _dump(asyncapi_of(service))


def _dump(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write what changed, and say so."""
    changed = 0
    for path, text in documents():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path.name}\n")
            changed += 1
    sys.stdout.write(f"{changed} files changed\n")


if __name__ == "__main__":
    main()
