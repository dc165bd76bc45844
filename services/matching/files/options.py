"""Which options a format knows."""

from pathlib import Path

from services.matching.domain.certificate.claim import Objective
from services.matching.files.cohort import Format
from services.matching.files.refusal import Code, Refused

_PLAIN = (Format.ONE_TO_ONE, Format.REVERSE)


def check_options(
    kind: Format,
    *,
    objective: Objective | None,
    floor: str | None,
    locked: Path | None,
    rounds: int | None,
    previous: Path | None = None,
) -> None:
    """Raise Refused for an option that the format does not know: nothing that was asked for is left out."""
    if rounds is not None and kind is not Format.FLASH:
        raise Refused(Code.OPTIONS_CLASH, "--rounds is for --format flash: leave it out")
    if kind in _PLAIN:
        return
    asked = {
        "--objective": objective not in {None, Objective.TOTAL},
        "--floor": floor is not None,
        "--locked": locked is not None,
        "--previous": previous is not None,
    }
    for name, there in asked.items():
        if there:
            raise Refused(Code.OPTIONS_CLASH, f"{kind} has no {name}: leave it out")
