"""Which cells of a published table are withheld, so that no small count can be read or worked out.

Small counts (1 to `minimum` - 1) are withheld; zeros are shown. Further cells are withheld until each of them
can take another value while all that is shown stays true: it then lies on a cycle of cells that can give and
take one person, alternately, which leaves the totals as they are (the cycle argument for two-way tables:
L. H. Cox, "Suppression Methodology and Statistical Disclosure Control", JASA 75, 1980). So whoever knows the
totals, and that counts are never negative, cannot compute a withheld cell.

Beyond that, what is withheld in a row or a column adds up to `minimum` or more: the rest of a total is no
small count either.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush

MINIMUM = 5
"""The smallest count of people that is shown."""

Cell = tuple[int, int]
Node = tuple[bool, int]  # (is a column, index)

_ZERO_COST = 1_000_000  # a zero says the most about a group: it is given up last
_STEP_COST = 1_000  # few cells rather than small ones


@dataclass(slots=True)
class _Table:
    counts: tuple[tuple[int, ...], ...]
    minimum: int
    withheld: set[Cell] = field(default_factory=set)

    def cells(self) -> Iterator[Cell]:
        return ((row, column) for row, counts in enumerate(self.counts) for column in range(len(counts)))

    def value(self, cell: Cell) -> int:
        return self.counts[cell[0]][cell[1]]

    def protect(self, cell: Cell) -> None:
        """Withhold the cheapest cycle through a cell."""
        row, column = (False, cell[0]), (True, cell[1])
        paths = [self._path(column, row, without=cell)]  # the cell takes one more
        if self.value(cell):
            paths.append(self._path(row, column, without=cell))  # or gives one away
        found = [path for path in paths if path is not None]
        if not found:
            raise UnprotectableTable
        self.withheld.update((cell, *min(found)[1]))

    def join(self, column: int, hub: int) -> None:
        """Withhold what lets one column total rise by one and another fall."""
        path = self._path((True, hub), (True, column))
        if path is None:
            raise UnprotectableTable
        self.withheld.update(path[1])

    def _path(self, start: Node, end: Node, without: Cell | None = None) -> tuple[int, list[Cell]] | None:
        """The cheapest way from node to node: column to row gives one away, row to column takes one."""
        queue: list[tuple[int, Node, list[Cell]]] = [(0, start, [])]
        done: set[Node] = set()
        while queue:
            cost, node, cells = heappop(queue)
            if node == end:
                return cost, cells
            if node in done:
                continue
            done.add(node)
            for cell, target in self._steps(node):
                if cell != without and target not in done:
                    heappush(queue, (cost + self._cost(cell), target, [*cells, cell]))
        return None

    def _steps(self, node: Node) -> Iterator[tuple[Cell, Node]]:
        is_column, index = node
        if is_column:
            for row in range(len(self.counts)):
                if self.counts[row][index]:
                    yield (row, index), (False, row)
        else:
            for column in range(len(self.counts[index])):
                yield (index, column), (True, column)

    def _cost(self, cell: Cell) -> int:
        if cell in self.withheld:
            return 0
        return _STEP_COST + self.value(cell) if self.value(cell) else _ZERO_COST

    def thin_line(self) -> Cell | None:
        """A cell to withhold as well, because what is withheld beside it adds up to a small count."""
        rows = [[(row, column) for column in range(len(self.counts[row]))] for row in range(len(self.counts))]
        columns = [[row[column] for row in rows] for column in range(len(rows[0]))]
        for line in (*rows, *columns):
            hidden = sum(self.value(cell) for cell in line if cell in self.withheld)
            shown = [cell for cell in line if cell not in self.withheld and self.value(cell)]
            if 0 < hidden < self.minimum and shown:
                return min(shown, key=lambda cell: (self.value(cell), cell))
        return None


class UnprotectableTable(Exception):
    """No choice of cells hides the small ones, as in a table of one row: nothing of it may be shown."""


def withheld_cells(
    counts: Iterable[Iterable[int]], *, minimum: int = MINIMUM, hidden_columns: tuple[int, ...] = ()
) -> frozenset[Cell]:
    """The cells (row, column) to withhold in a two-way table whose row and column totals are known.

    `hidden_columns` are the columns whose totals are not shown, the largest of them last; they stay hidden
    also from somebody who adds up the rows, here and in any other table over the same columns.

    Raises UnprotectableTable.
    """
    table = _Table(tuple(tuple(row) for row in counts), minimum)
    small = [cell for cell in table.cells() if 0 < table.value(cell) < minimum]
    table.withheld.update(small)
    for cell in small:
        table.protect(cell)
    for column in hidden_columns[:-1]:
        table.join(column, hidden_columns[-1])
    for cell in sorted(table.withheld):
        table.protect(cell)
    while (beside := table.thin_line()) is not None:
        table.withheld.add(beside)
        table.protect(beside)
    return frozenset(table.withheld)


def withheld_parts(counts: Iterable[int], *, minimum: int = MINIMUM) -> frozenset[int]:
    """The parts to withhold of a whole that is shown; a whole under `minimum` is not for showing."""
    values = tuple(counts)
    withheld = {part for part, value in enumerate(values) if 0 < value < minimum}
    others = [part for part in range(len(values)) if part not in withheld]
    others.sort(key=lambda part: (values[part] == 0, values[part]))
    while withheld and (len(withheld) == 1 or sum(values[part] for part in withheld) < minimum) and others:
        withheld.add(others.pop(0))
    return frozenset(withheld)
