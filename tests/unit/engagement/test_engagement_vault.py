"""The key of a match opens its own words and nothing else."""

from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag

from services.engagement.domain.ids import GoalId, MatchId, NoteId
from services.engagement.vault import Vault

VAULT = Vault(b"k" * 32)
MATCH, OTHER_MATCH = MatchId(UUID(int=10)), MatchId(UUID(int=11))
NOTE, OTHER_NOTE = NoteId(UUID(int=70)), NoteId(UUID(int=71))
KEY = VAULT.new_key(MATCH)


def test_words_come_back_and_are_not_readable_in_between() -> None:
    sealed = VAULT.seal(KEY, MATCH, NOTE, "grüße, ein Geheimnis")

    assert VAULT.open(KEY, MATCH, NOTE, sealed) == "grüße, ein Geheimnis"
    assert b"Geheimnis" not in sealed
    assert VAULT.seal(KEY, MATCH, NOTE, "grüße, ein Geheimnis") != sealed


def test_words_open_for_their_own_item_and_match_only() -> None:
    sealed = VAULT.seal(KEY, MATCH, NOTE, "a secret")

    for key, match, item in (
        (KEY, MATCH, OTHER_NOTE),
        (KEY, MATCH, GoalId(UUID(int=72))),
        (KEY, OTHER_MATCH, NOTE),
        (VAULT.new_key(MATCH), MATCH, NOTE),
        (VAULT.new_key(OTHER_MATCH), MATCH, NOTE),
    ):
        with pytest.raises(InvalidTag):
            VAULT.open(key, match, item, sealed)


def test_a_key_is_of_no_use_without_the_services_key() -> None:
    sealed = VAULT.seal(KEY, MATCH, NOTE, "a secret")

    with pytest.raises(InvalidTag):
        Vault(b"x" * 32).open(KEY, MATCH, NOTE, sealed)


def test_changed_bytes_do_not_open() -> None:
    sealed = VAULT.seal(KEY, MATCH, NOTE, "a secret")

    with pytest.raises(InvalidTag):
        VAULT.open(KEY, MATCH, NOTE, sealed[:-1] + bytes([sealed[-1] ^ 1]))
