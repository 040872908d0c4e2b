"""Live vCenters."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from accessreview.settings.base import (
    Account,
    SourceId,
    Strict,
    VSphere,
    WriteAccount,
)

SampleSize = Annotated[int, Field(ge=0, le=2_000)]


class VCenterWriteAccount(WriteAccount):
    """``untouchable`` are principals whose permissions it leaves alone, whatever was decided."""

    untouchable: tuple[str, ...] = ()


class IdentitySource(Strict):
    """How a vCenter resolves the groups of one directory (``analysis/counting.py``).

    ``directory`` is the id of that directory's source. Empty bases are the whole directory.
    """

    _FITTING: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "ad-over-ldap": ("user_base", "group_base", "whole_domain", "direct_groups_only"),
        "integrated": ("foreign_groups",),
        "openldap": ("user_base", "group_base"),
        "federated": (),
    }

    directory: SourceId
    kind: Literal["ad-over-ldap", "integrated", "openldap", "federated"]
    user_base: str = ""
    group_base: str = ""
    whole_domain: bool = False
    direct_groups_only: bool = False
    foreign_groups: bool = False

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "IdentitySource":
        fitting = {"directory", "kind", *self._FITTING[self.kind]}
        for name in sorted(type(self).model_fields.keys() - fitting):
            if getattr(self, name):
                raise ValueError(f"{name} means nothing for the kind {self.kind}; leave it out")
        return self


class Shrinking(Strict):
    """When a reading of a vCenter is not believed to be whole (``snapshot/shrinking.py``)."""

    drop_percent: Annotated[float, Field(ge=0, le=100)] = 10
    drop_least: Annotated[int, Field(ge=0)] = 10


class VCenter(VSphere):
    """A live vCenter.

    ``global_permissions`` is the account that reads those; ``hosts`` says whether its hosts are
    asked whom they let in themselves.
    """

    kind: Literal["vcenter"]
    hosts: bool = True
    privilege_recorder: bool = False
    agreement_sample: SampleSize = 200
    completeness: Shrinking = Shrinking()
    identity_source: tuple[IdentitySource, ...] = ()
    global_permissions: Account | None = None
    remediation: VCenterWriteAccount | None = None
