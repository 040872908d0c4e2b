"""Principals of permissions that do not name exactly one account or group."""

from accessreview.analysis.estate import Estate
from accessreview.model.finding import Ambiguity


def ambiguities(estate: Estate) -> tuple[Ambiguity, ...]:
    """Orphans, which match nobody, and names that several objects carry, which match them all.

    One each vCenter, principal and kind, sorted; the principal is spelled as it sorts first.
    """
    permissions, principals = estate.snapshot["permissions"], estate.principals
    tables = {kind: estate.snapshot[name] for kind, name in ((False, "accounts"), (True, "groups"))}
    found: dict[tuple[str, int], str] = {}
    for row, number in enumerate(principals.of_permission.tolist()):
        if len(principals.matches[number]) != 1:
            key = (permissions["source"][row], number)
            spelled = permissions["principal"][row]
            found[key] = min(found.get(key, spelled), spelled)
    return tuple(
        sorted(
            (
                Ambiguity(
                    vcenter=vcenter,
                    principal=spelled,
                    is_group=principals.is_group[number],
                    matches=tuple(
                        sorted(
                            (table["source"][match], table["id"][match])
                            for match in principals.matches[number]
                        )
                    ),
                )
                for (vcenter, number), spelled in found.items()
                for table in (tables[principals.is_group[number]],)
            ),
            key=lambda each: (each.vcenter, each.principal.casefold(), each.is_group),
        )
    )
