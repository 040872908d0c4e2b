"""What ``ldapsearch`` says of its own search: how it ended, how much came, what lies elsewhere.

Without ``-L`` it tells how the search ended, as lines of their own; with ``-L`` only in comments
that it did; with ``-LL`` and ``-LLL``, like ``ldifde`` and ``slapcat``, nothing.
"""

import re
from collections.abc import Iterable, Sequence

_SEARCH = re.compile(r"^# LDAPv3$", re.MULTILINE)
_COUNT = re.compile(r"^# numEntries: (\d+)$", re.MULTILINE)
_RESULT = re.compile(r"result: (\d+) ?(.*)", re.DOTALL)
_ELSEWHERE = re.compile(r"^# refldaps?://(.*)$|^ref: (.*)$", re.MULTILINE)
_NO_PEOPLE = re.compile(r"(CN=(Configuration|Schema)|DC=(Forest|Domain)DnsZones),", re.IGNORECASE)
"""Parts of every Active Directory that hold neither accounts nor groups of its users."""


def search_gaps(text: str, results: Sequence[str], entries: int) -> Iterable[str]:
    """Yield a sentence for each sign that the file does not hold everything.

    ``results`` are the lines about the end of searches; ``entries`` is how many the file holds.
    """
    ends = [match for line in results if (match := _RESULT.fullmatch(line))]
    is_search = _SEARCH.search(text) is not None  # once a page
    if is_search and not ends:
        yield (
            "The search that wrote the file does not say whether the server returned everything:"
            " run ldapsearch without -L."
        )
    for end in ends:
        if end[1] != "0":
            yield f"The search that wrote the file was ended by the server: {end[2] or end[1]}."
    counts = [int(match[1]) for match in _COUNT.finditer(text)]
    if is_search and not counts:
        yield "The file does not go on to the end of the search that wrote it."
    elif counts and sum(counts) != entries:
        yield f"The file holds {entries} entries where its search returned {sum(counts)}."
    for reference in _ELSEWHERE.finditer(text):
        place = reference[1] or reference[2]
        if not _NO_PEOPLE.search(place):
            yield f"A part of the directory lies on another server and was not read: {place}."
