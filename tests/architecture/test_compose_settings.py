"""The compose file, the settings classes, `.env.example` and the documentation name the same variables."""

import importlib
import re
from typing import Any

import pytest

from deploy.docs import SETTINGS
from shared.settings import ServiceSettings
from tests.architecture.compose_file import APPLICATION, interpolated, read_compose, settings_faults
from tests.architecture.source_files import ROOT, SERVICES

_FILE = ROOT / "docker-compose.yml"
_CONTAINERS: dict[str, dict[str, Any]] = read_compose(_FILE)["services"]
_OURS = {
    name: found["service"]
    for name, block in _CONTAINERS.items()
    if (found := APPLICATION.match(block["image"]))
}
_EACH_SERVICE = pytest.mark.parametrize("service", SERVICES)


def _settings(service: str) -> type[ServiceSettings]:
    found: type[ServiceSettings] = getattr(
        importlib.import_module(f"services.{service}.settings"), f"{service.title()}Settings"
    )
    return found


@pytest.mark.parametrize("name", _OURS)
def test_a_container_is_told_its_settings_and_nothing_else(name: str) -> None:
    """Each variable is a field of the settings class, and every required one is given."""
    assert settings_faults(_CONTAINERS[name], _settings(_OURS[name])) == []


def test_a_misspelt_and_a_forgotten_setting_are_found() -> None:
    """Planted in a copy of a real container."""
    environment = dict(_CONTAINERS["matching"]["environment"])
    del environment["MATCHING_OIDC_ISSUER"]
    environment["MATCHING_LOG_LEVLE"] = "DEBUG"

    assert settings_faults({"environment": environment}, _settings("matching")) == [
        "MATCHING_LOG_LEVLE is no setting",
        "MATCHING_OIDC_ISSUER is required and not given",
    ]


@_EACH_SERVICE
def test_every_setting_is_documented(service: str) -> None:
    """`make docs` lists them, with what they should look like."""
    documented = set(re.findall(r"`([A-Z]+_[A-Z0-9_]+)`", SETTINGS.read_text(encoding="utf-8")))
    prefix = f"{service.upper()}_"

    for field, info in _settings(service).model_fields.items():
        name = "<SERVICE>_" if field in ServiceSettings.model_fields else prefix
        assert f"{name}{field.upper()}".replace("<SERVICE>_", "SERVICE_") in documented
        assert info.description or field in {
            "mode",
            "http_host",
            "http_port",
            "log_level",
            "database_pool_size",
        }


def test_the_identity_provider_must_be_named() -> None:
    """Without it `docker compose up` says which variable is missing."""
    for service in SERVICES:
        for name in ("OIDC_ISSUER", "OIDC_AUDIENCE", "OIDC_JWKS_URL"):
            value = _CONTAINERS[service]["environment"][f"{service.upper()}_{name}"]
            assert re.fullmatch(rf"\$\{{{name}:\?[a-zA-Z ,]+\}}", value)


def test_the_example_of_env_lists_every_variable() -> None:
    """And none that nobody reads."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    assert set(re.findall(r"^([A-Z][A-Z0-9_]*)=", example, re.MULTILINE)) == interpolated(
        _FILE.read_text(encoding="utf-8")
    )


def test_the_feeds_that_are_made_are_those_that_matching_reads() -> None:
    """A consumer waits for a topic that nobody makes."""
    settings = _settings("matching").model_fields["hris_topics"]

    assert set(_CONTAINERS["hris-topics"]["environment"]["TOPICS"].split()) == set(settings.get_default())
