"""Parents before children in a graph, without recursion; what is left over lies on a cycle."""

from collections.abc import Sequence


def parents_first(parents: Sequence[Sequence[int]]) -> tuple[list[int], list[int]]:
    """Order nodes so that all of a node's parents come before it.

    Returns the order, and the nodes that have none because a cycle is among their ancestors or
    through themselves.
    """
    children: list[list[int]] = [[] for _ in parents]
    waiting = [0] * len(parents)
    for node, above in enumerate(parents):
        distinct = set(above) if len(above) > 1 else above
        waiting[node] = len(distinct)
        for parent in distinct:
            children[parent].append(node)
    order = [node for node, count in enumerate(waiting) if not count]
    for node in order:  # grows while it is walked
        for child in children[node]:
            waiting[child] -= 1
            if not waiting[child]:
                order.append(child)
    return order, [node for node, count in enumerate(waiting) if count]
