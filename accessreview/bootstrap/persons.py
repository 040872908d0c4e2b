"""How accounts are joined to persons, from the settings and the mapping they name."""

from collections.abc import Iterator
from pathlib import Path

from accessreview.bootstrap.csv_rows import read_rows
from accessreview.bootstrap.sources import kinds_of
from accessreview.model.snapshot import SourceKind
from accessreview.settings import Settings
from accessreview.snapshot.persons import PersonMapping, PersonRules

_COLUMNS = ("source", "account", "identity")


def person_rules(settings: Settings) -> PersonRules:
    """What ``[persons]`` says.

    Raises:
        InputError: the mapping cannot be read, or a row is not as it has to be.
    """
    persons = settings.persons
    directories = {
        source for source, kind in kinds_of(settings).items() if kind is SourceKind.DIRECTORY
    }
    mapping = _read(persons.mapping, directories) if persons.mapping else ()
    return PersonRules(persons.join_by, mapping)


def _read(path: Path, directories: set[str]) -> tuple[PersonMapping, ...]:
    given: dict[tuple[str, str], str] = {}

    def wrong(row: list[str]) -> Iterator[str]:
        source, account, identity = row
        for column, value in zip(_COLUMNS, row, strict=True):
            if not value:
                yield f"it names no {column}"
        if source and source not in directories:
            yield f"no source that is a directory has the id {source}"
        if given.setdefault((source, account), identity) != identity:
            yield f"an earlier row gives {account} of {source} to {given[source, account]}"

    return tuple(
        PersonMapping(*row) for row in read_rows(path, "mapping of persons", _COLUMNS, wrong)
    )
