"""Every planted bug: what it is, what it replaces, the scenario in which it shows, and what must catch it."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tests.prove.plants import reading, relaying, situations, writing


@dataclass(frozen=True, slots=True)
class Plant:
    """`targets` are `module:attribute.path`; `caught_by` the invariants of which one at least must break."""

    plant: Callable[[], None]
    scenario: str
    caught_by: tuple[str, ...]
    targets: tuple[str, ...]

    @property
    def name(self) -> str:
        """As it is asked for."""
        return self.plant.__name__

    @property
    def sentence(self) -> str:
        """What the bug does."""
        return (self.plant.__doc__ or "").strip()


_PLANTS: Final = (
    Plant(reading.acknowledge_first, "killed_in_a_batch", ("I1",), (reading.CONSUME,)),
    Plant(
        reading.offsets_before_transaction,
        "killed_in_a_batch",
        ("I1",),
        (reading.CONSUME, reading.SAVE_STREAMS),
    ),
    Plant(reading.begin_at_the_end, "killed_in_a_batch", ("I1",), (reading.SUBSCRIBER,)),
    Plant(reading.tombstone_ignored, "killed_in_a_batch", ("I7",), (reading.APPLY,)),
    Plant(reading.guard_skipped, "killed_after_a_batch", ("I3",), (reading.ONE,)),
    Plant(reading.sequence_not_checked, "records_in_another_order", ("I6", "I7"), (reading.ONE,)),
    Plant(reading.parked_key_ignored, "a_poison_record", ("I4",), (reading.BLOCKED,)),
    Plant(reading.dead_letter_outside_the_transaction, "a_poison_record", ("I11",), (reading.SET_ASIDE,)),
    Plant(reading.unknown_type_forgotten, "killed_after_a_batch", ("I1",), (reading.APPLY,)),
    Plant(reading.failed_batch_skipped, "the_store_is_away", ("I1",), (reading.PROCESS,)),
    Plant(reading.nack_storm, "the_store_is_away", ("I10",), (reading.FIRST_PAUSE, reading.LONGEST_PAUSE)),
    Plant(relaying.relay_by_cursor, "a_slow_transaction", ("I1",), (relaying.PAGE,)),
    Plant(relaying.xmin_filter, "an_older_transaction_comes_last", ("I4",), (relaying.READ,)),
    Plant(
        relaying.skip_locked_relay,
        "two_relays",
        ("I4",),
        (relaying.TAKE_SHARDS, relaying.READ, relaying.PAGE),
    ),
    Plant(relaying.no_advisory_lock, "two_relays", ("I3",), (relaying.TAKE_SHARDS,)),
    Plant(relaying.deleted_before_sent, "killed_before_a_send", ("I1",), (relaying.PAGE,)),
    Plant(relaying.acknowledgement_not_awaited, "a_batch_is_refused", ("I1",), (relaying.SEND,)),
    Plant(relaying.hole_after_a_failed_batch, "a_batch_is_refused", ("I4",), (relaying.PUBLISH,)),
    Plant(relaying.clock_order, "a_clock_was_ahead", ("I4",), (relaying.READ,)),
    Plant(
        writing.outbox_in_a_second_transaction,
        "the_answer_is_lost",
        ("I1",),
        (writing.BEGIN, writing.FLUSH),
    ),
    Plant(writing.idempotency_key_ignored, "the_answer_is_lost", ("I3",), (writing.KEY_OF,)),
    Plant(writing.published_before_commit, "killed_before_a_commit", ("I2",), (writing.APPEND,)),
    Plant(writing.sequence_kept_in_memory, "two_replicas_write", ("I2", "I4"), (writing.COUNT_UP,)),
    Plant(
        writing.due_work_forgotten_too_late,
        "killed_after_due_work",
        ("I3",),
        (writing.FORGET, writing.RUN_ONCE),
    ),
    Plant(writing.refusal_swallowed, "hr_says_nonsense", ("I1",), (writing.REFUSE,)),
    Plant(writing.seats_not_counted, "a_mentor_with_one_seat", ("I6",), (writing.SEATS_TAKEN,)),
    Plant(writing.solver_on_the_loop, "a_long_solve", ("I10",), (writing.EXECUTOR,)),
)

PLANTS: Final = MappingProxyType({plant.name: plant for plant in _PLANTS})
"""By name."""


def apply(names: str) -> None:
    """Plant bugs in this process, before it begins: names of plants or situations, separated by commas.

    Raises:
        KeyError: nobody knows one of them.
        TargetGone: the product has changed under a plant.
    """
    for name in names.split(","):
        if name in situations.SITUATIONS:
            situations.SITUATIONS[name]()
        else:
            PLANTS[name].plant()
