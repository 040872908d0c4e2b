"""What the comments of ``ldapsearch`` say of its own search: how it ended, what lies elsewhere."""

import re
from collections.abc import Iterable

_STARTED = re.compile(r"^# (extended LDIF|LDAPv3)$", re.MULTILINE)
_ENDED = re.compile(r"^# result: (\d+)(?: (.*))?$", re.MULTILINE)
_ELSEWHERE = re.compile(r"^# refldaps?://(.*)$|^ref: (.*)$", re.MULTILINE)
_NO_PEOPLE = re.compile(r"(CN=(Configuration|Schema)|DC=(Forest|Domain)DnsZones),", re.IGNORECASE)
"""Parts of every Active Directory that hold neither accounts nor groups of its users."""


def comment_gaps(text: str) -> Iterable[str]:
    """Yield a sentence for each sign that the search did not return everything.

    ``slapcat``, ``ldifde`` and ``ldapsearch -LLL`` write no such comments, and no sign is none.
    """
    ends = list(_ENDED.finditer(text))
    if _STARTED.search(text) and not ends:
        yield "The search that wrote the file does not say how it ended, so it may be cut off."
    for end in ends:
        if end[1] != "0":
            yield f"The search that wrote the file ended with {end[1]} ({end[2] or 'no reason'})."
    for reference in _ELSEWHERE.finditer(text):
        place = reference[1] or reference[2]
        if not _NO_PEOPLE.search(place):
            yield f"A part of the directory lies on another server and was not read: {place}."
