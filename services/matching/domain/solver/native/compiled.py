"""How the kernels are compiled: without the interpreter's lock, and kept on disk where the disk lets us."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile at the first call. `NUMBA_CACHE_DIR` says where compiled code is kept between processes.

    Numba refuses to cache where no folder can be written; such a process compiles for itself.
    """
    try:
        compiled = njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:
        compiled = njit(nogil=True, error_model="numpy")(function)
    return cast(Callable[P, R], compiled)
