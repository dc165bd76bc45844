"""Whom somebody would like to be matched with, and whom never; nobody else is told either."""

from dataclasses import dataclass

from services.matching.domain.ids import PersonId
from services.matching.domain.run.ties import MOST_CHOICES
from shared.errors import Invalid

MOST_APART = 50


class WishesInvalid(Invalid):
    """The wishes contradict themselves, or are too many."""

    code = "wishes_invalid"


@dataclass(frozen=True, slots=True)
class Wishes:
    """A participant's wishes: `choices` are people by rank, the first one the dearest; `apart` are people."""

    choices: tuple[PersonId, ...] = ()
    apart: tuple[PersonId, ...] = ()


def require_sound(wishes: Wishes, own: PersonId) -> None:
    """Raise WishesInvalid for wishes about oneself, twice the same person, or more than can be meant."""
    named = (*wishes.choices, *wishes.apart)
    if len(wishes.choices) > MOST_CHOICES or len(wishes.apart) > MOST_APART:
        raise WishesInvalid(field="body", reason="too_many")
    if len(set(named)) < len(named) or own in named:
        raise WishesInvalid(field="body", reason="named_twice_or_oneself")
