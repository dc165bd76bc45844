"""A nudge first, a flag later."""

import pytest

from services.engagement.domain.care import Care, care_after
from services.engagement.domain.health import Health

EARLY, TRACK, RISK, STALLED = Health.TOO_EARLY, Health.ON_TRACK, Health.AT_RISK, Health.STALLED


@pytest.mark.parametrize(
    ("previous", "current", "care"),
    [
        (None, EARLY, ()),
        (EARLY, TRACK, ()),
        (RISK, TRACK, ()),
        (EARLY, RISK, (Care.NUDGE,)),
        (TRACK, RISK, (Care.NUDGE,)),
        (None, RISK, (Care.NUDGE,)),
        (RISK, STALLED, (Care.FLAG,)),
        (TRACK, STALLED, (Care.NUDGE, Care.FLAG)),
        (None, STALLED, (Care.NUDGE, Care.FLAG)),
        (STALLED, RISK, (Care.RESOLVE,)),
        (STALLED, TRACK, (Care.RESOLVE,)),
        (STALLED, EARLY, (Care.RESOLVE,)),
        (STALLED, STALLED, ()),
        (RISK, RISK, ()),
    ],
)
def test_each_change_of_health_has_its_care(
    previous: Health | None, current: Health, care: tuple[Care, ...]
) -> None:
    assert care_after(previous, current) == care
