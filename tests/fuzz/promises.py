"""What holds for every record, whatever its bytes."""

from typing import Final

from services.matching.domain.people.observation import Observation
from services.matching.sources.adp import AdpAdapter
from services.matching.sources.canonical import CanonicalAdapter
from services.matching.sources.port import Refusal
from shared.messaging.decoding import decode
from shared.messaging.records import Fact, Foreign, Malformed, Record, Tombstone, Unknown, unpack
from tests.fuzz.records import FOREIGN

REASONS: Final = {
    "no_replay",
    "no_event_type",
    "no_key_or_sequence",
    "bad_headers",
    "bad_key",
    "no_body",
    "too_large",
    "wrong_topic",
    "bad_body",
    "key_mismatch",
}
"""The closed set, written out: a reason is a metric's label."""


class Broken(AssertionError):
    """An input for which something does not hold."""


def judge(record: Record) -> None:
    """Read a record in every way that a service reads one.

    Raises:
        Broken: one of the promises does not hold.
    """
    answer = decode(record)
    if not isinstance(answer, Fact | Tombstone | Unknown | Foreign | Malformed):
        raise Broken(f"no answer: {answer!r}")
    if isinstance(answer, Malformed) and answer.reason not in REASONS:
        raise Broken(f"a reason outside of the closed set: {answer.reason}")
    if unpack(record.pack()) != (record.key, record.value, record.headers):
        raise Broken("bytes changed while they were set aside")
    if record.topic == FOREIGN:
        for adapter in (AdpAdapter(), CanonicalAdapter()):
            entries = adapter.parse(record.value, record.headers)
            if not entries or not all(isinstance(entry, Observation | Refusal) for entry in entries):
                raise Broken(f"{type(adapter).__name__} left a record without an answer")
