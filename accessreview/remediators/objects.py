"""Finding an account or group again by what never changes of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from accessreview.ldap.filters import escaped
from accessreview.ldap.ids import id_attribute, object_id
from accessreview.ldap.port import Connection, Entry
from accessreview.ldap.settings import DirectoryKind

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of one directory, over a connection to it; ``unique_id`` as in the settings."""

    connection: Connection
    kind: DirectoryKind
    unique_id: str

    def find(self, locator: str, id_: str, attributes: Sequence[str]) -> Entry | None:
        """The object with that id, which may have another name by now; None if there is none.

        Only an object that says itself that it has the id is ever returned.
        """
        asked = (id_attribute(self.kind, self.unique_id), *attributes)
        name = self.name_by_id(id_)
        if name:
            return self._with_id(self.connection.entry(name, asked), id_)
        found = self.connection.entry(locator, asked) if locator else None
        return self._with_id(found, id_) or self._searched(id_, asked)

    def name_by_id(self, id_: str) -> str:
        """What stands for a name in an Active Directory, as ``<SID=…>``; empty elsewhere."""
        if self.kind is not DirectoryKind.ACTIVE_DIRECTORY:
            return ""
        attribute = id_attribute(self.kind, self.unique_id).lower()
        if id_.startswith("S-1-") and attribute == "objectsid":
            return f"<SID={id_}>"
        return f"<GUID={id_}>" if _GUID.fullmatch(id_) and attribute == "objectguid" else ""

    def _searched(self, id_: str, asked: Sequence[str]) -> Entry | None:
        filter_ = f"({id_attribute(self.kind, self.unique_id)}={escaped(id_)})"
        for base in self.connection.identity.bases:
            for entry in self.connection.pages(base, filter_, asked):
                if self._with_id(entry, id_):
                    return entry
        return None

    def _with_id(self, entry: Entry | None, id_: str) -> Entry | None:
        if entry is None or object_id(self.kind, entry.attributes, self.unique_id) != id_:
            return None
        return entry
