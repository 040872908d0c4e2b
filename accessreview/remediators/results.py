"""What the answer to the removal of a member means, by the product that gives it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from accessreview.ldap.reasons import result_words
from accessreview.ldap.settings import DirectoryKind


class Result(StrEnum):
    """The value ends a sentence that begins with the server's name."""

    REMOVED = "it was done"
    NO_MEMBER = "it was no member any more, so somebody else took it out in between"
    LAST_MEMBER = (
        "it is the last member, and a group of this class may not be empty; put a placeholder in"
        " it, or delete the group"
    )
    NO_RIGHT = "the account used here lacks the right to write the members of this group"
    NO_RIGHT_OR_GROUP = (
        "the account used here lacks the right to write the members of this group, or the group is"
        " gone, which this server does not tell apart"
    )
    NO_GROUP = "the group is gone, or the account used here may not see it"
    ELSEWHERE = (
        "the group lies on another server, which is not asked; name that one as a source of its own"
    )
    UNWILLING = "the server is unwilling"


_EVERYWHERE = {
    0: Result.REMOVED,
    10: Result.ELSEWHERE,
    32: Result.NO_GROUP,
    50: Result.NO_RIGHT,
    53: Result.UNWILLING,
}
_STANDARD = MappingProxyType(_EVERYWHERE | {16: Result.NO_MEMBER, 65: Result.LAST_MEMBER})
_DS389 = MappingProxyType(_STANDARD | {50: Result.NO_RIGHT_OR_GROUP})
RESULTS: Mapping[DirectoryKind, Mapping[int, Result]] = MappingProxyType(
    {
        # Asked to take out somebody who is not in it, it is as unwilling as about anything else.
        DirectoryKind.ACTIVE_DIRECTORY: MappingProxyType(_EVERYWHERE | {53: Result.NO_MEMBER}),
        DirectoryKind.OPENLDAP: _STANDARD,
        DirectoryKind.DS389: _DS389,
        DirectoryKind.FREEIPA: _DS389,
        DirectoryKind.VMDIR: _STANDARD,
        DirectoryKind.LDAP: _STANDARD,
    }
)
"""By kind of directory and result code. 389 Directory Server lets its own groups be empty."""


def said(kind: DirectoryKind, code: int, *, is_there: bool) -> str:
    """The answer in words; ``is_there`` is what a look at the group said afterwards.

    A server may say that somebody is no member of a group that still names them: then it was
    unwilling.
    """
    result = RESULTS[kind].get(code)
    if result is Result.NO_MEMBER and is_there:
        result = Result.UNWILLING
    return f"{result.value} (code {code})" if result else result_words(code)
