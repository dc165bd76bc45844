"""`docker-compose.yml`: every part is there, in order, contained, and what the tests have proved."""

import configparser
import os
import shutil
import subprocess
from typing import Any

import pytest

from tests.architecture.compose_file import (
    exposure_faults,
    hardening_faults,
    read_compose,
    secret_faults,
)
from tests.architecture.source_files import ROOT, SERVICES
from tests.support.containers import KAFKA_IMAGE, POSTGRES_IMAGE

_FILE = ROOT / "docker-compose.yml"
_COMPOSE = read_compose(_FILE)
_CONTAINERS: dict[str, dict[str, Any]] = _COMPOSE["services"]
_EACH_CONTAINER = pytest.mark.parametrize("name", _CONTAINERS)
_EACH_SERVICE = pytest.mark.parametrize("service", SERVICES)


def test_every_part_is_there() -> None:
    """Broker, store, one-shot jobs, services, gateway, and what watches them."""
    assert "version" not in _COMPOSE
    assert set(_CONTAINERS) == {
        "kafka",
        "postgres",
        "topics",
        "hris-topics",
        *(f"migrate-{service}" for service in SERVICES),
        *SERVICES,
        "gateway",
        "prometheus",
        "alertmanager",
        "grafana",
    }


@_EACH_CONTAINER
def test_no_container_can_do_more_than_it_must(name: str) -> None:
    """Read-only, without capabilities, reachable from this machine only, images pinned, secrets as files."""
    block = _CONTAINERS[name]

    assert list(hardening_faults(block)) == []
    assert list(exposure_faults(block)) == []
    assert list(secret_faults(name, block, _COMPOSE)) == []


def test_a_careless_container_is_found() -> None:
    """Planted: everything that the checks above refuse."""
    block = {
        "image": "postgres:latest",
        "ports": ["5432:5432"],
        "cap_add": ["NET_ADMIN"],
        "privileged": True,
        "environment": {"POSTGRES_PASSWORD": "x", "A_DATABASE_URL_FILE": "/run/secrets/a_url"},
        "secrets": ["nobody_knows"],
    }

    assert list(hardening_faults(block)) == [
        "may write to its image",
        "has capabilities",
        "may gain privileges",
        "is not contained",
    ]
    assert list(exposure_faults(block)) == [
        "port 5432:5432 is open to other machines",
        "image postgres:latest is not pinned",
    ]
    assert list(secret_faults("db", block, _COMPOSE)) == [
        "db: secret nobody_knows is not declared",
        "db: POSTGRES_PASSWORD is not a file",
        "db: A_DATABASE_URL_FILE names a secret that is not granted",
    ]


@_EACH_SERVICE
def test_a_service_starts_after_broker_store_topics_and_migration(service: str) -> None:
    """It waits by itself too, but a first start should be quiet."""
    wanted = {
        "kafka": "service_healthy",
        "postgres": "service_healthy",
        "topics": "service_completed_successfully",
        f"migrate-{service}": "service_completed_successfully",
    }
    given = {name: after["condition"] for name, after in _CONTAINERS[service]["depends_on"].items()}

    assert wanted.items() <= given.items()
    assert _CONTAINERS[service]["build"]["args"] == {"SERVICE": service}
    assert _CONTAINERS[service]["stop_grace_period"] == "45s"
    assert _CONTAINERS[service]["healthcheck"]["test"][0] == "CMD"
    assert f"{service.upper()}_REPLICA_SLOT" in _CONTAINERS[service]["environment"]


@_EACH_SERVICE
def test_a_service_and_its_migration_share_image_and_store(service: str) -> None:
    """And no other container gets that store's address."""
    job = _CONTAINERS[f"migrate-{service}"]

    assert job["image"] == _CONTAINERS[service]["image"]
    assert job["command"] == ["migrate"]
    assert {
        name for name, block in _CONTAINERS.items() if f"{service}_database_url" in block.get("secrets", [])
    } <= {service, f"migrate-{service}", "topics"}


def test_whoever_is_no_job_is_watched() -> None:
    """A health check each; jobs end by themselves."""
    jobs = {"topics", "hris-topics", *(f"migrate-{service}" for service in SERVICES)}

    assert [name for name in _CONTAINERS if name not in jobs and "healthcheck" not in _CONTAINERS[name]] == []
    assert {_CONTAINERS[name]["restart"] for name in jobs} == {"on-failure:5"}


def test_broker_and_store_are_those_of_the_tests() -> None:
    """What is proved is what is started."""
    assert _CONTAINERS["kafka"]["image"] == KAFKA_IMAGE
    assert _CONTAINERS["postgres"]["image"] == POSTGRES_IMAGE


def test_the_mounted_files_exist() -> None:
    """Docker would make empty folders in their place."""
    mounted = [
        volume.split(":")[0]
        for block in _CONTAINERS.values()
        for volume in block.get("volumes", [])
        if volume.startswith("./")
    ]

    assert len(mounted) == 10
    assert [path for path in mounted if not (ROOT / path).is_file()] == []


def test_kafka_advertises_the_name_that_services_use() -> None:
    """And keeps its data on the volume."""
    parser = configparser.ConfigParser()
    parser.read_string("[kafka]\n" + (ROOT / "deploy/kafka/server.properties").read_text(encoding="utf-8"))
    properties = parser["kafka"]

    assert properties["advertised.listeners"] == "PLAINTEXT://kafka:9092"
    assert f"kafka-data:{properties['log.dirs']}" in _CONTAINERS["kafka"]["volumes"]
    assert properties["auto.create.topics.enable"] == "false"


def _compose_command() -> list[str] | None:
    if docker := shutil.which("docker"):
        known = subprocess.run([docker, "compose", "version"], capture_output=True, check=False, timeout=30)
        if known.returncode == 0:
            return [docker, "compose"]
    alone = shutil.which("docker-compose")
    return [alone] if alone else None


def test_compose_itself_accepts_the_file() -> None:
    """The real Compose code, where it is installed; it needs no engine for this."""
    command = _compose_command()
    if command is None:
        pytest.skip("Docker Compose is not installed: the file was read by these tests only")
    environment = {
        **os.environ,
        "OIDC_ISSUER": "https://idp.example.com",
        "OIDC_AUDIENCE": "mentoring",
        "OIDC_JWKS_URL": "https://idp.example.com/jwks",
    }
    done = subprocess.run(
        [*command, "--file", str(_FILE), "config", "--quiet"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, "")
