"""Alembic for a service: forward only, run as a job of its own, never at the start of a service."""

import asyncio
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, pool, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.persistence.tables import KERNEL

_LOCK = 0x6D696772


def alembic_config(service: str, database_url: str) -> Config:
    """The configuration of a service's migrations; there is no alembic.ini."""
    config = Config()
    folder = Path(__file__).resolve().parents[2] / "services" / service / "migrations"
    config.set_main_option("script_location", str(folder))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["database_url"] = database_url
    return config


def upgrade(service: str, database_url: str) -> None:
    """Bring a store to the newest revision."""
    command.upgrade(alembic_config(service, database_url), "head")


def expected_revision(service: str) -> str | None:
    """The newest revision of a service."""
    return ScriptDirectory.from_config(alembic_config(service, "")).get_current_head()


async def current_revision(connection: AsyncConnection) -> str | None:
    """The revision that a store is at, None before the first."""
    exists = await connection.scalar(text("select to_regclass('alembic_version')"))
    if exists is None:
        return None
    revision: str | None = await connection.scalar(text("select version_num from alembic_version"))
    return revision


def run(metadata: MetaData) -> None:
    """The body of every `migrations/env.py`."""
    asyncio.run(_run(metadata, context.config.attributes["database_url"]))


async def _run(metadata: MetaData, database_url: str) -> None:
    engine = create_async_engine(database_url, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate, metadata)
        await connection.commit()
    await engine.dispose()


def _migrate(connection: Connection, metadata: MetaData) -> None:
    context.configure(
        connection=connection,
        target_metadata=[KERNEL, metadata],
        compare_type=True,
    )
    with context.begin_transaction():
        # Two jobs at once: the second waits, and then finds nothing to do.
        connection.execute(text(f"select pg_advisory_xact_lock({_LOCK})"))
        connection.execute(text("set local lock_timeout = '5s'"))
        context.run_migrations()
