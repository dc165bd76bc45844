"""The verdict: every check on every record, row and line, and one JSON object that says what came out."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.prove.verdict import (
    causes,
    conservation,
    durable,
    hr,
    letters,
    owned_states,
    owners,
    progress,
    projections,
    streams,
)
from tests.prove.verdict.findings import MEANING, Findings, Invariant
from tests.prove.verdict.loading import load
from tests.prove.verdict.model import Run
from tests.prove.verdict.reading import Log, read

Check = Callable[[Run, Log, Findings], None]

CHECKS: Final[tuple[Check, ...]] = (
    streams.every_key_counts_one_two_three,
    streams.the_same_event_has_the_same_bytes,
    streams.compaction_would_keep_the_latest_state,
    streams.one_place_one_event,
    streams.what_was_numbered_is_on_the_topic,
    streams.every_reader_got_everything,
    streams.nothing_passes_a_dead_letter,
    streams.unknown_types_are_kept_for_later,
    streams.what_is_no_event_was_refused,
    owners.rows_and_events_are_twins,
    causes.each_cause_has_each_effect_once,
    causes.what_is_true_once_is_told_once,
    causes.a_pulse_is_reminded_of_once,
    causes.causes_come_first,
    projections.reporting_follows_from_the_topics,
    projections.people_are_what_the_topic_says,
    projections.programs_are_what_the_topic_says,
    projections.matches_are_what_the_topic_says,
    projections.calendars_are_what_the_topic_says,
    owned_states.participants_are_as_told,
    owned_states.goals_and_flags_are_as_told,
    owned_states.health_is_as_engagement_said,
    projections.the_rebuild_equals_the_live_state,
    conservation.seats_are_never_given_twice,
    conservation.nobody_meets_twice_at_once,
    letters.letters_are_accounted_for,
    durable.acknowledged_commands_are_there,
    hr.every_record_of_hr_was_read,
    hr.acknowledged_hr_records_took_effect,
    hr.matching_knows_only_what_hr_said,
    progress.offsets_move_forward_to_the_end,
    progress.the_system_recovers,
)


async def judge(run_dir: Path | str) -> dict[str, Any]:
    """The verdict on a run whose broker and stores are still there, and at rest."""
    return examine(await load(Path(run_dir)))


def examine(run: Run) -> dict[str, Any]:
    """The verdict on what a run left behind."""
    log, found = read(run), Findings()
    for check in CHECKS:
        try:
            check(run, log, found)
        except Exception as error:  # noqa: BLE001  what cannot be judged does not hold
            found.add(Invariant.AGREEMENT, f"{check.__name__} cannot read this run: {error!r}")
    if not found.looked_at["events"] and not found.looked_at["acknowledged commands"]:
        found.add(Invariant.LOSS, "nothing happened in this run: there is nothing to judge")
    hits = Counter(str(crash.get("point")) for crash in run.crashes)
    violations = found.violations
    return {
        "seed": run.about.get("seed"),
        "kills": run.about.get("kills", len(run.crashes)),
        "events": found.looked_at["events"],
        "lost": violations[Invariant.LOSS] + violations[Invariant.DURABLE],
        "doubled": violations[Invariant.ONCE],
        "out_of_order": violations[Invariant.ORDER],
        "phantom": violations[Invariant.PHANTOM],
        "dead_letters": found.looked_at["dead letters"],
        "dead_letters_by_reason": letters.by_reason(run),
        "crash_points": dict(sorted(hits.items())),
        "faults": dict(sorted(Counter(str(fault.get("kind")) for fault in run.faults).items())),
        "recovery_s": run.about.get("recovery_s"),
        "invariants": {invariant.value: violations[invariant] for invariant in Invariant},
        "examples": {
            f"{invariant.value} {MEANING[invariant]}": shown for invariant, shown in found.examples.items()
        },
        "looked_at": dict(sorted(found.looked_at.items())),
        "unchecked": found.unchecked,
        "verdict": "broken" if violations.total() else "holds",
    }
