"""Where to read, and readings by the names that people know, for tests to compare."""

from accessreview.ldap.settings import ServerSettings
from accessreview.model.snapshot import Reading
from tests.servers.samba import Samba


def as_account(samba: Samba, account: str = "audit", **changes: object) -> ServerSettings:
    """Settings to reach a domain controller as one of its accounts, changed as a test says."""
    usual: dict[str, object] = {
        "name": "Corp",
        "host": samba.address,
        "bind_dn": f"{account}@{samba.forest.domain}",
        "password": lambda: f"{account}-secret",
        "ca_file": samba.ca_file,
        "timeout_seconds": 20,
        "deadline_seconds": 120,
    }
    return ServerSettings(**(usual | changes))  # type: ignore[arg-type] # checked by use


def named(reading: Reading) -> dict[str, str]:
    """Logins of accounts and names of groups by their ids."""
    return {
        row[1]: row[2] for table in ("accounts", "groups") for row in reading.tables[table].rows()
    }


def memberships(reading: Reading) -> dict[str, set[str]]:
    """The direct members of each group that has any."""
    names, found = named(reading), dict[str, set[str]]()
    for _, group, _, member in reading.tables["members"].rows():
        found.setdefault(names[group], set()).add(names[member])
    return found


def ways(reading: Reading, group: str) -> set[tuple[str, str]]:
    """The members of a group that are not named by ``member``, each with its way."""
    names = named(reading)
    rows = reading.tables["ways"].rows()
    return {(names[row[3]], row[4]) for row in rows if names[row[1]] == group}


def states(reading: Reading, name: str) -> dict[str, str]:
    """The reasons for the states of an account or group."""
    names = named(reading)
    rows = reading.tables["states"].rows()
    return {row[2]: row[4] for row in rows if names[row[1]] == name}
