"""Configuration: one TOML file, read once, strictly.

Secrets are named by file, never written into it; paths are relative to the configuration file's
folder, those that stand here as defaults too.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from accessreview.model.attribute_names import AttributeNames
from accessreview.model.errors import ConfigurationError

SourceId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(gt=0, le=86400)]
Pin = Annotated[str, Field(pattern=r"^(([0-9A-Fa-f]{2}:?){32})?$")]
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Pattern = Annotated[str, Field(max_length=200)]


_NO_SUCH = "there is no such setting; docs/reference/settings.md lists all"
_WORDS = {
    "extra_forbidden": _NO_SUCH,
    "unexpected_keyword_argument": _NO_SUCH,
    "missing": "this setting is missing",
    "union_tag_not_found": "it needs a kind, such as vcenter or active-directory",
}
"""What to say of a fault, by pydantic's type of it; of any other in pydantic's words."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Source(_Strict):
    """What every source has; ``name`` is what people call it."""

    id: SourceId
    name: str = ""

    @property
    def label(self) -> str:
        return self.name or self.id


class Completeness(_Strict):
    """When a reading of a directory is not believed to be whole (``snapshot/completeness.py``)."""

    drop_percent: Annotated[float, Field(ge=0, le=100)] = 10
    drop_least: Annotated[int, Field(ge=0)] = 10
    unresolved_percent: Annotated[float, Field(ge=0, le=100)] = 5
    canary_accounts: tuple[str, ...] = ()
    canary_groups: tuple[str, ...] = ()


class _DirectoryNames(_Source):
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


class WriteAccount(_Strict):
    """The separate account that may carry out removals; without one nothing is carried out."""

    username: str
    password_file: Path


class VCenterWriteAccount(WriteAccount):
    """``untouchable`` are principals whose permissions it leaves alone, whatever was decided."""

    untouchable: tuple[str, ...] = ()


class IdentitySource(_Strict):
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


class VCenter(_Source):
    """A live vCenter."""

    kind: Literal["vcenter"]
    host: str
    port: Port = 443
    username: str
    password_file: Path
    ca_file: Path | None = None
    pin_sha256: Pin = ""
    timeout_seconds: Seconds = 60
    deadline_seconds: Seconds = 1800
    identity_source: tuple[IdentitySource, ...] = ()
    remediation: VCenterWriteAccount | None = None


class Directory(_DirectoryNames):
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


class Govc(_Source):
    """Files that govc wrote (docs/how-to/export-with-govc.md)."""

    kind: Literal["govc"]
    roles_and_permissions: Path
    inventory: Path


class Powercli(_Source):
    """Files that PowerCLI wrote (docs/how-to/export-with-powercli.md)."""

    kind: Literal["powercli"]
    permissions: Path
    roles: Path
    inventory: Path


class Ldif(_DirectoryNames):
    """A directory as LDIF (docs/how-to/export-ldif.md)."""

    kind: Literal["ldif"]
    directory: Literal["active-directory", "openldap", "389-ds", "freeipa", "vmdir"]
    path: Path
    bases: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Ldif":
        self._check_dangling_members(self.directory)
        return self


AnySource = Annotated[VCenter | Directory | Govc | Powercli | Ldif, Field(discriminator="kind")]


class Web(_Strict):
    """Where the web application listens.

    Behind a TLS proxy set ``secure_cookies`` and ``trusted_proxies``. ``address`` is where people
    reach it, for reminders; ``trusted_hosts`` the names by which it may be addressed.
    """

    host: str = "127.0.0.1"
    port: Port = 8480
    secure_cookies: bool = False
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    address: str = ""
    threads: Annotated[int, Field(ge=1, le=64)] = 8


