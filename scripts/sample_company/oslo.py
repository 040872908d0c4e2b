"""The Oslo vCenter: two datacenters, most of the company's machines and most of its history."""

from dataclasses import dataclass

from sample_company.estate import Entity, VCenter

_ROLES = {
    "VM power operator": 11,
    "Snapshot operator": 12,
    "VM console user": 13,
    "VM administrator": 1823778329,
    "Host administrator": -1007234473,
    "Storage administrator": 295755225,
    "Network administrator": 16,
    "Backup operator": -974337264,
    "Guest operator": 18,
    "Key custodian": 1440212901,
    "Access administrator": 20,
    "Role editor": 21,
    "Log administrator": 22,
    "Deployment pipeline": -221458870,
    "Monitoring (do not use)": 24,
    "Old superuser": 25,
}
_IN_VAPP = 6
_PRODUCTION_DATABASES = 2
_ADMINS = "@HALDEN\\GG-vSphere-Admins"


@dataclass(frozen=True, slots=True)
class Site:
    """What machines are placed on."""

    hosts: list[Entity]
    stores: list[Entity]
    nets: list[Entity]


def build() -> VCenter:
    vc = VCenter(1000, _ROLES)
    vc.grant(vc.root, "@VSPHERE.LOCAL\\Administrators", "Admin")
    vc.grant(vc.root, "VSPHERE.LOCAL\\vpxd-extension-0f5b4d1e-6f0a-4f6e-9a53-6d2c5b7e9f11", "Admin")
    vc.grant(vc.root, _ADMINS, "Admin")
    vc.grant(vc.root, "@HALDEN\\GG-vSphere-Auditors", "ReadOnly")
    vc.grant(vc.root, "HALDEN\\adm-viktor.hallberg", "Admin")
    vc.grant(vc.root, "@HALDEN\\GG-Role-Editors", "Role editor")
    vc.grant(vc.root, "@HALDEN\\GG-Log-Admins", "Log administrator")
    vc.grant(vc.root, "@HALDEN\\GG-Access-Administrators", "Access administrator")
    vc.grant(vc.root, "HALDEN\\svc-deploy", "Deployment pipeline")
    vc.grant(vc.root, "HALDEN\\zuzana.kralova", "Deployment pipeline")
    vc.grant(vc.root, "HALDEN\\svc-inventory", "ReadOnly")
    _fornebu(vc)
    _bergen(vc)
    return vc


def _fornebu(vc: VCenter) -> None:
    center, folders = vc.datacenter("Oslo-Fornebu", vc.root)
    vc.grant(center, "@HALDEN\\DL-VC-OSL-VM-Admins", "VM administrator")
    vc.grant(center, "@HALDEN\\GG-Access-Administrators", "Access administrator")
    vc.grant(center, "@HALDEN\\DL-VC-OSL-Network-Admins", "Network administrator")
    vc.grant(center, "@HALDEN\\DL-VC-OSL-Storage-Admins", "Storage administrator")
    vc.grant(center, "@HALDEN\\DL-VC-OSL-Backup", "Backup operator")
    vc.grant(center, "@HALDEN\\GG-Guest-Operators", "Guest operator")
    vc.grant(center, "@HALDEN\\GG-Key-Custodians", "Key custodian")
    vc.grant(center, "HALDEN\\svc-monitor", "Monitoring (do not use)")

    cluster, resources = vc.cluster("OSL-PROD-01", folders["host"])
    vc.grant(cluster, "@HALDEN\\DL-VC-OSL-Host-Admins", "Host administrator")
    hosts = [vc.host(f"osl-esx-{number:02}.halden.example", cluster) for number in range(1, 9)]
    gold = vc.resource_pool("Gold", resources)
    silver = vc.resource_pool("Silver", resources)
    payroll_pool = vc.resource_pool("Payroll", resources)
    vc.grant(silver, "@HALDEN\\GG-Web-Team", "Snapshot operator")
    management, management_pool = vc.cluster("OSL-MGMT-01", folders["host"])
    vc.grant(management, "HALDEN\\svc-patching", "Host administrator")
    management_hosts = [
        vc.host(f"osl-mgmt-{number:02}.halden.example", management) for number in range(1, 4)
    ]
    edge, edge_host, edge_pool = vc.lone_host("osl-edge-01.halden.example", folders["host"])
    vc.grant(edge, "@HALDEN\\GG-Branch-Support", "ReadOnly", propagate=False)

    pod = vc.pod("OSL-Pod-1", folders["datastore"])
    stores = [vc.datastore(f"osl-pod1-{number:02}", pod) for number in range(1, 7)]
    stores += [
        vc.datastore(name, folders["datastore"])
        for name in ("osl-mgmt-01", "osl-backup-01", "osl-backup-02", "osl-iso")
    ]
    switch = vc.switch("OSL-DVS-01", folders["network"])
    vc.portgroup("OSL-DVS-01-DVUplinks", folders["network"])
    nets = [
        vc.portgroup(f"osl-vlan-{number}", folders["network"])
        for number in (110, 120, 130, 140, 210, 220, 310, 999)
    ]
    vc.network("VM Network", folders["network"])
    vc.grant(switch, "@HALDEN\\GG-Service-Desk", "ReadOnly")

    site = Site(hosts, stores, nets)
    _warehouse(vc, folders["vm"], gold, site)
    _payroll(vc, folders["vm"], payroll_pool, site)
    _web(vc, folders["vm"], silver, site)
    templates = vc.folder("Templates", folders["vm"])
    vc.grant(templates, "@HALDEN\\GG-Template-Readers", "ReadOnly")
    for name in ("tpl-debian-12", "tpl-rhel-9", "tpl-windows-2022", "tpl-windows-11"):
        vc.machine(name, templates, None, (hosts[2], stores[5], nets[7]))

    infrastructure = vc.folder("Infrastructure", folders["vm"])
    _infrastructure(
        vc, infrastructure, management_pool, Site(management_hosts, [stores[6]], [nets[4]])
    )
    vc.machine("edge-router-01", infrastructure, edge_pool, (edge_host, stores[9], nets[5]))


