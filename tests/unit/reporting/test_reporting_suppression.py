"""Small cells stay hidden, whatever somebody subtracts."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.domain.suppression import UnprotectableTable, withheld_cells, withheld_parts

Row = tuple[int, ...]
Table = tuple[Row, ...]


def test_a_table_without_small_cells_is_shown_whole() -> None:
    assert withheld_cells([[5, 0], [12, 7]]) == frozenset()


def test_a_small_cell_takes_three_others_with_it() -> None:
    assert withheld_cells([[3, 20], [6, 30]]) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_the_cheapest_cells_are_withheld_beside_a_small_one() -> None:
    """20 + 6 + 8 complete a cycle of four; 9 + 6 + 40 would cost more."""
    withheld = withheld_cells([[3, 20, 9], [50, 60, 70], [6, 8, 40]])

    assert withheld == {(0, 0), (0, 1), (2, 0), (2, 1)}


def test_two_small_cells_in_a_row_are_joined_by_a_third_when_they_add_up_to_a_small_count() -> None:
    """1 + 2 withheld would tell that there are three; with a cell of 6 there are nine."""
    withheld = withheld_cells([[1, 2, 6, 10], [2, 1, 6, 10]])

    assert {(0, 0), (0, 1), (0, 2)} <= withheld
    assert (0, 3) not in withheld


def test_zeros_are_shown() -> None:
    withheld = withheld_cells([[3, 9, 0], [7, 8, 0], [0, 6, 9]])

    assert not {(0, 2), (1, 2)} & withheld


def test_a_table_of_one_row_hides_nothing_and_is_refused() -> None:
    with pytest.raises(UnprotectableTable):
        withheld_cells([[3, 20]])


def test_a_hidden_column_total_stays_hidden_from_who_adds_up_its_rows() -> None:
    """Column 0 holds nobody but two people of row 0; its total is hidden together with that of column 1."""
    counts = ((2, 10, 9), (0, 8, 9))
    withheld = withheld_cells(counts, hidden_columns=(0, 1))

    assert len({sum(row[0] for row in table) for table in solutions(counts, withheld, known_columns={2})}) > 1


def test_the_parts_of_a_whole_are_withheld_in_pairs_that_are_large_enough() -> None:
    assert withheld_parts([10, 6, 2, 0]) == {1, 2}
    assert withheld_parts([10, 6, 2, 2]) == {1, 2, 3}
    assert withheld_parts([10, 6, 3, 2]) == {2, 3}
    assert withheld_parts([10, 6, 0]) == frozenset()


def test_a_zero_is_withheld_only_when_nothing_else_is_left() -> None:
    assert withheld_parts([4, 0, 0]) == {0, 1, 2}


tables = st.integers(2, 4).flatmap(
    lambda width: st.lists(
        st.tuples(*[st.integers(0, 9)] * width).filter(lambda row: sum(row) >= 5), min_size=2, max_size=4
    )
)


@settings(max_examples=200, deadline=None)
@given(tables)
def test_no_withheld_cell_is_determined_by_the_totals(rows: list[Row]) -> None:
    """Exact elimination over all that is shown leaves every withheld cell free."""
    table = tuple(rows)
    withheld = withheld_cells(table)

    assert all(count == 0 or count >= 5 for _, count in _shown(table, withheld))
    assert not _determined(table, withheld, hidden_columns=frozenset())


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 3).flatmap(
        lambda width: st.lists(
            st.tuples(*[st.integers(0, 6)] * width).filter(lambda row: sum(row) >= 5), min_size=2, max_size=3
        )
    )
)
def test_no_withheld_cell_is_determined_by_totals_and_by_counts_not_being_negative(rows: list[Row]) -> None:
    """In the list of all tables that agree with what is shown, every withheld cell has several values."""
    table = tuple(rows)
    withheld = withheld_cells(table)
    seen: dict[tuple[int, int], set[int]] = {cell: set() for cell in withheld}
    for possible in solutions(table, withheld, known_columns=set(range(len(table[0])))):
        for row, column in withheld:
            seen[row, column].add(possible[row][column])

    assert all(len(values) > 1 for values in seen.values())


@settings(max_examples=100, deadline=None)
@given(tables)
def test_what_is_withheld_in_a_line_adds_up_to_no_small_count(rows: list[Row]) -> None:
    """Unless nothing else in the line could be withheld."""
    withheld = withheld_cells(tuple(rows))
    lines = [[(r, c) for c in range(len(rows[0]))] for r in range(len(rows))]
    lines += [[(r, c) for r in range(len(rows))] for c in range(len(rows[0]))]

    for line in lines:
        hidden = sum(rows[r][c] for r, c in line if (r, c) in withheld)
        shown = sum(rows[r][c] for r, c in line if (r, c) not in withheld)
        assert hidden == 0 or hidden >= 5 or shown == 0


@settings(max_examples=100, deadline=None)
@given(st.lists(tables, min_size=1, max_size=2), st.data())
def test_hidden_column_totals_stay_hidden_over_several_tables(
    drawn: list[list[Row]], data: st.DataObject
) -> None:
    """Two tables of the same people share their column totals: together they tell no more than each alone."""
    first = tuple(drawn[0])
    order = data.draw(st.permutations(range(len(first))))
    second = _regrouped(first, order)
    parts = [sum(row[column] for row in first) for column in range(len(first[0]))]
    hidden = tuple(sorted(withheld_parts(parts), key=lambda part: parts[part]))

    views = [(table, withheld_cells(table, hidden_columns=hidden)) for table in (first, second)]

    assert not _determined_together(views, frozenset(hidden))


@given(st.lists(st.integers(0, 30), min_size=2, max_size=8).filter(lambda parts: sum(parts) >= 5))
def test_no_withheld_part_is_what_remains_of_the_whole(parts: list[int]) -> None:
    withheld = withheld_parts(parts)

    assert all(count == 0 or count >= 5 for part, count in enumerate(parts) if part not in withheld)
    assert len(withheld) != 1
    assert not withheld or sum(parts[part] for part in withheld) >= 5


def _shown(table: Table, withheld: frozenset[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], int]]:
    for row, counts in enumerate(table):
        for column, count in enumerate(counts):
            if (row, column) not in withheld:
                yield (row, column), count


def _regrouped(table: Table, order: Sequence[int]) -> Table:
    """Other groups of the same people: one person a column moves on to the next row."""
    rows = [list(table[row]) for row in order]
    for column in range(len(rows[0])):
        for row in range(len(rows)):
            follower = (row + 1) % len(rows)
            if rows[row][column] and sum(rows[row]) > 5:
                rows[row][column] -= 1
                rows[follower][column] += 1
    return tuple(tuple(row) for row in rows)


def solutions(table: Table, withheld: frozenset[tuple[int, int]], known_columns: set[int]) -> Iterator[Table]:
    """Every table of counts that agrees with what is shown."""
    choices = [
        [
            values
            for values in product(
                *(
                    range(sum(row) + 1) if (number, column) in withheld else (count,)
                    for column, count in enumerate(row)
                )
            )
            if sum(values) == sum(row)
        ]
        for number, row in enumerate(table)
    ]
    for possible in product(*choices):
        if all(sum(row[c] for row in possible) == sum(row[c] for row in table) for c in known_columns):
            yield possible


def _determined(
    table: Table, withheld: frozenset[tuple[int, int]], hidden_columns: frozenset[int]
) -> set[int]:
    return _determined_together([(table, withheld)], hidden_columns)


def _determined_together(
    views: Sequence[tuple[Table, frozenset[tuple[int, int]]]], hidden_columns: frozenset[int]
) -> set[int]:
    """The unknowns (withheld cells, then hidden column totals) that the equations of all tables determine."""
    unknowns: dict[tuple[int, int, int], int] = {}
    for number, (_, withheld) in enumerate(views):
        for row, column in sorted(withheld):
            unknowns[number, row, column] = len(unknowns)
    totals = {column: len(unknowns) + place for place, column in enumerate(sorted(hidden_columns))}
    width = len(unknowns) + len(totals)
    equations: list[list[Fraction]] = []
    for number, (table, withheld) in enumerate(views):
        equations.extend(
            _equation(width, [unknowns[number, r, c] for r, c in withheld if r == row])
            for row in range(len(table))
        )
        for column in range(len(table[0])):
            equation = _equation(width, [unknowns[number, r, c] for r, c in withheld if c == column])
            if column in totals:
                equation[totals[column]] = Fraction(-1)
            equations.append(equation)
    equations.append(_equation(width, list(totals.values())))
    return _pinned(equations, width)


def _equation(width: int, places: list[int]) -> list[Fraction]:
    return [Fraction(int(place in places)) for place in range(width)]


def _pinned(equations: list[list[Fraction]], width: int) -> set[int]:
    """Columns whose unit vector is a row of the reduced echelon form: only these have a single value."""
    rank = 0
    for place in range(width):
        pivot = next((row for row in range(rank, len(equations)) if equations[row][place]), None)
        if pivot is None:
            continue
        equations[rank], equations[pivot] = equations[pivot], equations[rank]
        factor = equations[rank][place]
        equations[rank] = [value / factor for value in equations[rank]]
        for row in range(len(equations)):
            if row != rank and equations[row][place]:
                times = equations[row][place]
                equations[row] = [a - times * b for a, b in zip(equations[row], equations[rank], strict=True)]
        rank += 1
    return {
        next(place for place, value in enumerate(row) if value)
        for row in equations[:rank]
        if sum(map(bool, row)) == 1
    }
