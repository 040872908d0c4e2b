"""Memberships that no value of a group holds, so that only a person can end them."""

from collections.abc import Iterator

from accessreview.model.remediation import MembershipRemoval


def by_hand(change: MembershipRemoval) -> str:
    """Why a person has to do it and what, in sentences; empty if a value can be deleted.

    One way of being a member that stays is enough: deleting the others would end nothing.
    """
    return " ".join(_reasons(change))


def _reasons(change: MembershipRemoval) -> Iterator[str]:
    login, group = change.member_login, change.group_name
    for way in change.ways:
        match way.lower():
            case "primarygroupid":
                yield f"{group} is the primary group of {login}: give the account another one."
            case "gidnumber":
                yield (
                    f"{login} is in {group} because both have the same gidNumber: give the account"
                    " another one."
                )
            case "memberurl":
                yield (
                    f"{group} is a dynamic group and finds {login} by its search: change the"
                    " search in memberURL, or what it finds the account by."
                )
            case "nsrole":
                yield (
                    f"{group} is a role: take it out of nsRoleDN of {login}, or, if the server"
                    " computes it, change what it finds the account by."
                )
            case "foreign":
                yield (
                    f"{login} is of another domain ({change.member.source}), and {group} knows it"
                    f" by {change.member.id}: take out the value that names this id."
                )
            case "other-source":
                yield (
                    f"{login} lies in another directory ({change.member.source}): take out the"
                    f" value of {group} that names {change.member_locator or change.member.id}."
                )
            case _:  # a value of the group, which can be deleted
                pass
