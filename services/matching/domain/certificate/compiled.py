"""How the loops of the proof are compiled; kept on disk where the disk lets us."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile at the first call. `NUMBA_CACHE_DIR` says where compiled code is kept between processes.

    Numba refuses to cache where no folder can be written; such a process compiles for itself.
    """
    try:
        loop = njit(cache=True, nogil=True)(function)
    except RuntimeError:
        loop = njit(nogil=True)(function)
    return cast(Callable[P, R], loop)
