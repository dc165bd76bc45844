"""Write a new revision: `make migration s=matching m="add note"`.

Alembic compares with an embedded PostgreSQL of its own, brought to the newest revision first.
"""

import asyncio
import sys
from pathlib import Path

from alembic import command

from deploy.local.database import SERVICES, EmbeddedPostgres
from deploy.local.database_url import new_database
from shared.persistence.migrations import alembic_config, upgrade

_SERVICES_FOLDER = Path(__file__).parents[2] / "services"


def write_revision(service: str, message: str) -> None:
    """Compare the service's tables with its migrations, and write the difference as `NNNN_<message>.py`."""
    versions = _SERVICES_FOLDER / service / "migrations" / "versions"
    number = 1 + len(list(versions.glob("[0-9][0-9][0-9][0-9]_*.py")))
    with EmbeddedPostgres() as server:
        database = asyncio.run(new_database(server.administrator, name=service, role=service))
        config = alembic_config(service, database.sqlalchemy)
        if number > 1:
            upgrade(service, database.sqlalchemy)
        command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in SERVICES:  # noqa: PLR2004 - the program, the service, the message
        sys.exit(f"usage: python -m deploy.local.migration <{'|'.join(SERVICES)}> <message>")
    write_revision(sys.argv[1], sys.argv[2])
