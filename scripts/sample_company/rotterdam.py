"""The Rotterdam vCenter: the port, customs, and a demilitarised zone."""

from sample_company.estate import VCenter

_ROLES = {
    "VM power operator": 1001,
    "Snapshot operator": 1002,
    "VM console user": 1003,
    "VM administrator": -512209934,
    "Host administrator": 1005,
    "Storage administrator": 1006,
    "Network administrator": 1107733921,
    "Backup operator": 1008,
}


def build() -> VCenter:
    vc = VCenter(20, _ROLES)
    vc.grant(vc.root, "@VSPHERE.LOCAL\\Administrators", "Admin")
    vc.grant(vc.root, "@HALDEN\\GG-vSphere-Admins", "Admin")
    vc.grant(vc.root, "@HALDEN\\GG-RTM-Admins", "Admin")
    vc.grant(vc.root, "@HALDEN\\GG-RTM-Leavers", "NoAccess")
    vc.grant(vc.root, "@HALDEN\\GG-vSphere-Auditors", "ReadOnly")

    center, folders = vc.datacenter("Rotterdam-Maasvlakte", vc.root)
    # vCenter may report the list of a datacenter on one of its folders.
    vc.grant(folders["vm"], "@HALDEN\\GG-Port-Operations", "ReadOnly", propagate=False)
    vc.grant(center, "HALDEN\\svc-replication", "VM administrator")
    vc.grant(center, "@HALDEN\\GG-Network", "Network administrator")

    cluster, resources = vc.cluster("RTM-PROD-01", folders["host"])
    vc.grant(cluster, "@HALDEN\\GG-Old-Hosting", "VM power operator")
    vc.grant(cluster, "@HALDEN\\GG-Hardware", "Host administrator")
    hosts = [vc.host(f"rtm-esx-{number:02}.halden.example", cluster) for number in range(1, 7)]
    terminal_pool = vc.resource_pool("Terminal", resources)
    general_pool = vc.resource_pool("General", resources)
    zone, zone_resources = vc.cluster("RTM-DMZ-01", folders["host"])
    vc.grant(zone, "@HALDEN\\GG-RTM-DMZ-Operators", "Host administrator", propagate=False)
    zone_hosts = [vc.host(f"rtm-dmz-{number:02}.halden.example", zone) for number in range(1, 4)]
    zone_pool = vc.resource_pool("Exposed", zone_resources)

    stores = [vc.datastore(f"rtm-{number:02}", folders["datastore"]) for number in range(1, 7)]
    vc.grant(stores[5], "@HALDEN\\GG-Backup-Engineers", "Storage administrator")
    vc.switch("RTM-DVS-01", folders["network"])
    nets = [
        vc.portgroup(f"rtm-vlan-{number}", folders["network"]) for number in (10, 20, 30, 40, 666)
    ]
    vc.network("VM Network", folders["network"])

    terminal = vc.folder("Terminal", folders["vm"])
    vc.grant(terminal, "HALDEN\\j.vandermeer", "VM administrator")
    vc.grant(terminal, "@HALDEN\\GG-Port-Operations", "VM power operator")
    for number in range(1, 47):
        name = f"tos-{number:02}"
        vc.machine(name, terminal, terminal_pool, (hosts[number % 6], stores[number % 5], nets[0]))
    crane = vc.machine("crane-control", terminal, terminal_pool, (hosts[0], stores[0], nets[1]))
    shadow = vc.machine("crane-control", terminal, terminal_pool, (hosts[1], stores[1], nets[1]))
    shadow.ft_primary = crane
    vc.grant(crane, "HALDEN\\katarina.novak", "VM console user")

    customs = vc.folder("Customs", folders["vm"])
    # Typed by hand, in spellings of their own.
    vc.grant(customs, "@halden\\gg-customs-desk", "VM power operator")
    vc.grant(customs, "Amina.Diallo@halden.example", "Snapshot operator")
    for number in range(1, 17):
        name = f"customs-{number:02}"
        vc.machine(name, customs, general_pool, (hosts[number % 6], stores[number % 5], nets[2]))

    releases = vc.folder("Releases", folders["vm"])
    vc.grant(releases, "@HALDEN\\GG-Change-Board", "VM power operator")
    for number in range(1, 31):
        name = f"rel-{number:02}"
        vc.machine(name, releases, general_pool, (hosts[number % 6], stores[number % 5], nets[3]))
    vc.machine("tpl-release", releases, None, (hosts[0], stores[0], nets[3]))

    exposed = vc.folder("Exposed services", folders["vm"])
    vc.grant(exposed, "@HALDEN\\GG-Web-Team", "VM power operator")
    for number in range(1, 17):
        name = f"dmz-{number:02}"
        vc.machine(name, exposed, zone_pool, (zone_hosts[number % 3], stores[5], nets[4]))
    for name in ("vcenter-rotterdam", "rtm-dc-01", "rtm-dc-02", "rtm-proxy-01"):
        vc.machine(name, folders["vm"], general_pool, (hosts[2], stores[2], nets[0]))
    return vc
