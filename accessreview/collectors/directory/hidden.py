"""Groups that show no members, while others say that they are in them."""

from collections.abc import Sequence

from accessreview.collectors.directory.objects import key_of
from accessreview.ldap.filters import escaped
from accessreview.ldap.ids import texts
from accessreview.ldap.port import Connection

_AT_ONCE = 50
_MEMBER_OF = "memberOf"


def groups_with_hidden_members(
    connection: Connection, bases: Sequence[str], empty: Sequence[str]
) -> tuple[str, ...]:
    """Those of the groups that show no members in which somebody says to be.

    An account may be let read a group and not its attribute ``member``; what the members say
    (``memberOf``) is shown by rules of their own. Not for directories where that may be stale.

    Raises:
        CollectionError: a search failed.
    """
    found: dict[str, None] = {}
    for start in range(0, len(empty), _AT_ONCE):
        some = {key_of(name): name for name in empty[start : start + _AT_ONCE]}
        tests = "".join(f"({_MEMBER_OF}={escaped(name)})" for name in some.values())
        for base in bases:
            for entry in connection.pages(base, f"(|{tests})", (_MEMBER_OF,)):
                keys = map(key_of, texts(entry.attributes, (_MEMBER_OF.lower(),)))
                found.update((some[key], None) for key in keys if key in some)
    return tuple(found)
