"""How a bug is planted: a function of the product is replaced in this process, or it is an error."""

import functools
import importlib
from collections.abc import Callable
from typing import Any


class TargetGone(Exception):
    """What a plant replaces is no longer there, or no longer what it was: the plant proves nothing."""


def resolve(target: str) -> tuple[Any, str, Any]:
    """Owner, name and value of `module:attribute.path`.

    Raises:
        TargetGone: the product has no such thing any more.
    """
    module, _, path = target.partition(":")
    *outer, name = path.split(".")
    try:
        owner = functools.reduce(getattr, outer, importlib.import_module(module))
        return owner, name, getattr(owner, name)
    except (ImportError, AttributeError) as error:
        raise TargetGone(target) from error


def patch(target: str, wrap: Callable[[Any], Any]) -> None:
    """Put what `wrap` makes of the target in its place."""
    owner, name, value = resolve(target)
    setattr(owner, name, wrap(value))


def reword(target: str, old: str, new: str) -> None:
    """Change a statement of the product.

    Raises:
        TargetGone: the statement does not say `old`.
    """

    def change(statement: str) -> str:
        if old not in statement:
            raise TargetGone(f"{target} without {old!r}")
        return statement.replace(old, new)

    patch(target, change)
