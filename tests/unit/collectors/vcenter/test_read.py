"""What the reader makes of answers, page by page; the simulator itself never pages or refuses.

It ignores ``maxObjects`` and gives every session every property, so a small collector of our own
stands in for it here.
"""

from dataclasses import dataclass, field

import pytest
from pyVmomi import vim, vmodl
from typing_extensions import override

from accessreview.collectors.vcenter.raw import RawEntity
from accessreview.collectors.vcenter.read import raw_entity, raw_permissions
from accessreview.collectors.vcenter.retrieve import (
    FilterSpec,
    ReadEntity,
    RetrieveOptions,
    RetrieveResult,
    read_pages,
)
from accessreview.snapshot.gaps import Gaps
from accessreview.vsphere.faults import NoVCenterError

ObjectContent = vmodl.query.PropertyCollector.ObjectContent
MissingProperty = vmodl.query.PropertyCollector.MissingProperty
DynamicProperty = vmodl.DynamicProperty


def _machine(number: int) -> vim.VirtualMachine:
    return vim.VirtualMachine(f"vm-{number}")


@dataclass
class PagedCollector:
    """Serves pages of two in order; a token is good for one use, as the API says."""

    machines: int
    lost_at: str = ""
    asked: list[str] = field(default_factory=list)

    def RetrievePropertiesEx(  # noqa: N802
        self,
        specSet: list[FilterSpec],  # noqa: N803, ARG002
        options: RetrieveOptions,
    ) -> RetrieveResult | None:
        assert options.maxObjects == 1000
        return self._page(0)

    def ContinueRetrievePropertiesEx(self, token: str) -> RetrieveResult | None:  # noqa: N802
        assert token not in self.asked
        self.asked.append(token)
        return None if token == self.lost_at else self._page(int(token))

    def _page(self, start: int) -> RetrieveResult:
        end = min(start + 2, self.machines)
        return RetrieveResult(
            token=str(end) if end < self.machines else None,
            objects=[
                ObjectContent(
                    obj=_machine(number), propSet=[DynamicProperty(name="name", val=f"m{number}")]
                )
                for number in range(start, end)
            ],
        )


@pytest.mark.parametrize("machines", [1, 2, 3, 7])
def test_every_page_is_read_up_to_the_one_without_a_token(machines: int) -> None:
    found = list(read_pages(PagedCollector(machines), FilterSpec()))

    assert [one.values["name"] for one in found] == [f"m{number}" for number in range(machines)]


@pytest.mark.parametrize("lost", ["2", "4"])
def test_a_page_that_does_not_come_is_never_a_complete_reading(lost: str) -> None:
    with pytest.raises(NoVCenterError):
        list(read_pages(PagedCollector(5, lost_at=lost), FilterSpec()))


def test_pages_that_bring_nothing_new_do_not_go_on_for_ever() -> None:
    class Endless(PagedCollector):
        @override
        def _page(self, start: int) -> RetrieveResult:
            page = super()._page(0)
            page.token = str(len(self.asked))
            return page

    endless = Endless(2)

    with pytest.raises(NoVCenterError, match="do not end"):
        list(read_pages(endless, FilterSpec()))
    assert len(endless.asked) < 10


def test_refused_properties_come_with_the_name_of_their_fault() -> None:
    class Refusing(PagedCollector):
        @override
        def _page(self, start: int) -> RetrieveResult:
            refused = MissingProperty(path="parent", fault=vim.fault.NoPermission())
            return RetrieveResult(
                objects=[ObjectContent(obj=_machine(start), missingSet=[refused])]
            )

    (found,) = read_pages(Refusing(1), FilterSpec())

    assert found.refused == {"parent": "NoPermission"}


def test_a_refused_property_is_a_gap() -> None:
    gaps = Gaps()
    for number in (7, 8):
        raw_entity(ReadEntity(vim.Folder(f"group-{number}"), {"name": "a"}, {"parent": "F"}), gaps)

    assert gaps.sentences() == (
        "A property could not be read (parent, F): a (group-7); a (group-8).",
    )


def test_an_entity_without_a_name_is_named_by_its_id_and_said() -> None:
    gaps = Gaps()

    entity = raw_entity(ReadEntity(vim.Folder("group-7"), {}, {}), gaps)

    assert entity.name == "group-7"
    assert gaps.sentences() == ("A property was not reported (name): group-7.",)


def test_a_machine_whose_pool_is_hidden_is_a_gap_and_a_template_is_not() -> None:
    gaps = Gaps()
    for number, is_template in ((1, False), (2, True)):
        raw_entity(
            ReadEntity(_machine(number), {"name": "m", "summary.config.template": is_template}, {}),
            gaps,
        )

    assert gaps.sentences() == ("The resource pool of a virtual machine was not shown: m (vm-1).",)


