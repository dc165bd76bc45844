"""The pinned time zone database: the `tzdata` distribution, never the host's files.

`zoneinfo.ZoneInfo(key)` prefers the host's database, which may be years older than the one the platform was
released with; two replicas would then disagree about the same session. So zones are read from the package.
"""

from functools import lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from shared.errors import Invalid

# "Factory" is the database's own word for a machine whose zone nobody has set.
_NO_ZONES: Final = frozenset({"Factory"})
_KEPT_ZONES: Final = 1024  # the database names 600, so nothing is ever read twice


class ZoneUnknown(Invalid):
    """The IANA database has no such name."""

    code = "zone_unknown"


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Every legal name, links such as `US/Eastern` included; case matters."""
    listed = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return frozenset(listed) - _NO_ZONES


@lru_cache(maxsize=_KEPT_ZONES)
def load_zone(name: str) -> ZoneInfo:
    """The rules of the zone `name`.

    Raises:
        ZoneUnknown: no such zone.
    """
    if name not in zone_names():
        raise ZoneUnknown(field="time_zone")
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as rules:
        return ZoneInfo.from_file(rules, key=name)
