"""Which of two equally good pairs comes first: the one that was wished for, then a hash of ids.

Never name, age or arrival. Wishes stay below the score: no wish makes up for a worse total.
"""

from hashlib import sha256

from services.matching.domain.run.market import Candidate, PersonId

TIE_BITS = 64
WISH_BITS = 4
MOST_CHOICES = 7
_BYTES = TIE_BITS // 8


def tie_rank(salt: str, mentor: Candidate, mentee: Candidate) -> int:
    """A number of 64 bits, the same in every process; between equal scores the smaller one wins.

    The highest four bits are both ranks of the other among their choices together, 7 for somebody not chosen.
    """
    ids = mentor.participant_id.bytes + mentee.participant_id.bytes
    drawn = int.from_bytes(sha256(ids + salt.encode()).digest()[:_BYTES])
    wished = _rank(mentor, mentee.person_id) + _rank(mentee, mentor.person_id)
    return wished << (TIE_BITS - WISH_BITS) | drawn >> WISH_BITS


def _rank(one: Candidate, other: PersonId) -> int:
    return one.choices.index(other) if other in one.choices else MOST_CHOICES
