"""LDIF content (RFC 2849) to entries, strictly and as its writers really deviate from it.

A reader of its own, because those at hand (``ldif``, ``python-ldap``'s) skip what they do not
understand, and what is skipped here would read as access that is gone. Deviations allowed:
``changetype: add`` of ``ldifde``, UTF-16, and bytes beyond ASCII in values.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from accessreview.collectors.directory.raw import RawDirectory, RawEntry
from accessreview.collectors.offline.files import ExportFile, text_of
from accessreview.collectors.offline.ldapsearch import search_gaps
from accessreview.model.errors import InputError
from accessreview.snapshot.gaps import Gaps

_LINE = re.compile(r"([A-Za-z0-9][A-Za-z0-9.\-]*(?:;[A-Za-z0-9=*\-]+)*)(:[:<]?)[ ]*(.*)", re.DOTALL)
_RANGE = re.compile(r"range=(\d+)-(\d+|\*)", re.IGNORECASE)
_SECRETS = frozenset({"userpassword", "unicodepwd", "sambantpassword", "sambalmpassword"})
"""Never kept, not even in memory."""

Line = tuple[int, str]


@dataclass(slots=True)
class _Record:
    where: str
    dn: str
    values: dict[str, list[bytes]] = field(default_factory=dict)
    ranges: dict[str, list[tuple[int, int | None, list[bytes]]]] = field(default_factory=dict)


def read_ldif(file: ExportFile) -> RawDirectory:
    """Read all entries of a file.

    What shows that something is missing becomes a gap: ranges without their end, a search that
    was cut off, references to other servers, a last record without the empty line after it.

    Raises:
        InputError: a line is no LDIF, a value is not there but behind a URL, or a record is a
            change and no content.
    """
    text = text_of(file)
    if text and not text.endswith("\n"):
        raise InputError(
            f"{file.name} does not end with the end of a line: it is cut off. Export it again."
        )
    gaps = Gaps()
    entries: list[RawEntry] = []
    results: list[str] = []
    for lines, is_ended in _records(file.name, text):
        if lines[0][1].startswith("search: "):
            results.extend(line for _, line in lines)
            continue
        entries.append(_entry(_record(file.name, lines), gaps))
        if not is_ended:
            gaps.add(
                "The file ends without an empty line, so its last entry may be cut off",
                entries[-1].dn,
            )
    if not entries:
        raise InputError(f"{file.name} holds no entry.")
    signs = search_gaps(text.replace("\r\n", "\n"), results, len(entries))
    return RawDirectory(tuple(entries), (*signs, *gaps.sentences()))


def _records(name: str, text: str) -> Iterator[tuple[list[Line], bool]]:
    """Yield the lines of each record, and whether an empty line ends it."""
    lines: list[Line] = []
    for number, line in _unfolded(name, text):
        if line:
            lines.append((number, line))
            continue
        if lines and lines[0][1].startswith("version:"):  # again before each page of ldapsearch -L
            _check_version(name, lines.pop(0))
        if lines:
            yield lines, number > 0
        lines = []


def _unfolded(name: str, text: str) -> Iterator[Line]:
    """Logical lines with the number of their first, comments left out; last an empty one with 0.

    Only line feeds end lines here: ``splitlines`` would also cut at characters within values.
    """
    pending: tuple[int, list[str]] | None = None
    for number, raw in enumerate(text.removesuffix("\n").split("\n"), start=1):
        line = raw.removesuffix("\r")
        if line.startswith(" "):
            if pending is None:
                raise InputError(f"{name}, line {number}: continues a line that is not there.")
            pending[1].append(line[1:])
            continue
        if pending is not None and not pending[1][0].startswith("#"):
            yield pending[0], "".join(pending[1])
        pending = (number, [line]) if line else None
        if not line:
            yield number, ""
    if pending is not None and not pending[1][0].startswith("#"):
        yield pending[0], "".join(pending[1])
    yield 0, ""


def _check_version(name: str, line: Line) -> None:
    if line[1].partition(":")[2].strip() != "1":
        raise InputError(f"{name}, line {line[0]}: only version 1 of LDIF is known.")


def _record(name: str, lines: list[Line]) -> _Record:
    attribute, dn = _split(name, lines[0])
    where = f"{name}, line {lines[0][0]}"
    if attribute.lower() != "dn":
        raise InputError(
            f"{where}: a record starts with {attribute} and not with dn. Write the file with"
            " ldifde, slapcat or ldapsearch."
        )
    try:
        record = _Record(where, dn.decode())
    except UnicodeDecodeError as error:
        raise InputError(f"{where}: the distinguished name is not UTF-8.") from error
    for line in lines[1:]:
        attribute, value = _split(name, line)
        _refuse_change(f"{name}, line {line[0]}", attribute, value)
        base, *options = attribute.lower().split(";")
        if base in _SECRETS:
            continue
        bounds = next(filter(None, map(_RANGE.fullmatch, options)), None)
        if bounds is None:
            record.values.setdefault(base, []).append(value)
        else:
            _add_ranged(record, base, bounds, value)
    return record


def _split(name: str, line: Line) -> tuple[str, bytes]:
    where = f"{name}, line {line[0]}"
    match = _LINE.fullmatch(line[1])
    if match is None:
        raise InputError(f"{where}: no attribute and value; the file is cut off or no LDIF.")
    attribute, mark, value = match.groups()
    if mark == ":<":
        raise InputError(
            f"{where}: the value of {attribute} is in another file. Export values into this one."
        )
    if mark == ":":
        return attribute, value.encode()
    try:
        return attribute, base64.b64decode(value.rstrip(" "), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"{where}: the value of {attribute} is no valid base64.") from error


def _refuse_change(where: str, attribute: str, value: bytes) -> None:
    kind = attribute.lower()
    if kind == "control" or (kind == "changetype" and value.strip().lower() != b"add"):
        raise InputError(
            f"{where}: this is a change, not what a directory holds. Export the directory with"
            " ldifde, ldapsearch or slapcat."
        )
    if kind == "dn":
        raise InputError(f"{where}: a second dn within one record; an empty line is missing.")


def _add_ranged(record: _Record, base: str, bounds: re.Match[str], value: bytes) -> None:
    first = int(bounds[1])
    last = None if bounds[2] == "*" else int(bounds[2])
    parts = record.ranges.setdefault(base, [])
    for part in parts:
        if part[:2] == (first, last):
            part[2].append(value)
            return
    parts.append((first, last, [value]))


def _entry(record: _Record, gaps: Gaps) -> RawEntry:
    values = record.values
    values.pop("changetype", None)
    for base, parts in record.ranges.items():
        expected = 0
        is_whole = False
        for first, last, part in sorted(parts, key=lambda found: found[0]):
            if first != expected:
                break
            values.setdefault(base, []).extend(part)
            is_whole = last is None
            expected = -1 if last is None else last + 1
        if not is_whole:
            gaps.add("Only a part of an attribute's values was exported", f"{base} of {record.dn}")
    return RawEntry(record.dn, {name: tuple(found) for name, found in values.items()})
