"""`python -m deploy.docs`: OpenAPI documents, tables in the documentation and the board, from the code.

They are committed; a difference between them and the code fails the checks.
"""

import base64
import importlib
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Final

from prometheus_client import CollectorRegistry
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from deploy.grafana.pipeline import PIPELINE, pipeline_json
from deploy.match_life_page import about_match_life, match_life_rows
from shared.events.catalog import SERVICES
from shared.observability.families import describe
from shared.observability.metrics import KernelMetrics
from shared.service import Service
from shared.settings import ServiceSettings

_DOCS: Final = Path(__file__).parents[1] / "docs"
SETTINGS: Final = _DOCS / "settings.md"
METRICS: Final = _DOCS / "metrics.md"
MATCH_LIFE: Final = _DOCS / "architecture" / "match-life.md"
_GENERATED: Final = "Written by `make docs`; do not edit.\n"
_ABOUT_SETTINGS: Final = """\
A service reads variables with its own prefix and nothing else.
`X_FILE` in place of `X` names a file with the value, for secrets.
Durations are seconds or ISO 8601 (`PT1H`).
A missing or wrong one ends the start with exit code 78 and a line that names it.
"""

Family = tuple[str, str, tuple[str, ...], str]


def settings_class(service: str) -> type[ServiceSettings]:
    """The settings class of a service."""
    module = importlib.import_module(f"services.{service}.settings")
    found: type[ServiceSettings] = getattr(module, f"{service.title()}Settings")
    return found


def unstarted(service: str) -> Service:
    """A service that is wired and never started: it connects to nothing."""
    settings = settings_class(service).model_validate(
        {
            "mode": "test",
            "database_url": "postgresql+asyncpg://role:password@localhost/database",
            "kafka_bootstrap_servers": ("localhost:9092",),
            "seal_key": base64.b64encode(bytes(32)).decode(),
            "oidc_issuer": "https://issuer.example.com",
            "oidc_audience": "mentoring",
            "oidc_jwks_url": "https://issuer.example.com/jwks",
        }
    )
    made: Service = importlib.import_module(f"services.{service}.app").create_service(settings)
    return made


# ---------------------------------------------------------------- OpenAPI


def openapi_of(service: Service) -> dict[str, Any]:
    """The OpenAPI document; its version is the API's, so that a release alone changes nothing."""
    document: dict[str, Any] = service.app.openapi()
    return document | {"info": document["info"] | {"version": "v1"}}


# ---------------------------------------------------------------- metrics


def kernel_families() -> list[Family]:
    """The metric families that every service has."""
    registry = CollectorRegistry()
    KernelMetrics(registry, "any")
    return describe(registry)


def own_families(service: Service) -> list[Family]:
    """The metric families of one service alone."""
    shared = {family[0] for family in kernel_families()}
    return [family for family in describe(service.kernel.registry) if family[0] not in shared]


def metrics_page(services: dict[str, Service]) -> str:
    """The table of all metrics."""
    sections = [("Every service", kernel_families())] + [
        (f"{name.title()} alone", own_families(service)) for name, service in services.items()
    ]
    parts = [
        "# Metrics\n",
        _GENERATED,
        "Every service answers `GET /metrics`. Labels come from closed sets: never an id, name or text.\n",
    ]
    for title, families in sections:
        parts.append(f"## {title}\n")
        rows = [
            (f"`{name}`", kind, ", ".join(f"`{label}`" for label in labels), text)
            for name, kind, labels, text in families
        ]
        parts.append(_table(("name", "type", "labels", "meaning"), rows) if rows else "None.\n")
    return "\n".join(parts)


# ---------------------------------------------------------------- settings


def settings_page() -> str:
    """The table of all environment variables."""
    shared = ServiceSettings.model_fields
    parts = [
        "# Settings\n",
        _GENERATED,
        _ABOUT_SETTINGS,
        "## Every service\n",
        "`SERVICE_` stands for `MATCHING_`, `SCHEDULING_`, `ENGAGEMENT_` or `REPORTING_`.\n",
        _settings_table("SERVICE_", shared.items()),
    ]
    for service in SERVICES:
        own = {
            name: field for name, field in settings_class(service).model_fields.items() if name not in shared
        }
        parts.append(f"## {service.title()}\n")
        parts.append(_settings_table(f"{service.upper()}_", own.items()) if own else "None of its own.\n")
    return "\n".join(parts)


def _settings_table(prefix: str, fields: Iterable[tuple[str, FieldInfo]]) -> str:
    rows = [
        (f"`{prefix}{name.upper()}`", _default(field), field.description or _choices(field.annotation))
        for name, field in fields
    ]
    return _table(("variable", "default", "what it is"), rows)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value == "" or value is PydanticUndefined:
        return "none"
    return f"`{_text(value)}`"


def _text(value: Any) -> str:
    if isinstance(value, timedelta):
        return str(value // timedelta(seconds=1))
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, dict):
        return ",".join(f"{key}={inner}" for key, inner in value.items()) or "{}"
    if isinstance(value, (list, tuple)):
        return ",".join(_text(inner) for inner in value)
    return str(value)


def _choices(annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(f"`{member.value}`" for member in annotation)
    return ""


# ---------------------------------------------------------------- pages


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def documents() -> Iterator[tuple[Path, str]]:
    """Every generated file with what it must hold."""
    services = {name: unstarted(name) for name in SERVICES}
    for name, service in services.items():
        yield (
            _DOCS / "api" / f"{name}.openapi.json",
            json.dumps(openapi_of(service), indent=2, ensure_ascii=False) + "\n",
        )
    yield METRICS, metrics_page(services)
    yield SETTINGS, settings_page()
    yield PIPELINE, pipeline_json()
    header, *rows = match_life_rows()
    yield MATCH_LIFE, about_match_life() + "\n" + _table(header, rows)


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
