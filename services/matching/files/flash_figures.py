"""The figures of rounds: the sums of all, and those of each."""

from typing import Any

from services.matching.domain.certificate.rounds import Round
from services.matching.files.cohort import Cohort


def flash_figures(cohort: Cohort, rounds: list[Round]) -> dict[str, Any]:
    """`most` and `bound` are the sums of what each round could have, after the rounds before it."""
    show = cohort.scores.unit.show
    verdicts = [one.verdict for one in rounds]
    floors = [verdict.floor for verdict in verdicts if verdict.floor is not None]
    return {
        "format": cohort.format.value,
        "objective_kind": "total",
        "unit": cohort.scores.unit.name,
        "mentees": len(cohort.rows),
        "mentors": len(cohort.columns),
        "pairs": len(cohort.scores.column),
        "rounds": len(rounds),
        "matched": sum(verdict.matched for verdict in verdicts),
        "most": sum(verdict.most for verdict in verdicts),
        "objective": show(sum(verdict.objective for verdict in verdicts)),
        "bound": show(sum(verdict.bound for verdict in verdicts)),
        "gap": show(sum(verdict.gap for verdict in verdicts)),
        "proven": all(
            verdict.proven and not len(one.too_soon) for verdict, one in zip(verdicts, rounds, strict=True)
        ),
        "floor": show(min(floors)) if floors else None,
        "blocking_pairs": sum(verdict.blocking_pairs for verdict in verdicts),
        "rounded_scores": cohort.scores.rounded,
        "inputs_sha256": cohort.sha256,
        "by_round": [
            {
                "matched": verdict.matched,
                "most": verdict.most,
                "objective": show(verdict.objective),
                "bound": show(verdict.bound),
            }
            for verdict in verdicts
        ],
    }
