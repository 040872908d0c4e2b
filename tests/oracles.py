"""A vCenter of the small company that answers by the naive reference, or by a misreading of it.

Only for what is done with answers: those over the wire come from the lab.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from accessreview.model.agreement import Answer, VcenterState
from accessreview.model.errors import CollectionError
from tests.company import Company
from tests.reference import Reference


@dataclass
class CompanyOracle:
    """``answering`` reads the rules; ``down`` makes it fail, ``to_everybody`` makes it grant."""

    company: Company
    answering: type[Reference] = Reference
    down: str = ""
    to_everybody: tuple[str, ...] = ()

    @contextmanager
    def opened(self) -> Iterator["CompanyOracle"]:
        if self.down:
            raise CollectionError(self.down)
        yield self

    def privileges(
        self, principal: str, entities: Sequence[tuple[str, str]]
    ) -> Mapping[str, Answer]:
        reference = self.answering(self.company.snapshot())
        named = {
            (row[0], row[1])
            for row in self.company.rows["principal_names"]
            if row[2].casefold() == principal.casefold()
        }
        return {
            entity: Answer(
                tuple(sorted(reference.together(named, ("vc", entity)).union(self.to_everybody)))
            )
            for _, entity in entities
        }

    def state(self, entities: Sequence[tuple[str, str]]) -> VcenterState:
        rows, wanted = self.company.rows, {entity for _, entity in entities}
        return VcenterState(
            permissions=tuple(row[1:] for row in rows["permissions"]),
            privileges={
                role[1]: frozenset(row[2] for row in rows["role_privileges"] if row[1] == role[1])
                for role in rows["roles"]
            },
            parents={row[1]: frozenset(row[4:6]) for row in rows["entities"] if row[1] in wanted},
        )
