"""Tables of participants by group, made safe to show."""

from collections.abc import Mapping, Sequence

from services.reporting.domain.figures import Dimension, Group, GroupTable
from services.reporting.domain.suppression import MINIMUM, UnprotectableTable, withheld_cells

MAX_GROUPS = 30
"""Groups that a table shows at most; the smallest are merged."""


def group_table(
    dimension: Dimension,
    counts: Mapping[str | None, Sequence[int]],
    *,
    minimum: int = MINIMUM,
    hidden_columns: tuple[int, ...] = (),
) -> GroupTable:
    """A table without small cells; groups under `minimum` people are merged into one.

    `counts` holds the people per standing of each group. `hidden_columns` are standings whose totals are not
    shown, the largest last. A table with fewer than two groups compares nothing and stays empty.
    """
    groups = _merged({code: tuple(row) for code, row in counts.items() if sum(row)}, minimum)
    if len(groups) < 2:  # noqa: PLR2004 - a comparison needs two
        return GroupTable(dimension, ())
    try:
        withheld = withheld_cells(
            [[count or 0 for count in group.counts] for group in groups],
            minimum=minimum,
            hidden_columns=hidden_columns,
        )
    except UnprotectableTable:
        return GroupTable(dimension, ())
    return GroupTable(
        dimension,
        tuple(
            Group(
                code=group.code,
                total=group.total,
                counts=tuple(
                    None if (row, column) in withheld else count for column, count in enumerate(group.counts)
                ),
                merged=group.merged,
            )
            for row, group in enumerate(groups)
        ),
    )


def _merged(counts: Mapping[str | None, tuple[int, ...]], minimum: int) -> list[Group]:
    """Groups by size, the merged ones last."""
    ordered = sorted(counts, key=lambda code: (-sum(counts[code]), code is None, code or ""))
    alone = [code for code in ordered if sum(counts[code]) >= minimum]
    kept = alone if len(alone) <= MAX_GROUPS else alone[: MAX_GROUPS - 1]
    rest = ordered[len(kept) :]
    while rest and kept and sum(sum(counts[code]) for code in rest) < minimum:
        rest.append(kept.pop())
    groups = [Group(code, sum(counts[code]), counts[code]) for code in kept]
    if rest:
        row = tuple(map(sum, zip(*(counts[code] for code in rest), strict=True)))
        groups.append(Group(None, sum(row), row, merged=len(rest)))
    return groups
