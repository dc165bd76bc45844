"""Which of two equally good pairs comes first: a hash of their ids decides, not name, age or arrival."""

from hashlib import sha256

from services.matching.domain.run.market import Candidate

TIE_BITS = 64
_BYTES = TIE_BITS // 8


def tie_rank(salt: str, mentor: Candidate, mentee: Candidate) -> int:
    """A number of 64 bits, the same in every process; between equal scores the smaller one wins."""
    ids = mentor.participant_id.bytes + mentee.participant_id.bytes
    return int.from_bytes(sha256(ids + salt.encode()).digest()[:_BYTES])
