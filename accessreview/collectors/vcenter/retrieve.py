"""Reading properties of the whole inventory in pages; no page is taken for the last but the last.

A view of everything below the root folder is made for it and destroyed after. The root itself is
not in its own view, so it is asked for by name.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from pyVmomi import vim, vmodl

from accessreview.vsphere.faults import NoVCenterError
from accessreview.vsphere.reference import id_of
from accessreview.vsphere.session import Session

PAGE_SIZE = 1000

_MOST = 1_000_000
"""No vCenter may hold so many entities by far; one that shows them would fill all memory."""

_IDLE_PAGES = 3
"""So many pages in a row that bring nothing new are no way to an end."""

FilterSpec = vmodl.query.PropertyCollector.FilterSpec
ObjectSpec = vmodl.query.PropertyCollector.ObjectSpec
PropertySpec = vmodl.query.PropertyCollector.PropertySpec
RetrieveOptions = vmodl.query.PropertyCollector.RetrieveOptions
RetrieveResult = vmodl.query.PropertyCollector.RetrieveResult
TraversalSpec = vmodl.query.PropertyCollector.TraversalSpec


@dataclass(frozen=True, slots=True)
class ReadEntity:
    """One entity as answered: values by property path, and the fault's name of each refused one."""

    reference: vim.ManagedEntity
    values: Mapping[str, object]
    refused: Mapping[str, str]


class Pages(Protocol):
    """What is used of a property collector, under pyVmomi's names."""

    def RetrievePropertiesEx(  # noqa: N802
        self,
        specSet: list[FilterSpec],  # noqa: N803
        options: RetrieveOptions,
    ) -> RetrieveResult | None: ...

    def ContinueRetrievePropertiesEx(self, token: str) -> RetrieveResult | None: ...  # noqa: N802


def retrieve(
    session: Session,
    properties: Mapping[type[vim.ManagedEntity], tuple[str, ...]],
) -> tuple[ReadEntity, ...]:
    """Read ``properties`` of the root folder and of everything visible below it."""
    root = session.content.rootFolder
    view = session.views.CreateContainerView(root, [vim.ManagedEntity], True)  # noqa: FBT003
    try:
        into = TraversalSpec(name="view", type=vim.view.ContainerView, path="view", skip=False)
        spec = FilterSpec(
            objectSet=[
                ObjectSpec(obj=root, skip=False),
                ObjectSpec(obj=view, skip=True, selectSet=[into]),
            ],
            propSet=[
                PropertySpec(type=kind, all=False, pathSet=list(paths))
                for kind, paths in properties.items()
            ],
        )
        return tuple(read_pages(session.content.propertyCollector, spec))
    finally:
        # Logging out destroys it as well.
        with suppress(Exception):
            view.DestroyView()


def read_pages(collector: Pages, spec: FilterSpec) -> Iterator[ReadEntity]:
    """Yield what every page holds, up to the one without a token.

    A server may page even where it is not asked to.

    Raises:
        NoVCenterError: a page did not come, or they do not come to an end.
    """
    page = collector.RetrievePropertiesEx([spec], RetrieveOptions(maxObjects=PAGE_SIZE))
    seen: set[str] = set()
    idle = 0
    while True:
        if page is None:
            raise NoVCenterError("no inventory came, not even its root")
        before = len(seen)
        for found in page.objects:
            seen.add(id_of(found.obj))
            yield ReadEntity(
                found.obj,
                {one.name: one.val for one in found.propSet},
                {one.path: _name(one.fault) for one in found.missingSet},
            )
        if not page.token:
            return
        idle = 0 if len(seen) > before else idle + 1
        if idle == _IDLE_PAGES or len(seen) > _MOST:
            raise NoVCenterError(f"the pages of the inventory do not end ({len(seen)} entities)")
        page = collector.ContinueRetrievePropertiesEx(page.token)


def _name(fault: vmodl.MethodFault) -> str:
    return type(fault).__name__.rpartition(".")[2]
