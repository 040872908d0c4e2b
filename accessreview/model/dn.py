"""Distinguished names as keys for joining: never for display, never to send back to a server.

Servers return a name as it was written, so two spellings of one name have to meet: RFC 4514
escapes, the quoted form of RFC 2253, hexadecimal pairs, multi-valued parts in any order, attribute
names by alias or number, case and runs of spaces.
"""

import re
import unicodedata
from functools import lru_cache

_ALIASES = {
    "2.5.4.3": "cn",
    "2.5.4.10": "o",
    "2.5.4.11": "ou",
    "0.9.2342.19200300.100.1.1": "uid",
    "0.9.2342.19200300.100.1.25": "dc",
    "commonname": "cn",
    "organizationname": "o",
    "organizationalunitname": "ou",
    "domaincomponent": "dc",
    "userid": "uid",
}
_SAFE = r'[^\\",+;<>=#\x00-\x20\x7f-\U0010ffff]'
_SIMPLE = re.compile(rf"[A-Za-z][A-Za-z0-9-]*={_SAFE}+(?: {_SAFE}+)*\Z")
"""Nearly all first parts: ASCII, nothing escaped, single spaces; only their case has to go."""
_HEX_PAIR = re.compile(r"\\([0-9A-Fa-f]{2})")
_SPECIAL = frozenset(',+"\\<>;=')
_UID_TAIL = re.compile(r"#'[01]*'B\Z")


def canonical(dn: str) -> str:
    """Return the key of a name: equal for all spellings of it; parts are separated by commas.

    Raises:
        ValueError: it is no distinguished name.
    """
    head, _, above = dn.partition(",")
    if above and _SIMPLE.match(head):
        key = head.lower()
        if not ("name=" in key or "component=" in key or "userid=" in key):
            return f"{key},{_of_parent(above)}"
    return _canonical(dn)


@lru_cache(maxsize=4096)  # many names have the same above them
def _of_parent(dn: str) -> str:
    return _canonical(dn)


def _canonical(dn: str) -> str:
    parts: list[str] = []
    values: list[str] = []
    at = 0
    while at < len(dn):
        value, at = _value(dn, at)
        values.append(value)
        if at < len(dn) and dn[at] == "+":
            at += 1
            continue
        parts.append("+".join(sorted(values)))
        values = []
        at += 1
    if values:
        raise ValueError("a part is missing at the end")
    return ",".join(parts)


def is_within(key: str, base: str) -> bool:
    """Whether a canonical name is that of ``base`` (canonical too; empty: of anything) or below."""
    return not base or key == base or key.endswith("," + base)


def ancestors(key: str) -> tuple[str, ...]:
    """Canonical names above a canonical name, nearest first."""
    parts = key.split(",")
    return tuple(",".join(parts[start:]) for start in range(1, len(parts)))


def dns_domain(dn: str) -> str:
    """Return what its ``dc`` parts spell: ``corp.example`` of ``ou=x,dc=corp,dc=example``."""
    parts = canonical(dn).split(",")
    return ".".join(part[3:] for part in parts if part.startswith("dc="))


def without_uid(value: str) -> str:
    """Cut the optional bit string off a value of ``uniqueMember`` (RFC 4517, 3.3.21)."""
    return _UID_TAIL.sub("", value)


def _value(dn: str, at: int) -> tuple[str, int]:
    """Read one ``type=value`` from ``at``; returns it canonical, and where it ended."""
    equals = dn.find("=", at)
    if equals < 0:
        raise ValueError("a part has no equals sign")
    name = dn[at:equals].strip().lower().removeprefix("oid.")
    if not name:
        raise ValueError("a part has no attribute")
    at = equals + 1
    while dn[at : at + 1] == " ":
        at += 1
    if dn[at : at + 1] == "#":
        end = at
        while end < len(dn) and dn[end] not in ",+;":
            end += 1
        text = dn[at:end].strip().lower()
    else:
        raw, end = _unescape(dn, at)
        text = _folded(raw)
    return f"{_ALIASES.get(name, name)}={text}", end


def _unescape(dn: str, at: int) -> tuple[bytes, int]:
    raw = bytearray()
    keep = 0  # how much of it ends in an escaped, and so significant, byte
    quoted = dn[at : at + 1] == '"'
    at += quoted
    while at < len(dn):
        char = dn[at]
        if char == "\\":
            if pair := _HEX_PAIR.match(dn, at):
                raw.append(int(pair[1], 16))
                at += 3
            elif at + 1 < len(dn):
                raw += dn[at + 1].encode("utf-8", "surrogateescape")
                at += 2
            else:
                raise ValueError("it ends in a backslash")
            keep = len(raw)
            continue
        if quoted and char == '"':
            quoted, keep = False, len(raw)
        elif not quoted and char in ",+;":
            break
        else:
            raw += char.encode("utf-8", "surrogateescape")
        at += 1
    while len(raw) > keep and raw.endswith(b" "):
        del raw[-1]
    return bytes(raw), at


def _folded(raw: bytes) -> str:
    text = unicodedata.normalize("NFKC", raw.decode("utf-8", "surrogateescape")).casefold()
    text = re.sub(" +", " ", text.strip(" "))
    return "".join(
        f"\\{ord(char):02x}"
        if char in _SPECIAL or char < " " or (char == "#" and position == 0)
        else char
        for position, char in enumerate(text)
    )
