"""Tables for spreadsheets: quoted, and no cell that a spreadsheet would run as a formula."""

import re
from collections.abc import Iterable, Sequence

_RUNNABLE = re.compile(r"^[\s\u00a0\ufeff\"']*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]|\n[=+\-@]")


def cell(text: str) -> str:
    """Quote one cell; a text that a spreadsheet could run gets an apostrophe in front.

    Strip exactly one leading apostrophe to read the text back. JSON holds the raw truth.
    """
    guarded = f"'{text}" if _RUNNABLE.search(text) or text.startswith("'") else text
    return '"' + guarded.replace('"', '""') + '"'


def csv_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """RFC 4180 bytes in UTF-8, every cell quoted, lines ended by CR LF."""
    lines = [",".join(cell(text) for text in row) for row in (header, *rows)]
    return "".join(f"{line}\r\n" for line in lines).encode()