def test_all_references_of_a_machine_are_kept() -> None:
    secondary = vim.vm.FaultToleranceSecondaryConfigInfo(
        role=2, instanceUuids=["a"], configPaths=["a"], primaryVM=_machine(1)
    )
    values = {
        "name": "web%2fdb",
        "parent": vim.Folder("group-v3"),
        "resourcePool": vim.ResourcePool("resgroup-9"),
        "parentVApp": vim.VirtualApp("resgroup-v4"),
        "runtime.host": vim.HostSystem("host-5"),
        "datastore": [vim.Datastore("datastore-6")],
        "network": [vim.Network("network-7"), vim.dvs.DistributedVirtualPortgroup("dvportgroup-8")],
        "summary.config.template": False,
        "config.ftInfo": secondary,
    }
    gaps = Gaps()

    assert raw_entity(ReadEntity(_machine(2), values, {}), gaps) == RawEntity(
        type="VirtualMachine",
        id="vm-2",
        name="web/db",
        parent="group-v3",
        resource_pool="resgroup-9",
        parent_vapp="resgroup-v4",
        ft_primary="vm-1",
        host="host-5",
        datastores=("datastore-6",),
        networks=("network-7", "dvportgroup-8"),
    )
    assert gaps.sentences() == ()


def test_a_primary_names_the_secondaries_that_share_its_list() -> None:
    primary = vim.vm.FaultTolerancePrimaryConfigInfo(
        role=1, instanceUuids=["a", "b"], configPaths=["a"], secondaries=[_machine(2)]
    )

    found = raw_entity(ReadEntity(_machine(1), {"name": "m", "config.ftInfo": primary}, {}), Gaps())

    assert found.acl_children == ("vm-2",)
    assert found.ft_primary == ""


def test_a_secondary_that_does_not_tell_its_primary_is_a_gap() -> None:
    pair = vim.vm.FaultToleranceConfigInfo(role=2, instanceUuids=["a"], configPaths=["a"])
    values = {"name": "m", "config.ftInfo": pair, "resourcePool": vim.ResourcePool("resgroup-9")}
    gaps = Gaps()

    raw_entity(ReadEntity(_machine(2), values, {}), gaps)

    assert gaps.sentences() == ("The primary of a fault-tolerance secondary was not told: vm-2.",)


@pytest.mark.parametrize(
    ("reference", "path", "held"),
    [
        (vim.Folder("group-v1"), "childEntity", vim.VirtualMachine("vm-2")),
        (vim.ClusterComputeResource("domain-c1"), "host", vim.HostSystem("host-2")),
        (vim.ComputeResource("domain-s1"), "host", vim.HostSystem("host-2")),
    ],
    ids=["folder", "cluster", "host"],
)
def test_what_a_container_says_to_hold_is_kept(
    reference: vim.ManagedEntity, path: str, held: vim.ManagedEntity
) -> None:
    found = raw_entity(ReadEntity(reference, {"name": "a", path: [held]}, {}), Gaps())

    assert found.children == (held._moId,)  # noqa: SLF001 - pyVmomi has no other name for it


def test_what_was_refused_is_kept_with_its_entity() -> None:
    found = raw_entity(ReadEntity(vim.Folder("group-1"), {}, {"parent": "NoPermission"}), Gaps())

    assert found.refused == ("parent",)


@pytest.mark.parametrize(
    ("reference", "values", "children"),
    [
        (
            vim.Datacenter("datacenter-1"),
            {
                "vmFolder": vim.Folder("group-v2"),
                "hostFolder": vim.Folder("group-h3"),
                "datastoreFolder": vim.Folder("group-s4"),
                "networkFolder": vim.Folder("group-n5"),
            },
            ("group-v2", "group-h3", "group-s4", "group-n5"),
        ),
        (
            vim.ClusterComputeResource("domain-c6"),
            {"resourcePool": vim.ResourcePool("resgroup-7")},
            ("resgroup-7",),
        ),
    ],
    ids=["datacenter", "cluster"],
)
def test_entities_that_share_a_list_are_named_by_its_owner(
    reference: vim.ManagedEntity, values: dict[str, object], children: tuple[str, ...]
) -> None:
    entity = raw_entity(ReadEntity(reference, {"name": "a", **values}, {}), Gaps())

    assert entity.acl_children == children
    assert entity.resource_pool == ""


def test_a_permission_without_its_entity_is_never_taken_for_a_global_one() -> None:
    gaps = Gaps()
    entry = vim.AuthorizationManager.Permission(
        principal=r"CORP\ann", group=False, roleId=-1, propagate=True
    )

    assert list(raw_permissions([entry], gaps)) == []
    assert gaps.sentences() == (r"A permission was reported without its entity: CORP\ann.",)
