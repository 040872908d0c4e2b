"""The same removals as LDIF change records (RFC 2849) for a person to read and apply."""

import base64
from collections.abc import Iterable

from accessreview.model.remediation import MembershipRemoval

_HEAD = """\
# Removes group memberships that a review revoked.
# OpenLDAP:         ldapmodify -c -ZZ -H ldap://SERVER -D ACCOUNT -W -f THIS-FILE
# Active Directory: ldifde -i -k -f THIS-FILE
"""
_ALTERNATIVES = """\
# A directory keeps members in one of these ways. Answer 16 (no such attribute) to the others is
# expected, and -c lets the rest go on.
"""


def script(changes: Iterable[MembershipRemoval]) -> str:
    """Write change records, each deleting one value that names one member.

    Groups of Active Directory, known by their SID, keep names in ``member`` alone. Others may keep
    names or logins in one of three attributes; which is not recorded, so there is a record for
    each. A change without the names that it takes is a comment that says so.
    """
    return "\n".join([_HEAD, *(_records(change) for change in sorted(changes))])


def _records(change: MembershipRemoval) -> str:
    what = f"{change.member_login} out of {change.group_name}"
    is_active_directory = change.group.id.startswith("S-1-")
    values = [("member", change.member_locator)]
    if not is_active_directory:
        values += [("uniqueMember", change.member_locator), ("memberUid", change.member_login)]
    values = [(name, value) for name, value in values if value]
    if not change.group_locator or not values or change.member.source != change.group.source:
        return _comment(f"By hand: take {what}, for which no record can be written.")
    return "\n".join(
        [
            _comment(f"Take {what}.") + (_ALTERNATIVES if len(values) > 1 else ""),
            *(_record(change.group_locator, name, value) for name, value in values),
        ]
    )


def _record(dn: str, attribute: str, value: str) -> str:
    return f"{_line('dn', dn)}changetype: modify\ndelete: {attribute}\n{_line(attribute, value)}-\n"


def _line(name: str, value: str) -> str:
    """One attribute, in base64 unless it is a SAFE-STRING that does not end in a blank."""
    if all(" " <= char <= "~" for char in value) and value[:1] not in " :<" and value[-1:] != " ":
        return f"{name}: {value}\n"
    encoded = base64.b64encode(value.encode("utf-8", "surrogateescape")).decode("ascii")
    return f"{name}:: {encoded}\n"


def _comment(sentence: str) -> str:
    """Whatever a name holds, it stays on the line of the comment, in ASCII."""
    safe = "".join(
        char if " " <= char <= "~" else char.encode("unicode_escape", "backslashreplace").decode()
        for char in sentence
    )
    return f"# {safe}\n"
