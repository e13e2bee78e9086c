"""Read CSV files, and say in a sentence where one cannot be read."""

from secondline.csvfiles.files import keyed_rows, numbered_rows, read_own_file
from secondline.csvfiles.numbers import read_number_cell
from secondline.csvfiles.tables import (
    column_faults,
    fitted,
    raise_if_any,
    read_own_table,
    shown,
)

__all__ = [
    "column_faults",
    "fitted",
    "keyed_rows",
    "numbered_rows",
    "raise_if_any",
    "read_number_cell",
    "read_own_file",
    "read_own_table",
    "shown",
]
