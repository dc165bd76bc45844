"""Conventions of every store."""

from typing import Final

from sqlalchemy import MetaData

_NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def make_metadata() -> MetaData:
    """A service's tables, with predictable constraint names, so that migrations can name what they change."""
    return MetaData(naming_convention=_NAMING)
