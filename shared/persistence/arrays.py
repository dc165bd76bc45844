"""Whole columns as one parameter, for `unnest`."""

from typing import Any

from sqlalchemy import ARRAY, BindParameter, bindparam
from sqlalchemy.types import TypeEngine


def array(name: str, of: TypeEngine[Any]) -> BindParameter[Any]:
    """A parameter that takes a list of values of one type."""
    return bindparam(name, type_=ARRAY(of))
