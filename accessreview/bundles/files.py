"""A bundle as named files in memory: the one place where snapshots become bytes and back."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Literal

from accessreview.bundles.csv_table import format_csv, parse_csv
from accessreview.bundles.faults import Faults
from accessreview.bundles.manifest import MANIFEST, Manifest, format_manifest, parse_manifest
from accessreview.bundles.parquet_table import format_parquet, parse_parquet
from accessreview.bundles.parsed import ParsedTable
from accessreview.model.canonical import sha256
from accessreview.model.errors import InputError
from accessreview.model.snapshot import SCHEMAS, Snapshot
from accessreview.snapshot.canonical import with_shared_values, with_sorted_values
from accessreview.snapshot.check import check
from accessreview.snapshot.compose import seal
from accessreview.snapshot.problem import shown

_AT_ONCE = 2
"""Tables that are read together: their columns are decoded outside the interpreter's lock."""

TableFormat = Literal["csv", "parquet"]
Note = Callable[[str], None]

_PARSERS = {"csv": parse_csv, "parquet": parse_parquet}
_FORMATTERS = {"csv": format_csv, "parquet": format_parquet}


def bundle_files(
    snapshot: Snapshot, table_format: TableFormat = "csv", *, annex: bool = False
) -> Mapping[str, bytes]:
    """The files of a bundle, the manifest first, then the tables in the order of ``TABLES``.

    Deterministic. ``annex`` adds the tables outside the digest, which other readers may not know.
    """
    tables = {**snapshot.tables, **snapshot.annex} if annex else snapshot.tables
    files = {
        f"{name}.{table_format}": _FORMATTERS[table_format](table) for name, table in tables.items()
    }
    digests = {name: sha256(data) for name, data in files.items()}
    return {MANIFEST: format_manifest(snapshot.taken_at, snapshot.sources, digests), **files}


def read_bundle_files(files: Mapping[str, bytes], note: Note | None = None) -> Snapshot:
    """Read a bundle strictly; each file is looked up at most once, so the mapping may be lazy.

    ``note`` is told of each file that is no part of the bundle and was left unread; tables that a
    bundle does not know and files that only look like tables are refused instead.

    Raises:
        InputError: lists every problem of every file.
    """
    faults = Faults()
    manifest = _manifest(files, faults)
    parsed = dict(_parsed(files, manifest, faults, note or (lambda _: None)))
    tables = with_shared_values({name: found.table for name, found in parsed.items()})
    parsed = {name: replace(found, table=tables[name]) for name, found in parsed.items()}
    problems = check(
        None if manifest is None else manifest.sources,
        tables,
        {name for name, found in parsed.items() if not found.sound},
    )
    faults.add_problems(
        problems,
        [
            problem.sentence(parsed[problem.table].file, parsed[problem.table].number)
            if problem.table
            else problem.sentence(MANIFEST, int)
            for problem in problems.first
        ],
    )
    faults.raise_if_any()
    if manifest is None:
        raise AssertionError("a manifest that cannot be read is a fault")
    return seal(manifest.taken_at, manifest.sources, tables)


def _manifest(files: Mapping[str, bytes], faults: Faults) -> Manifest | None:
    if MANIFEST not in files:
        faults.add(f"{MANIFEST} is missing; without it this is not a snapshot bundle.")
        return None
    try:
        return parse_manifest(files[MANIFEST], faults)
    except InputError as error:
        faults.add_error(error)
        return None


def _parsed(
    files: Mapping[str, bytes], manifest: Manifest | None, faults: Faults, note: Note
) -> Iterator[tuple[str, ParsedTable]]:
    listed = None if manifest is None else manifest.files
    faults.add(
        *(
            f"{MANIFEST} lists {shown(name)}, which is missing from the bundle."
            for name in sorted(set(listed or ()) - set(files))
        )
    )
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        reading: deque[Future[tuple[str, ParsedTable, Faults]]] = deque()
        for name, extension, data in _tables(files, listed, faults, note):
            reading.append(pool.submit(_read, name, extension, data, files))
            if len(reading) > _AT_ONCE:
                yield _done(reading.popleft(), faults)
        while reading:
            yield _done(reading.popleft(), faults)


def _done(
    reading: "Future[tuple[str, ParsedTable, Faults]]", faults: Faults
) -> tuple[str, ParsedTable]:
    table, found, own = reading.result()
    faults.add_all(own)
    return table, found


def _read(
    table: str, extension: str, data: bytes | None, files: Mapping[str, bytes]
) -> tuple[str, ParsedTable, Faults]:
    faults = Faults()
    found = _table(table, extension, data, files, faults)
    # Only sorted values show that rows are in order, which proves keys to be unique.
    return table, replace(found, table=with_sorted_values(found.table)), faults


def _tables(
    files: Mapping[str, bytes], listed: Mapping[str, str] | None, faults: Faults, note: Note
) -> Iterator[tuple[str, str, bytes | None]]:
    for file in sorted(set(files) - {MANIFEST}):
        table, _, extension = file.rpartition(".")
        is_table = table in SCHEMAS and extension in _PARSERS
        if not is_table and _is_misleading(file):
            faults.add(
                f"{shown(file)} is no table of a bundle; tables are NAME.csv or NAME.parquet, "
                f"NAME one of {', '.join(SCHEMAS)}."
            )
        elif not is_table and file not in (listed or ()):
            note(f"{shown(file)} is no part of a bundle and was not read.")
        else:
            data = _verified(file, files, listed, faults)
            if is_table:
                yield table, extension, data


def _is_misleading(file: str) -> bool:
    """Whether the name suggests a table, which must then not be passed over."""
    name = file.rpartition("/")[2].lower()
    return not name.startswith(".") and name.endswith(
        tuple(f".{extension}" for extension in _PARSERS)
    )


def _verified(
    file: str, files: Mapping[str, bytes], listed: Mapping[str, str] | None, faults: Faults
) -> bytes | None:
    try:
        data = files[file]
    except InputError as error:
        faults.add_error(error)
        return None
    if listed is not None and file not in listed:
        faults.add(f"{file} is not among the files that {MANIFEST} lists.")
    elif listed is not None and sha256(data) != listed[file]:
        faults.add(f"{file} was changed: its SHA-256 is not the one that {MANIFEST} lists.")
    return data


def _table(
    table: str, extension: str, data: bytes | None, files: Mapping[str, bytes], faults: Faults
) -> ParsedTable:
    file, schema = f"{table}.{extension}", SCHEMAS[table]
    others = [other for other in _PARSERS if other < extension and f"{table}.{other}" in files]
    if others:
        faults.add(f"{file} and {table}.{others[0]} both hold table {table}; remove one.")
        return ParsedTable.unreadable(file, schema)
    if data is None:
        return ParsedTable.unreadable(file, schema)
    return _PARSERS[extension](file, data, schema, faults)
