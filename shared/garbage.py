"""The garbage collector of a process that lives long and makes thousands of small objects a second."""

import gc
from typing import Final

_YOUNG_OBJECTS: Final = 20_000
"""A batch makes more than the 700 after which Python looks by default, and hardly any of them in cycles."""
_YOUNG_ROUNDS: Final = 20
_OLD_ROUNDS: Final = 50


def settle_collector() -> None:
    """To be called once all is loaded: what is there now stays, and is not looked through again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, _YOUNG_ROUNDS, _OLD_ROUNDS)
