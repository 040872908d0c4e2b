"""Fill the database of a stopped domain controller: run by the system's Python (``samba.py``).

Reads LDIF, entries and changes; its only argument is the configuration file. Unlike over LDAP, an
entry may have the SID and the times that one wants it to have. A member ``<SID=…>`` becomes a
foreign principal, as over LDAP.
"""

import sys

import ldb  # type: ignore[import-not-found] # known to the system's Python alone, as the next
from samba.auth import system_session  # type: ignore[import-not-found]
from samba.param import LoadParm  # type: ignore[import-not-found]
from samba.samdb import SamDB  # type: ignore[import-not-found]

ANY_VALUE = ["relax:0"]
AT_ONCE = 250
"""Much longer transactions become slower by the entry."""


def main() -> None:
    configuration = LoadParm()
    configuration.load(sys.argv[1])
    database = SamDB(
        url=configuration.private_path("sam.ldb"),
        session_info=system_session(),
        lp=configuration,
        flags=ldb.FLG_NOSYNC,
    )
    entries = list(database.parse_ldif(sys.stdin.read()))
    for start in range(0, len(entries), AT_ONCE):
        database.transaction_start()
        for change, entry in entries[start : start + AT_ONCE]:
            # whoever may set any value is not given foreign principals
            controls = [] if _names_strangers(entry) else ANY_VALUE
            try:
                if change == ldb.CHANGETYPE_MODIFY:
                    database.modify(entry, controls)
                elif change == ldb.CHANGETYPE_DELETE:
                    database.delete(entry.dn)
                else:
                    database.add(entry, controls)
            except ldb.LdbError as error:
                raise SystemExit(f"{entry.dn}: {error}") from None
        database.transaction_commit()


def _names_strangers(entry: ldb.Message) -> bool:
    return any(value.startswith(b"<SID=") for value in entry.get("member", ()))


if __name__ == "__main__":
    main()
