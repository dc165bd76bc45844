"""Every directed scenario, and the services that take part in it."""

from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Final

from tests.prove.plants import matching_scenarios, reader_scenarios, writer_scenarios
from tests.prove.plants.stage import Stage

Play = Callable[[Stage], Awaitable[None]]

_BY_SERVICE: Final[dict[str, tuple[Play, ...]]] = {
    "reporting": (
        reader_scenarios.killed_in_a_batch,
        reader_scenarios.killed_after_a_batch,
        reader_scenarios.records_in_another_order,
        reader_scenarios.a_poison_record,
        reader_scenarios.the_store_is_away,
    ),
    "engagement": (
        writer_scenarios.a_slow_transaction,
        writer_scenarios.an_older_transaction_comes_last,
        writer_scenarios.two_relays,
        writer_scenarios.killed_before_a_send,
        writer_scenarios.a_batch_is_refused,
        writer_scenarios.a_clock_was_ahead,
        writer_scenarios.the_answer_is_lost,
        writer_scenarios.killed_before_a_commit,
        writer_scenarios.two_replicas_write,
        writer_scenarios.killed_after_due_work,
    ),
    "matching": (
        matching_scenarios.hr_says_nonsense,
        matching_scenarios.a_mentor_with_one_seat,
        matching_scenarios.a_long_solve,
    ),
}
SCENARIOS: Final = MappingProxyType(
    {play.__name__: (play, service) for service, plays in _BY_SERVICE.items() for play in plays}
)
"""By name: what happens, and the one service that it happens to."""
