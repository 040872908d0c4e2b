"""By which of its stored values a group names a member."""

from collections.abc import Mapping
from dataclasses import dataclass

from accessreview.ldap.ids import decoded, texts
from accessreview.ldap.port import Entry
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.attribute_names import AttributeNames
from accessreview.model.dn import canonical, without_uid

_LOGINS = "memberuid"
_NO_VALUES_OF_MEMBERS = frozenset({"memberurl", "ipaexternalmember"})
_BY_NAME: tuple[str, ...] = ("member",)
_EVERY_WAY = ("member", "uniqueMember", "roleOccupant", "memberUid")
_BY_SID = frozenset({DirectoryKind.ACTIVE_DIRECTORY, DirectoryKind.VMDIR})
"""Their groups may list logins in memberUid as well, which lets nobody in."""

Values = Mapping[str, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class Membership:
    """How a group of this kind and these names lists its members."""

    kind: DirectoryKind
    names: AttributeNames

    @property
    def attributes(self) -> tuple[str, ...]:
        """Those of a group whose values name one member each."""
        usual = _BY_NAME if self.kind in _BY_SID else _EVERY_WAY
        return tuple(
            name
            for name in self.names.members or usual
            if name.lower() not in _NO_VALUES_OF_MEMBERS
        )

    @property
    def login(self) -> str:
        """The attribute of an account that its login stands in."""
        return self.names.login or "uid"

    def stored(self, group: Entry, member: Entry) -> Values:
        """The values that name the member, exactly as stored, by attribute."""
        key, logins = key_of(member.dn), self.logins(member)
        found = {
            name: tuple(
                value
                for value in group.attributes.get(name.lower(), ())
                if (
                    decoded(value) in logins
                    if name.lower() == _LOGINS
                    else key and key_of(without_uid(decoded(value))) == key
                )
            )
            for name in self.attributes
        }
        return {name: values for name, values in found.items() if values}

    def count(self, group: Entry) -> int:
        return sum(len(group.attributes.get(name.lower(), ())) for name in self.attributes)

    def logins(self, member: Entry) -> tuple[str, ...]:
        return texts(member.attributes, (self.login.lower(),))

    def spelled_otherwise(self, group: Entry, member: Entry) -> str:
        """A login in the group that is the member's but for its case; empty if there is none."""
        logins = self.logins(member)
        folded = {login.casefold() for login in logins}
        values = texts(group.attributes, (_LOGINS,)) if self._lists_logins else ()
        return next(
            (one for one in values if one not in logins and one.casefold() in folded),
            "",
        )

    @property
    def _lists_logins(self) -> bool:
        return _LOGINS in {name.lower() for name in self.attributes}


def key_of(name: str) -> str:
    """What all spellings of a distinguished name have in common; empty for what is none."""
    try:
        return canonical(name)
    except ValueError:
        return ""
