"""What a fire drill finds fault with."""

import pytest

from tests.prove.fire_drill import Alert, Watch

EXPECTED: dict[Alert, float] = {("Down", "a"): 60.0, ("Parked", "a"): float("inf")}


@pytest.mark.parametrize(
    ("fired", "faults"),
    [
        ({("Down", "a"): 59.0}, []),
        ({("Down", "a"): 59.0, ("Parked", "a"): 900.0}, []),
        ({("Down", "a"): 61.0}, ["Down of a did not fire within 60 s"]),
        ({}, ["Down of a did not fire within 60 s"]),
        ({("Down", "a"): 59.0, ("Lag", "b"): 5.0}, ["Lag of b fired"]),
        ({("Down", "b"): 5.0}, ["Down of b fired", "Down of a did not fire within 60 s"]),
    ],
)
def test_an_alert_that_is_late_missing_or_false_is_a_fault(
    fired: dict[Alert, float], faults: list[str]
) -> None:
    assert Watch("", fired=fired).faults(EXPECTED) == faults


def test_in_a_healthy_run_every_alert_is_a_fault() -> None:
    assert Watch("", fired={("Lag", "b"): 5.0}).faults({}) == ["Lag of b fired"]
    assert Watch("").faults({}) == []
