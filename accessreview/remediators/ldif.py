"""The same removals as LDIF change records (RFC 2849) for a person to read and apply."""

import base64
from collections.abc import Iterable, Iterator

from accessreview.model.remediation import MembershipRemoval
from accessreview.review.by_hand import by_hand

_HEAD = """\
# Removes group memberships that a review revoked. Put SERVER and ACCOUNT in.
# Active Directory, on Windows:  ldifde -i -k -f THIS-FILE
# OpenLDAP, 389 Directory Server, FreeIPA, vCenter's own directory, and Active Directory elsewhere:
#   ldapmodify -c -x -H ldaps://SERVER -D ACCOUNT -W -f THIS-FILE
# Each record names the member that goes; to put one back, say "add" where it says "delete".
"""
_ALTERNATIVES = """\
# A directory keeps members in one of these ways. Answer 16 (no such attribute) to the others is
# expected, and -c lets the rest go on.
"""
_EVERY_WAY = ("member", "uniqueMember", "memberUid")
_LOGINS = "memberuid"


def script(changes: Iterable[MembershipRemoval]) -> str:
    """Write change records, each deleting one value that names one member.

    Groups that are known by their SID keep names in ``member`` alone. Of others it is recorded when
    a member is one by another attribute; where nothing is recorded there is a record for each of
    the usual three. What no record can end is a comment that says why and what to do.
    """
    return "\n".join([_HEAD, *(_records(change) for change in sorted(changes))])


def _records(change: MembershipRemoval) -> str:
    what = f"{change.member_login} out of {change.group_name}"
    values = [(name, value) for name, value in _values(change) if value]
    if why := by_hand(change):
        return _comment(f"By hand: take {what}. {why}")
    if not change.group_locator or not values or change.member.source != change.group.source:
        return _comment(f"By hand: take {what}, for which no record can be written.")
    return "\n".join(
        [
            _comment(f"Take {what}.") + (_ALTERNATIVES if len(values) > 1 else ""),
            *(_record(change.group_locator, name, value) for name, value in values),
        ]
    )


def _values(change: MembershipRemoval) -> Iterator[tuple[str, str]]:
    if change.group.id.startswith("S-1-"):
        names: tuple[str, ...] = ("member",)
    elif change.ways:
        names = tuple(dict.fromkeys(("member", *change.ways)))
    else:
        names = _EVERY_WAY
    for name in names:
        yield name, change.member_login if name.lower() == _LOGINS else change.member_locator


def _record(dn: str, attribute: str, value: str) -> str:
    return f"{line('dn', dn)}changetype: modify\ndelete: {attribute}\n{line(attribute, value)}-\n"


def line(name: str, value: str | bytes) -> str:
    """One attribute, in base64 unless it is a SAFE-STRING that does not end in a blank."""
    raw = value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")
    is_safe = all(0x20 <= one <= 0x7E for one in raw)  # noqa: PLR2004 - blank and tilde
    if is_safe and raw[:1] not in {b" ", b":", b"<"} and raw[-1:] != b" ":
        return f"{name}: {raw.decode('ascii')}\n"
    return f"{name}:: {base64.b64encode(raw).decode('ascii')}\n"


def _comment(sentence: str) -> str:
    """Whatever a name holds, it stays on the line of the comment, in ASCII."""
    safe = "".join(
        char if " " <= char <= "~" else char.encode("unicode_escape", "backslashreplace").decode()
        for char in sentence
    )
    return f"# {safe}\n"
