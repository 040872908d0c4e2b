"""vCenter's own answer to what somebody may do where (``FetchUserPrivilegeOnEntities``).

It takes no more than ``System.View`` on the entities. Which fault follows when it does not know the
user is not documented, so any fault about one question leaves that question without an answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from pyVmomi import vim, vmodl

from accessreview.collectors.vcenter.read import raw_permissions
from accessreview.collectors.vcenter.retrieve import (
    FilterSpec,
    ObjectSpec,
    PropertySpec,
    read_pages,
)
from accessreview.model.agreement import Answer, VcenterState
from accessreview.model.errors import CollectionError
from accessreview.snapshot.gaps import Gaps
from accessreview.vsphere.faults import reason
from accessreview.vsphere.reference import entity, entity_type, id_of
from accessreview.vsphere.session import Session, open_session
from accessreview.vsphere.settings import VCenterSettings

_LONGEST = 600
"""Seconds that asking may take, whatever the whole collection may."""
_AT_ONCE = 100
_GONE = "It is not there any more."
_ENDED = (vim.fault.NotAuthenticated, vmodl.fault.NotSupported, vmodl.fault.MethodNotFound)
"""Faults that are about all questions, not about one."""

Entities = Sequence[tuple[str, str]]
"""Each by its type and id."""


@dataclass(frozen=True, slots=True)
class VCenterOracle:
    """One live vCenter, asked with the account that reads it."""

    settings: VCenterSettings

    @contextmanager
    def opened(self) -> Iterator["OracleVisit"]:
        seconds = min(self.settings.deadline_seconds, _LONGEST)
        bounded = replace(self.settings, deadline_seconds=seconds)
        with open_session(bounded, CollectionError) as session:
            yield OracleVisit(session)


@dataclass(frozen=True, slots=True)
class OracleVisit:
    """Questions within one session."""

    session: Session

    def privileges(self, principal: str, entities: Entities) -> Mapping[str, Answer]:
        found: dict[str, Answer] = {}
        for start in range(0, len(entities), _AT_ONCE):
            with self.session.step(f"asking what {principal} may do"):
                found |= self._asked(principal, entities[start : start + _AT_ONCE])
        return found

    def _asked(self, principal: str, entities: Entities) -> Mapping[str, Answer]:
        """All at once; each by itself if something is wrong with one of them."""
        references = [_reference(self.session, *each) for each in entities]
        try:
            results = self.session.authorization.FetchUserPrivilegeOnEntities(references, principal)
        except _ENDED:
            raise
        except vmodl.MethodFault as fault:
            if len(entities) > 1:
                alone = (self._asked(principal, (each,)) for each in entities)
                return {ident: answer for each in alone for ident, answer in each.items()}
            return {entities[0][1]: Answer(None, self._why(fault))}
        said = {
            id_of(result.entity): Answer(tuple(sorted(set(result.privileges))))
            for result in results
        }
        nothing = Answer(None, "vCenter left it out of its answer.")
        return {ident: said.get(ident, nothing) for _, ident in entities}

    def _why(self, fault: vmodl.MethodFault) -> str:
        if isinstance(fault, vmodl.fault.ManagedObjectNotFound):
            return _GONE
        return f"vCenter gave no answer: {reason(fault, self.session.settings)}."

    def state(self, entities: Entities) -> VcenterState:
        authorization = self.session.authorization
        with self.session.step("reading roles and permissions again"):
            roles = {str(role.roleId): frozenset(role.privilege) for role in authorization.roleList}
            permissions = raw_permissions(authorization.RetrieveAllPermissions(), Gaps())
            rows = tuple(
                (
                    each.entity,
                    each.principal,
                    "true" if each.is_group else "false",
                    str(each.role),
                    "true" if each.propagate else "false",
                )
                for each in permissions
            )
        parents: dict[str, frozenset[str]] = {}
        for start in range(0, len(entities), _AT_ONCE):
            with self.session.step("reading again where entities lie"):
                parents |= self._parents(entities[start : start + _AT_ONCE])
        return VcenterState(rows, roles, parents)

    def _parents(self, entities: Entities) -> Mapping[str, frozenset[str]]:
        spec = FilterSpec(
            objectSet=[
                ObjectSpec(obj=_reference(self.session, *each), skip=False) for each in entities
            ],
            propSet=[
                PropertySpec(type=kind, all=False, pathSet=list(paths))
                for kind, paths in _UPWARDS.items()
            ],
        )
        try:
            found = list(read_pages(self.session.content.propertyCollector, spec))
        except vmodl.fault.ManagedObjectNotFound:
            alone = (self._parents((each,)) for each in entities if len(entities) > 1)
            return {ident: above for each in alone for ident, above in each.items()}
        return {
            id_of(each.reference): frozenset(
                id_of(above)
                for above in each.values.values()
                if isinstance(above, vim.ManagedEntity)
            )
            for each in found
        }


_UPWARDS: Mapping[type[vim.ManagedEntity], tuple[str, ...]] = {
    vim.ManagedEntity: ("parent",),
    vim.VirtualMachine: ("resourcePool", "parentVApp"),
    vim.VirtualApp: ("parentFolder",),
}


def _reference(session: Session, kind: str, entity_id: str) -> vim.ManagedEntity:
    return entity(session, entity_type(kind) or vim.ManagedEntity, entity_id)
