"""Encryption of what a pair writes: a key per match, itself encrypted with the service's key.

Destroying a match's key makes its words unreadable, those in replicas and archived files included. A
backup that still holds the wrapped key is readable with the service's key, so backups expire.
"""

import secrets
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.engagement.domain.ids import GoalId, MatchId, NoteId
from shared.messaging.sealing import KEY_BYTES, Sealer

_PURPOSE: Final = b"mentoring engagement: keys of matches"


class Vault:
    """AES-256-GCM on both levels; a ciphertext opens only for the match and the item that it was made for."""

    def __init__(self, service_key: bytes) -> None:
        """`service_key` serves other purposes too, so that ours is derived from it (HKDF, RFC 5869)."""
        derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=_PURPOSE).derive(service_key)
        self._wrapper = Sealer(derived)

    def new_key(self, match_id: MatchId) -> bytes:
        """A fresh key for a match, wrapped."""
        return self._wrapper.seal(secrets.token_bytes(KEY_BYTES), match_id.bytes)

    def seal(self, wrapped: bytes, match_id: MatchId, item_id: GoalId | NoteId, words: str) -> bytes:
        """Encrypt the words of a goal or a note."""
        return self._match_key(wrapped, match_id).seal(words.encode(), match_id.bytes + item_id.bytes)

    def open(self, wrapped: bytes, match_id: MatchId, item_id: GoalId | NoteId, sealed: bytes) -> str:
        """Decrypt the words; raises cryptography.exceptions.InvalidTag when anything was changed."""
        return self._match_key(wrapped, match_id).open(sealed, match_id.bytes + item_id.bytes).decode()

    def _match_key(self, wrapped: bytes, match_id: MatchId) -> Sealer:
        return Sealer(self._wrapper.open(wrapped, match_id.bytes))
