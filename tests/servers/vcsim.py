"""A simulated vCenter on loopback, for tests.

The Go program beside this file is govmomi's simulator. What the simulator gets wrong: it
checks no authorization, pages nothing, replaces a permission list where vCenter merges, removes
without complaint what is not there, and reports a permission's entity only if the setter gave it;
``allow`` therefore gives it.

``python -m tests.servers.vcsim`` serves one until it is interrupted.
"""

import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pyVmomi import vim
from pyVmomi.SoapAdapter import SoapStubAdapter

from accessreview.vsphere.settings import VCenterSettings
from tests.servers.certificates import Authority, issue, make_ca
from tests.servers.go_programs import compiled, missing, running

__all__ = [
    "PASSWORD",
    "USER",
    "Vcsim",
    "add_role",
    "allow",
    "find",
    "logged_in",
    "missing",
    "reached",
    "running_vcsim",
    "started",
]

USER = "collector@vsphere.local"
PASSWORD = "simulated-secret"

_SOURCE = Path(__file__).with_suffix(".go")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vcsim:
    """A running simulator and what a client needs to use it."""

    host: str
    port: int
    ca_file: Path
    sha256: str
    user: str
    password: str
    process: "subprocess.Popen[str]"


Server = TypeVar("Server", bound=Vcsim)


@contextmanager
def running_vcsim(
    folder: Path, *, ca: Authority | None = None, sizes: Mapping[str, int | Path] | None = None
) -> Iterator[Vcsim]:
    """Run one until the end of the block; it ends by itself with the process that started it.

    ``sizes`` are the flags of ``vcsim.go``: datacenters, clusters, hosts, standalone-hosts,
    machines, pools, vapps, folders, datastores, portgroups, pods; ``esx`` 1 is a host alone.
    ``load`` is a folder that ``govc object.save`` filled, served instead but for permissions.
    ``folder`` takes the certificate.
    """
    flags = [f"-{name}={number}" for name, number in (sizes or {}).items()]
    with started(Vcsim, compiled("vcsim", [_SOURCE]), folder, ca, flags) as vcsim:
        yield vcsim


@contextmanager
def started(
    kind: type[Server], program: Path, folder: Path, ca: Authority | None, flags: Sequence[str] = ()
) -> Iterator[Server]:
    """Run a program that serves a vCenter, with a certificate of that authority or of a new one."""
    name = kind.__name__.lower()
    authority = ca or make_ca(folder, f"{name}-ca")
    shown = issue(authority, folder, name=name)
    arguments = [
        f"-certificate={shown.certificate_file}",
        f"-key={shown.key_file}",
        f"-user={USER}",
        *flags,
    ]
    environment = {f"{name.upper()}_PASSWORD": PASSWORD, "TMPDIR": str(folder)}
    with running(program, arguments, environment) as (process, host, port):
        yield kind(
            host=host,
            port=port,
            ca_file=authority.certificate_file,
            sha256=shown.sha256,
            user=USER,
            password=PASSWORD,
            process=process,
        )


def reached(vcsim: Vcsim, **changes: object) -> VCenterSettings:
    """Settings to collect from it as its own user, in time enough for a busy machine."""
    plain = VCenterSettings(
        id="vc1",
        name="Lab",
        host=vcsim.host,
        port=vcsim.port,
        username=vcsim.user,
        password=lambda: vcsim.password,
        ca_file=vcsim.ca_file,
        timeout_seconds=20,
        deadline_seconds=60,
    )
    return replace(plain, **changes)  # type: ignore[arg-type] # checked by use


@contextmanager
def logged_in(vcsim: Vcsim) -> Iterator[vim.ServiceInstanceContent]:
    """A client of the tests' own, to set up what the product is to find."""
    stub = SoapStubAdapter(
        host=vcsim.host,
        port=vcsim.port,
        version="vim.version.version12",
        sslContext=ssl.create_default_context(cafile=vcsim.ca_file),
        httpConnectionTimeout=30,
    )
    try:
        content = vim.ServiceInstance("ServiceInstance", stub).RetrieveContent()
        assert content.sessionManager is not None
        content.sessionManager.Login(vcsim.user, vcsim.password, None)
        try:
            yield content
        finally:
            content.sessionManager.Logout()
    finally:
        stub.DropConnections()


def add_role(content: vim.ServiceInstanceContent, name: str, privileges: Sequence[str]) -> int:
    """Add a role and return its id, which the simulator itself does not answer."""
    assert content.authorizationManager is not None
    content.authorizationManager.AddRole(name, list(privileges))
    return next(role.roleId for role in content.authorizationManager.roleList if role.name == name)


def allow(
    content: vim.ServiceInstanceContent,
    entity: vim.ManagedEntity,
    *entries: tuple[str, bool, int, bool],
) -> None:
    """Make ``(principal, is_group, role, propagate)`` the whole permission list of an entity."""
    assert content.authorizationManager is not None
    content.authorizationManager.SetEntityPermissions(
        entity,
        [
            vim.AuthorizationManager.Permission(
                entity=entity, principal=principal, group=is_group, roleId=role, propagate=propagate
            )
            for principal, is_group, role, propagate in entries
        ],
    )


def find(
    content: vim.ServiceInstanceContent, kind: type[vim.ManagedEntity], name: str = ""
) -> vim.ManagedEntity:
    """The first entity of that type, and of that name if one is given."""
    assert content.viewManager is not None
    view = content.viewManager.CreateContainerView(content.rootFolder, [kind], True)  # noqa: FBT003
    try:
        found = (one for one in view.view if isinstance(one, vim.ManagedEntity))
        return next(entity for entity in found if not name or entity.name == name)
    finally:
        view.DestroyView()


def main() -> None:
    if reason := missing():
        sys.exit(reason)
    with tempfile.TemporaryDirectory() as folder, running_vcsim(Path(folder)) as vcsim:
        sys.stdout.write(
            f"https://{vcsim.host}:{vcsim.port}/sdk as {vcsim.user} with {vcsim.password},"
            f" CA in {vcsim.ca_file}\n"
        )
        sys.stdout.flush()
        vcsim.process.wait()


if __name__ == "__main__":
    main()
