"""A small company on real servers: one person who administers hosts and VMs by nested groups."""

from pathlib import Path

from pyVmomi import vim

from tests.servers import slapd, vcsim
from tests.servers.sources import live_sources

HOST_RIGHTS = ("Host.Config.AdvancedConfig", "Host.Config.Maintenance", "Host.Config.NetService")
VM_RIGHTS = ("VirtualMachine.Interact.PowerOff", "VirtualMachine.Config.AddNewDisk")

PEOPLE = "".join(
    (
        slapd.person("ann", "displayName: Ann Berg", "employeeNumber: 1"),
        slapd.person("bob", "displayName: Bob Dahl", "employeeNumber: 2"),
        slapd.person(
            "olga", "displayName: Olga Lind", "employeeNumber: 3", "mail: olga@corp.example"
        ),
        slapd.person("sven", "displayName: Sven Moe", "employeeNumber: 4"),
    )
)
_OWNED = (f"owner: uid=olga,ou=people,{slapd.SUFFIX}",)
GROUPS = "".join(
    (
        slapd.group("host-admins", "cn=host-team,ou=groups", lines=_OWNED),
        slapd.group("host-team", "ann", "bob", lines=_OWNED),
        slapd.group("vm-admins", "cn=vm-team,ou=groups", lines=_OWNED),
        slapd.group("vm-team", "ann", "sven", lines=_OWNED),
    )
)


def allow_both(simulator: vcsim.Vcsim) -> None:
    """Hosts to the one group and virtual machines to the other, on the whole datacenter."""
    with vcsim.logged_in(simulator) as content:
        hosts = vcsim.add_role(content, "host-operator", HOST_RIGHTS)
        machines = vcsim.add_role(content, "vm-operator", VM_RIGHTS)
        vcsim.allow(
            content,
            vcsim.find(content, vim.Datacenter),
            (r"CORP\host-admins", True, hosts, True),
            (r"CORP\vm-admins", True, machines, True),
        )


def configuration(
    folder: Path, simulator: vcsim.Vcsim, directory: slapd.Slapd, database: str, port: int
) -> Path:
    """Write the configuration file and the files of its secrets."""
    file = folder / "accessreview.toml"
    file.write_text(
        f"""
data_directory = "data"

[database]
url = "{database}"

[web]
port = {port}
"""
        + live_sources(folder, simulator, directory)
    )
    return file
