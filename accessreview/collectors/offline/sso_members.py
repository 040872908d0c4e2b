r"""The groups of vCenter's own directory as a list of who is in them.

One row a member: ``Group,Member,IsGroup``. Whoever is of another directory is named as vCenter
names it (``CORP\ann``, ``ann@corp.example``) and is found there when all readings are joined.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from accessreview.collectors.configured import ConfiguredSource
from accessreview.collectors.directory.sso_groups import powers_of
from accessreview.collectors.offline.csv_rows import CsvRow, csv_rows
from accessreview.collectors.offline.files import ExportFile, read_file, span
from accessreview.model.columns import Table
from accessreview.model.errors import InputError
from accessreview.model.snapshot import SCHEMAS, Count, Reading, SourceKind, Standing
from accessreview.snapshot.gaps import Gaps

_IN_EVERY_DOMAIN = "administrators"

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SsoMembersSettings:
    """``domain`` is that of the list's own groups, such as ``vsphere.local``."""

    id: str
    name: str
    path: Path
    domain: str


@dataclass(frozen=True, slots=True)
class SsoMembersSource(ConfiguredSource[SsoMembersSettings]):
    """One such list; its time is that at which the file was written."""

    def collect(self, now: Callable[[], datetime]) -> Reading:
        """Read the file.

        Raises:
            CollectionError: it cannot be read.
            InputError: it is cut off, mis-encoded or contradicts itself.
        """
        file = read_file(self.settings.path)
        members = read_members(file, self.settings.domain)
        gaps = _gaps(members)
        times = span([file], now)
        source = self.as_read(SourceKind.DIRECTORY, times, gaps=gaps, whole=not gaps)
        return Reading(
            source,
            {
                name: Table.of(SCHEMAS[name], ((source.id, *row) for row in rows))
                for name, rows in _tables(members, self.settings).items()
            },
        )


@dataclass(slots=True)
class Members:
    """What a list says, by names without case: ``spelled`` has them as first written.

    ``of_group`` holds who is in each group that is listed; ``groups`` are all that are named.
    """

    spelled: dict[str, str] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    of_group: dict[str, set[str]] = field(default_factory=dict)
    others: dict[str, dict[str, str]] = field(default_factory=dict)

    def key(self, name: str) -> str:
        return self.spelled.setdefault(name.casefold(), name).casefold()


def read_members(file: ExportFile, domain: str) -> Members:
    """Read the list.

    Raises:
        InputError: as of ``csv_rows``; also for a row without a group, and for a name that is a
            group in one row and an account in another.
    """
    found, problems = Members(), list[str]()
    for row in csv_rows(file, ("Group", "Member", "IsGroup")):
        try:
            _add(found, row, domain)
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(*problems)
    return found


def _add(found: Members, row: CsvRow, domain: str) -> None:
    group = _own(row["Group"], domain)
    if not group:
        raise InputError(f"{row.where}: {row['Group'] or 'no name'} is no group of {domain}.")
    key = found.key(group)
    found.groups.add(key)
    inside = found.of_group.setdefault(key, set())
    if row["Member"]:
        is_group = row.boolean("IsGroup")
        own = _own(row["Member"], domain)
        if own:
            member = found.key(own)
            inside.add(member)
            (found.groups if is_group else found.accounts).add(member)
        else:
            others = found.others.setdefault(key, {})
            others.setdefault(row["Member"].casefold(), row["Member"])
    for name in sorted(found.groups & found.accounts):
        found.accounts.discard(name)
        raise InputError(
            f"{row.where}: {found.spelled[name]} is a group here and an account in another row."
        )


def _own(name: str, domain: str) -> str:
    """The name without its domain; empty if that is another one."""
    before, backslash, rest = name.partition("\\")
    if backslash:
        return rest if before.casefold() == domain.casefold() else ""
    start, at, after = name.rpartition("@")
    if at:
        return start if after.casefold() == domain.casefold() else ""
    return name


def _gaps(members: Members) -> tuple[str, ...]:
    """What shows that the list is not whole."""
    gaps = Gaps()
    if _IN_EVERY_DOMAIN not in members.of_group:
        gaps.add("A group that every domain has is not in the list", "Administrators")
    for name in sorted(members.groups - members.of_group.keys()):
        gaps.add(
            "A group is a member, and the list does not say who is in it", members.spelled[name]
        )
    return gaps.sentences()


def _tables(members: Members, settings: SsoMembersSettings) -> Mapping[str, Iterable[Row]]:
    names, domain = members.spelled, settings.domain
    groups, accounts = sorted(members.groups), sorted(members.accounts)
    inside = [
        (group, settings.id, member)
        for group, some in sorted(members.of_group.items())
        for member in sorted(some)
    ]
    outside = [
        (group, member, Standing.ELSEWHERE.value, "named by the list")
        for group, some in sorted(members.others.items())
        for member in some.values()
    ]
    counts = {
        Count.ACCOUNTS: len(accounts),
        Count.GROUPS: len(groups),
        Count.MEMBERSHIPS: len(inside),
        Count.NAMED: len(inside) + len(outside),
    }
    return {
        "groups": [(one, names[one]) for one in groups],
        "accounts": [(one, names[one], "", "", "unknown", "true", "") for one in accounts],
        "principal_names": [
            (one, spelled)
            for one in (*groups, *accounts)
            for spelled in (f"{domain}\\{names[one]}", f"{names[one]}@{domain}")
        ],
        "members": inside,
        "outsiders": outside,
        "powers": list(powers_of((names[one], f"{domain}\\{names[one]}") for one in groups)),
        "counts": [(what.value, str(number)) for what, number in counts.items()],
    }
