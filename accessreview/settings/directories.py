"""Directories: live ones, and what is said of one in files too."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from accessreview.model.attribute_names import AttributeNames
from accessreview.settings.base import Pattern, Pin, Port, Seconds, Source, Strict, WriteAccount


class Completeness(Strict):
    """When a reading of a directory is not believed to be whole (``snapshot/completeness.py``)."""

    drop_percent: Annotated[float, Field(ge=0, le=100)] = 10
    drop_least: Annotated[int, Field(ge=0)] = 10
    unresolved_percent: Annotated[float, Field(ge=0, le=100)] = 5
    canary_accounts: tuple[str, ...] = ()
    canary_groups: tuple[str, ...] = ()


class DirectoryNames(Source):
    """How a directory is understood (``collectors/directory/schema.py``)."""

    netbios_names: tuple[str, ...] = ()
    dns_names: tuple[str, ...] = ()
    user_filter: str = ""
    group_filter: str = ""
    attributes: AttributeNames = AttributeNames()
    identity_attributes: tuple[str, ...] = ("employeeID", "employeeNumber")
    admin_pattern: Pattern = ""
    service_pattern: Pattern = ""
    dangling_members: Literal["unknown", "deleted"] = "unknown"
    completeness: Completeness = Completeness()

    @field_validator("admin_pattern", "service_pattern")
    @classmethod
    def _is_a_pattern(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from error
        return pattern

    def _check_dangling_members(self, kind: str) -> None:
        if kind == "active-directory" and self.dangling_members == "deleted":
            raise ValueError(
                "dangling_members is not for Active Directory; a member that it names was not "
                "deleted, so leave it out"
            )


class Directory(DirectoryNames):
    """A live directory server; of kind ``ldap`` it says itself what it is."""

    kind: Literal["active-directory", "openldap", "389-ds", "freeipa", "vmdir", "ldap"]
    host: str
    fallback_hosts: tuple[str, ...] = ()
    port: Port | None = None
    security: Literal["ldaps", "starttls", "plain"] = "ldaps"
    ca_file: Path | None = None
    pin_sha256: Pin = ""
    sign_in: Literal["simple", "kerberos"] = "simple"
    bind_dn: str = ""
    password_file: Path | None = None
    bases: tuple[str, ...] = ()
    page_size: Annotated[int, Field(ge=1, le=10000)] = 500
    timeout_seconds: Seconds = 60
    deadline_seconds: Seconds = 1800
    remediation: WriteAccount | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Directory":
        self._check_dangling_members(self.kind)
        if self.sign_in == "simple" and not (self.bind_dn and self.password_file):
            raise ValueError("to sign in it needs bind_dn and password_file")
        return self
