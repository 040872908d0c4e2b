"""The configuration of a simulated vCenter and slapd as two live sources, for tests and lab."""

from pathlib import Path

from tests.servers import slapd, vcsim


def live_sources(
    folder: Path, simulator: vcsim.Vcsim, directory: slapd.Slapd, of_vcenter: str = ""
) -> str:
    """Write a file for each secret into ``folder``; the TOML of both sources that names them.

    ``of_vcenter`` is what else is set of the vCenter. The directory has an account that may take
    members out of groups.
    """
    for name, secret in (
        ("vcenter.password", simulator.password),
        ("audit.password", "audit-secret"),
        ("remedy.password", "remedy-secret"),
    ):
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(secret + "\n", encoding="utf-8")
    return f"""
[[source]]
kind = "vcenter"
id = "vc1"
name = "Simulated vCenter"
host = "{simulator.host}"
port = {simulator.port}
username = "{simulator.user}"
password_file = "vcenter.password"
ca_file = "{simulator.ca_file}"
{of_vcenter}
[[source]]
kind = "openldap"
id = "corp"
name = "Company directory"
host = "127.0.0.1"
port = {directory.tls_port}
bind_dn = "cn=audit,{slapd.SUFFIX}"
password_file = "audit.password"
ca_file = "{directory.ca_file}"
bases = ["ou=people,{slapd.SUFFIX}", "ou=groups,{slapd.SUFFIX}"]
netbios_names = ["CORP"]
service_pattern = "svc-.*"

[source.remediation]
username = "cn=remedy,{slapd.SUFFIX}"
password_file = "remedy.password"
"""
