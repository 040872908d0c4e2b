"""Items that somebody else answers than the reviewer first asked, who cannot any more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from accessreview.model.errors import ConflictError
from accessreview.model.review import ItemAction, ReviewItem, RoutingReason
from accessreview.review.decide import is_own_access
from accessreview.review.lifecycle import ITEM, advance


@dataclass(frozen=True, slots=True)
class Rerouted:
    """The items as they are now, and how many stay because they are the new reviewer's own."""

    items: tuple[ReviewItem, ...]
    own: int


def reroute(items: Sequence[ReviewItem], reviewer: str, name: str, reason: str) -> Rerouted:
    """Ask ``reviewer`` about those of one person's items that are not signed off.

    A decision that was not signed off goes with its reviewer: nobody answers for it any more. Items
    about the new reviewer's own access stay where they are.

    Raises:
        ConflictError: nothing is left that could go to them.
    """
    waiting = [item for item in items if (item.state, ItemAction.REROUTE) in ITEM]
    own = [item for item in waiting if is_own_access(item, reviewer)]
    if not waiting:
        raise ConflictError("Nothing waits for an answer of this reviewer any more.")
    if len(own) == len(waiting):
        raise ConflictError(f"All that waits is about access of {name}; choose somebody else.")
    return Rerouted(
        tuple(
            replace(
                item,
                state=advance(ITEM, item.state, ItemAction.REROUTE),
                decision=None,
                reviewer=reviewer,
                reviewer_name=name,
                routing=RoutingReason.REROUTED,
                routing_detail=f"in place of {item.reviewer_name}, because {reason}",
            )
            for item in waiting
            if not is_own_access(item, reviewer)
        ),
        len(own),
    )
