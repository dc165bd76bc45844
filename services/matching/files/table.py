"""One table in a file, CSV or Parquet, read in batches of bounded size."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from services.matching.files.refusal import Code, Refused

_BLOCK: Final = 1 << 25
_ROWS: Final = 1 << 20
_SEPARATORS: Final = (";", "\t", "|")

Cell = Callable[[str], None]
"""Accepts the text of a cell, or raises Refused without a place."""


class Table:
    """A file with a header. Rows are counted from 0, lines from 1 with the header."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_parquet = path.suffix == ".parquet"
        try:
            self.columns = self._parquet_schema().names if self.is_parquet else self._header()
        except OSError as error:
            raise Refused(Code.NOT_READABLE, error.strerror or str(error), path=path) from error
        for column in self.columns:
            if self.columns.count(column) > 1:
                raise self.refused(Code.COLUMN_TWICE, f"{column} is there twice", line=1)

    def refused(self, code: Code, reason: str, *, line: int | None = None, row: int | None = None) -> Refused:
        """A refusal of this file, at a line or at a row."""
        if row is not None:
            line = self.line_of(row)
        return Refused(code, reason, path=self.path, line=line)

    def need(self, *columns: str) -> None:
        """Raise Refused for the first of these columns that is missing."""
        for column in columns:
            if column not in self.columns:
                there = ", ".join(self.columns)
                raise self.refused(Code.COLUMN_MISSING, f"{column} is missing (there are: {there})", line=1)

    def type_of(self, column: str) -> pa.DataType | None:
        """The type of a Parquet column; a CSV column has none of its own."""
        return self._parquet_schema().field(column).type if self.is_parquet else None

    def batches(self, types: dict[str, pa.DataType]) -> Iterator[pa.RecordBatch]:
        """These columns, batch by batch; CSV cells as these types, empty ones as null.

        Raises pyarrow.ArrowInvalid for a cell that is none; `explain` then says where.
        """
        if self.is_parquet:
            yield from pa.parquet.ParquetFile(self.path).iter_batches(_ROWS, columns=list(types))
            return
        with pa.csv.open_csv(
            self.path,
            read_options=pa.csv.ReadOptions(block_size=_BLOCK),
            convert_options=pa.csv.ConvertOptions(
                column_types=types, include_columns=list(types), null_values=[""], strings_can_be_null=True
            ),
        ) as reader:
            yield from reader

    def explain(self, cells: dict[str, Cell], error: Exception) -> Refused:
        """Why a file could not be read: the first line whose cells are refused."""
        if self.is_parquet:
            return self.refused(Code.NOT_READABLE, str(error))
        places = {self.columns.index(column): check for column, check in cells.items()}
        for line, row in self.lines():
            if not row:
                continue
            if len(row) != len(self.columns):
                return self.refused(Code.RAGGED_ROW, f"{len(row)} cells, not {len(self.columns)}", line=line)
            try:
                "".join(row).encode()
                for place, check in places.items():
                    check(row[place])
            except UnicodeEncodeError:
                return self.refused(Code.NOT_UTF8, "no valid UTF-8", line=line)
            except Refused as refused:
                return self.refused(refused.code, refused.reason, line=line)
        return self.refused(Code.NOT_READABLE, str(error))

    def lines_with(self, wanted: dict[str, str]) -> list[int]:
        """The first two lines whose cells have these texts; the error path of a big file may take a while."""
        found = []
        if self.is_parquet:
            row = 0
            for batch in self.batches(dict.fromkeys(wanted, pa.string())):
                columns = [batch[name].cast(pa.string()).to_pylist() for name in wanted]
                for at, cells in enumerate(zip(*columns, strict=True)):
                    if list(cells) == list(wanted.values()):
                        found.append(row + at + 1)
                row += batch.num_rows
            return found[:2]
        places = [(self.columns.index(name), text) for name, text in wanted.items()]
        for line, row_cells in self.lines():
            if row_cells and all(row_cells[place] == text for place, text in places):
                found.append(line)
                if len(found) > 1:
                    break
        return found

    def line_of(self, row: int) -> int:
        """The line of a row; in Parquet, which has no lines, rows count from 1."""
        if self.is_parquet:
            return row + 1
        seen = -1
        for line, cells in self.lines():
            seen += bool(cells)
            if seen == row:
                return line
        return 1

    def lines(self) -> Iterator[tuple[int, list[str]]]:
        """Every line after the header, with its number."""
        with self.path.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as file:
            reader = csv.reader(file)
            next(reader)
            for row in reader:
                yield reader.line_num, row

    def _header(self) -> list[str]:
        with self.path.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as file:
            header = next(csv.reader(file), None)
        if not header:
            raise self.refused(Code.EMPTY_FILE, "no header", line=1)
        if len(header) == 1 and any(separator in header[0] for separator in _SEPARATORS):
            raise self.refused(Code.WRONG_SEPARATOR, "columns are separated by commas", line=1)
        return header

    def _parquet_schema(self) -> pa.Schema:
        try:
            return pa.parquet.read_schema(self.path)
        except pa.ArrowInvalid as error:
            raise Refused(Code.NOT_READABLE, str(error), path=self.path) from error


def find_table(folder: Path, name: str) -> Table:
    """`<name>.csv` or `<name>.parquet` of a folder."""
    there = [path for path in (folder / f"{name}.csv", folder / f"{name}.parquet") if path.is_file()]
    if not there:
        raise Refused(Code.FILE_MISSING, f"neither {name}.csv nor {name}.parquet", path=folder)
    if len(there) > 1:
        raise Refused(Code.TWO_FILES, f"both {name}.csv and {name}.parquet", path=folder)
    return Table(there[0])
