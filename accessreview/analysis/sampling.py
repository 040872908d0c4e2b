"""Drawing the sample of accounts and entities that a vCenter is asked about.

A snapshot, a source and a size determine it: drawn again from the same snapshot it is the same, and
nobody can choose whom to leave out. ``docs/reference/agreement.md`` says how.
"""

from collections.abc import Mapping
from types import MappingProxyType

from accessreview.analysis.estate import Estate
from accessreview.analysis.lots import Lots
from accessreview.analysis.strata import Strata
from accessreview.analysis.vcenter_names import AccountNames, KnownNames, domains_of
from accessreview.model.agreement import SampledPair, Stratum
from accessreview.model.errors import NotFoundError

SHARES: Mapping[Stratum, int] = MappingProxyType(
    {
        Stratum.CORNER: 15,
        Stratum.OVERRIDE: 20,
        Stratum.POWERFUL: 10,
        Stratum.NESTED: 10,
        Stratum.TWO_PATHS: 10,
        Stratum.ONE_PATH: 5,
        Stratum.SHARED_LIST: 5,
        Stratum.DISABLED: 5,
    }
)
"""How many of a hundred pairs are drawn for each; whatever is left is drawn for anything."""

_ATTEMPTS = 6
"""How often each pair that is wanted is tried for, since many come twice or fit nobody."""


def draw_sample(
    estate: Estate, source: str, size: int, seed: str, names: AccountNames | None = None
) -> tuple[SampledPair, ...]:
    """At most ``size`` different pairs, by what they were drawn for and in the order of drawing.

    ``names`` are those of the estate, should they be known already.

    Raises:
        NotFoundError: the snapshot has no such vCenter.
    """
    vcenter = estate.vcenters.get(source)
    if vcenter is None:
        raise NotFoundError(f"No vCenter {source} is in this snapshot.")
    known = KnownNames(names or AccountNames(estate), estate, vcenter)
    strata = Strata(estate, vcenter, known.people)
    drawn: dict[tuple[int, int], Stratum] = {}
    for stratum in Stratum:
        missing = size - len(drawn)
        wanted = min(missing, size * SHARES.get(stratum, 100) // 100)
        until = len(drawn) + wanted
        for attempt in range(_ATTEMPTS * wanted):
            if len(drawn) == until:
                break
            found = strata.draw(stratum, Lots(f"{seed}/{stratum}/{attempt}"), attempt)
            if found is not None:
                drawn.setdefault(found, stratum)
    return tuple(
        SampledPair(
            estate.account_ref(account), known[account], vcenter.inventory.ids[entity], stratum
        )
        for (account, entity), stratum in drawn.items()
    )


def nobody(estate: Estate, source: str, seed: str) -> str:
    r"""The name of a user who cannot exist, in a domain that the vCenter knows if there is one.

    Whoever grants anything to it grants to everybody.
    """
    name = f"accessreview-nobody-{seed[:24]}"
    domains = domains_of(estate, source)
    return f"{domains[0]}\\{name}" if domains else name