class Database(_Strict):
    """A SQLAlchemy URL; empty: SQLite in the data directory. A password comes from a file."""

    url: str = ""
    password_file: Path | None = None

    @field_validator("url")
    @classmethod
    def _shows_no_secret_and_means_one_place(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
        except ValueError:
            raise ValueError("no address of a database") from None  # its message quotes the address
        if parts.password is not None or any("password" in key for key in parse_qs(parts.query)):
            raise ValueError(
                "it holds a password; write that into a file and name it in password_file"
            )
        if parts.scheme.startswith("sqlite") and not parts.path.startswith("//"):
            raise ValueError("write the whole path of the file: sqlite:////absolute/path")
        return url


class Schedule(_Strict):
    """When the ticker collects and reminds, in UTC."""

    collect_every_hours: Annotated[int, Field(ge=1, le=168)] = 24
    remind_at: ClockTime = "07:00"
    tick_seconds: Annotated[int, Field(ge=1, le=3600)] = 30


class Mail(_Strict):
    """The mail server for reminders; without one they are written into the outbox folder."""

    host: str
    port: Port = 587
    sender: str
    security: Literal["starttls", "tls", "plain"] = "starttls"
    login: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None


class Review(_Strict):
    """How reviewers are found: a mapping file, and the logins asked when nobody else can be."""

    mapping: Path | None = None
    fallback_reviewer: str = ""
    second_fallback: str = ""


class Persons(_Strict):
    """How accounts of several directories are joined to one person (``snapshot/persons.py``)."""

    join_by: tuple[str, ...] = ()
    mapping: Path | None = None


class Settings(_Strict):
    """Everything that can be configured; the defaults serve a first look on one machine."""

    data_directory: Path = Path("var")
    ruleset: Path | None = None
    database: Database = Database()
    web: Web = Web()
    schedule: Schedule = Schedule()
    mail: Mail | None = None
    review: Review = Review()
    persons: Persons = Persons()
    source: tuple[AnySource, ...] = ()

    @model_validator(mode="after")
    def _source_ids_differ(self) -> "Settings":
        ids = [source.id for source in self.source]
        doubled = sorted({name for name in ids if ids.count(name) > 1})
        if doubled:
            raise ValueError(f"two sources have the id {doubled[0]}")
        return self

    @property
    def database_url(self) -> str:
        """The URL as given, or of the SQLite file in the data directory."""
        return self.database.url or f"sqlite:///{self.data_directory / 'accessreview.db'}"


def load_settings(path: Path | None) -> Settings:
    """Read a configuration file, or take the defaults where there is none.

    Raises:
        ConfigurationError: the file cannot be read, is no TOML, or a key is unknown, missing or
            impossible; the sentence names file, key and fault.
    """
    if path is None:
        return Settings()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not TOML in UTF-8: {error}.") from error
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        raise ConfigurationError("\n".join(_sentences(path, error))) from error
    return Settings.model_validate(_anchor(settings.model_dump(), path.resolve().parent))


def _sentences(path: Path, error: ValidationError) -> Iterator[str]:
    """One a fault. Values are left out, because one may be a secret."""
    for fault in error.errors(include_url=False, include_input=False):
        yield f"{path}: {_key(fault['loc'])}: {_WORDS.get(fault['type']) or _reason(fault['msg'])}."


def _key(location: tuple[int | str, ...]) -> str:
    """As a person looks for it: the second source is ``[[source]] number 2``."""
    match location:
        case ():
            return "the file as a whole"
        case ("source", int(index), _, *rest) | ("source", int(index), *rest):
            return ".".join((f"[[source]] number {index + 1}", *map(str, rest)))
        case _:
            return ".".join(map(str, location))


def _reason(words: str) -> str:
    return words.removeprefix("Value error, ")


def _anchor(value: object, folder: Path) -> object:
    match value:
        case Path():
            return folder / value
        case dict():
            return {key: _anchor(item, folder) for key, item in value.items()}
        case list() | tuple():
            return [_anchor(item, folder) for item in value]
        case _:
            return value


def read_secret(path: Path) -> str:
    """The first line of a secret's file.

    Raises:
        ConfigurationError: the file cannot be read or is empty.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(
            f"The secret in {path} cannot be read: {error.strerror}. Put it there, in one line, "
            "readable for the user who runs this."
        ) from error
    except UnicodeDecodeError:
        # Not the decoder's own words: they quote a byte of the secret.
        raise ConfigurationError(f"The secret in {path} is not text in UTF-8.") from None
    secret = text.split("\n", maxsplit=1)[0].removesuffix("\r")
    if not secret:
        raise ConfigurationError(
            f"The secret's file {path} is empty; write the secret into its first line."
        )
    return secret
