"""The catalogue of planted bugs: each has its target, its scenario, and an invariant that catches it."""

import inspect

import pytest

from tests.prove.plants.catalog import PLANTS, Plant, apply
from tests.prove.plants.patching import TargetGone, patch, resolve, reword
from tests.prove.plants.reading import CONSUME, PROCESS
from tests.prove.plants.relaying import PUBLISH
from tests.prove.plants.scenarios import SCENARIOS
from tests.prove.plants.situations import COMMIT, SEND_BATCH
from tests.prove.plants.writing import EXECUTOR
from tests.prove.verdict.findings import Invariant

EACH = pytest.mark.parametrize("plant", PLANTS.values(), ids=lambda plant: plant.name)


def test_there_are_at_least_fifteen_plants_and_each_scenario_has_one() -> None:
    assert len(PLANTS) >= 15
    assert {plant.scenario for plant in PLANTS.values()} == set(SCENARIOS)


@EACH
def test_what_a_plant_replaces_is_there(plant: Plant) -> None:
    """A rename in the product must not leave a plant that changes nothing."""
    assert plant.targets
    for target in plant.targets:
        resolve(target)


@EACH
def test_a_plant_says_what_it_does_and_what_must_catch_it(plant: Plant) -> None:
    assert plant.sentence.endswith(".")
    assert set(plant.caught_by) <= {invariant.value for invariant in Invariant}


@EACH
def test_a_plant_replaces_all_of_its_targets(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {}
    for target in plant.targets:
        owner, name, value = resolve(target)
        before[target] = value
        # Put back at the end: planting is for processes that end with their bug.
        monkeypatch.setattr(owner, name, value)

    apply(plant.name)

    for target, value in before.items():
        assert resolve(target)[2] is not value, target


@pytest.mark.parametrize("target", [COMMIT, CONSUME, EXECUTOR, PROCESS, PUBLISH, SEND_BATCH])
def test_what_a_situation_troubles_is_there(target: str) -> None:
    assert callable(resolve(target)[2])


@pytest.mark.parametrize("target", ["shared.no_such_module:x", "shared.messaging.relay:Relay.no_such_method"])
def test_a_target_that_is_gone_is_told(target: str) -> None:
    with pytest.raises(TargetGone):
        patch(target, lambda value: value)


def test_a_statement_that_was_reworded_is_told() -> None:
    with pytest.raises(TargetGone):
        reword("shared.messaging.relay:_READ", "order by the moon", "")


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(KeyError):
        apply("no_such_bug")


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_says_what_happens(name: str) -> None:
    play, service = SCENARIOS[name]
    assert inspect.iscoroutinefunction(play)
    assert (play.__doc__ or "").endswith(".")
    assert service in {"matching", "engagement", "reporting"}
