"""Who a static member of a group is."""

import zlib
from collections.abc import Iterable


def instance_id(group: str, slot: int, topics: Iterable[str]) -> str:
    """The name of a slot; its topics are part of it.

    A known member gets its old partitions, whatever topics it asks for now.
    """
    digest = zlib.crc32(",".join(sorted(topics)).encode())
    return f"{group}-{slot}-{digest:08x}"
