"""Where a database is, and how a new one with a role of its own is made."""

import secrets
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import asyncpg
from sqlalchemy.engine import make_url


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """One database and the role that enters it. `host` is a name, or the directory of a Unix socket."""

    name: str
    role: str
    password: str
    host: str
    port: int | None = None

    @classmethod
    def parse(cls, url: str) -> "DatabaseUrl":
        """Read `postgresql://role:password@host:port/name` or `…@/name?host=/socket/directory`."""
        parts = make_url(url)
        query_host = parts.query.get("host")
        host = parts.host or (query_host if isinstance(query_host, str) else "127.0.0.1")
        role = parts.username or "postgres"
        return cls(parts.database or role, role, str(parts.password or ""), host, parts.port)

    @property
    def sqlalchemy(self) -> str:
        """The form that SQLAlchemy's async engine takes."""
        login = f"{quote(self.role, safe='')}:{quote(self.password, safe='')}"
        if self.host.startswith("/"):
            query = {"host": self.host} | ({"port": str(self.port)} if self.port else {})
            return f"postgresql+asyncpg://{login}@/{self.name}?{urlencode(query, safe='/')}"
        return f"postgresql+asyncpg://{login}@{self.host}:{self.port or 5432}/{self.name}"

    def __str__(self) -> str:
        return self.sqlalchemy

    async def connect(self) -> asyncpg.Connection:
        """A plain asyncpg connection, to be closed by the caller."""
        return await asyncpg.connect(
            host=self.host,
            port=self.port or 5432,
            user=self.role,
            password=self.password or None,
            database=self.name,
        )


async def new_database(administrator: DatabaseUrl, *, name: str, role: str) -> DatabaseUrl:
    """Create the role and the database it owns; nobody else may connect (superusers always can).

    Raises asyncpg.DuplicateObjectError or DuplicateDatabaseError when one of them is there already.
    """
    password = secrets.token_urlsafe(18)
    connection = await administrator.connect()
    try:
        await connection.execute(f"CREATE ROLE \"{role}\" LOGIN PASSWORD '{password}'")
        # Since PostgreSQL 16 a creator that is no superuser gives databases only to roles it is a member of.
        await connection.execute(f'GRANT "{role}" TO CURRENT_USER')
        await connection.execute(f'CREATE DATABASE "{name}" OWNER "{role}"')
        await connection.execute(f'REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC')
    finally:
        await connection.close()
    return DatabaseUrl(name, role, password, administrator.host, administrator.port)


async def drop_database(administrator: DatabaseUrl, database: DatabaseUrl) -> None:
    """Drop the database with whoever is still connected, then its role."""
    connection = await administrator.connect()
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{database.name}" WITH (FORCE)')
        await connection.execute(f'DROP ROLE IF EXISTS "{database.role}"')
    finally:
        await connection.close()
