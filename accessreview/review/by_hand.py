"""What only a person can end: memberships that no value of a group holds, global permissions."""

from collections.abc import Iterator

from accessreview.model.remediation import Change, MembershipRemoval, PermissionRemoval


def by_hand(change: Change) -> str:
    """Why a person has to do it and what, in sentences; empty if it can be done without one.

    One way of being a member that stays is enough: deleting the others would end nothing.
    """
    match change:
        case MembershipRemoval():
            return " ".join(_reasons(change))
        case PermissionRemoval():
            return "" if change.entity.id else _global(change)


def _global(change: PermissionRemoval) -> str:
    return (
        f"This is a global permission: remove {change.principal} under Administration, Access"
        " Control, Global Permissions. That ends it in every vCenter of the domain at once."
    )


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