def _warehouse(vc: VCenter, machines: Entity, pool: Entity, site: Site) -> None:
    warehouse = vc.folder("Warehouse", machines)
    vc.grant(warehouse, "@HALDEN\\GG-Warehouse-Operators", "VM power operator")
    vc.grant(warehouse, "@HALDEN\\GG-Warehouse-Snapshots", "Snapshot operator")
    vapp = vc.vapp("Warehouse-System", pool, warehouse)
    for number in range(1, 37):
        inside = vapp if number <= _IN_VAPP else pool
        name = f"wms-app-{number:02}"
        vc.machine(
            name, warehouse, inside, (site.hosts[number % 8], site.stores[number % 6], site.nets[0])
        )
    for number in range(1, 5):
        name = f"wms-db-{number:02}"
        machine = vc.machine(
            name, warehouse, pool, (site.hosts[number], site.stores[number], site.nets[1])
        )
        if number <= _PRODUCTION_DATABASES:
            vc.grant(machine, "@HALDEN\\GG-Warehouse-DBA", "Snapshot operator")
    vc.machine("tpl-warehouse-2022", warehouse, None, (site.hosts[0], site.stores[0], site.nets[0]))


def _payroll(vc: VCenter, machines: Entity, pool: Entity, site: Site) -> None:
    payroll = vc.folder("Payroll", machines)
    vc.grant(payroll, "@HALDEN\\GG-Payroll-Operators", "VM power operator")
    vc.grant(payroll, "HALDEN\\julia.santos", "NoAccess")
    vc.grant(payroll, "@HALDEN\\GG-External-Admins", "NoAccess")
    for number in range(1, 9):
        name = f"pay-{number:02}"
        vc.machine(name, payroll, pool, (site.hosts[number % 8], site.stores[4], site.nets[2]))
    vc.machine("tpl-payroll", payroll, None, (site.hosts[1], site.stores[4], site.nets[2]))


def _web(vc: VCenter, machines: Entity, pool: Entity, site: Site) -> None:
    web = vc.folder("Web", machines)
    vc.grant(web, "@HALDEN\\GG-Web-Team", "VM power operator")
    vc.grant(web, "@HALDEN\\GG-Interns", "NoAccess")
    for number in range(1, 41):
        name = f"web-{number:02}"
        vc.machine(name, web, pool, (site.hosts[number % 8], site.stores[number % 6], site.nets[3]))


def _infrastructure(vc: VCenter, folder: Entity, pool: Entity, site: Site) -> None:
    hosts, store, net = site.hosts, site.stores[0], site.nets[0]
    controllers = vc.folder("Domain Controllers", folder)
    vc.grant(controllers, "@HALDEN\\GG-vSphere-Auditors", "ReadOnly", propagate=False)
    for number in range(1, 5):
        vc.machine(f"dc-{number:02}", controllers, pool, (hosts[number % 3], store, net))
    security = vc.folder("Security", folder)
    vc.grant(security, "@HALDEN\\GG-Security", "ReadOnly")
    hsm = vc.machine("hsm-proxy-01", security, pool, (hosts[0], store, net))
    vc.grant(hsm, _ADMINS, "NoAccess")
    for number in range(1, 5):
        vc.machine(f"siem-{number:02}", security, pool, (hosts[number % 3], store, net))
    for name in ("backup-01", "backup-02", "kms-01", "kms-02", "vcenter-oslo", "monitor-01"):
        vc.machine(name, folder, pool, (hosts[len(name) % 3], store, net))


def _bergen(vc: VCenter) -> None:
    nordics = vc.folder("Nordics", vc.root, "d")
    vc.grant(nordics, "@HALDEN\\GG-Platform-Bergen", "VM administrator")
    center, folders = vc.datacenter("Bergen-Flesland", nordics)
    vc.grant(center, "@HALDEN\\GG-Facilities", "ReadOnly", propagate=False)
    vc.grant(center, "HALDEN\\dmitri.volkov", "Old superuser")
    cluster, resources = vc.cluster("BGO-01", folders["host"])
    hosts = [vc.host(f"bgo-esx-{number:02}.halden.example", cluster) for number in range(1, 4)]
    stores = [vc.datastore(f"bgo-{number:02}", folders["datastore"]) for number in range(1, 4)]
    vc.switch("BGO-DVS-01", folders["network"])
    nets = [vc.portgroup(f"bgo-vlan-{number}", folders["network"]) for number in (110, 210)]
    building = vc.folder("Building control", folders["vm"])
    vc.grant(building, "@HALDEN\\GG-Facilities", "VM console user")
    for number in range(1, 7):
        name = f"hvac-{number:02}"
        vc.machine(name, building, resources, (hosts[number % 3], stores[0], nets[0]))
    for number in range(1, 43):
        name = f"bgo-app-{number:02}"
        vc.machine(name, folders["vm"], resources, (hosts[number % 3], stores[number % 3], nets[1]))
