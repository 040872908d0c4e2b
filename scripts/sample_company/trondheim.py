"""The laboratory's vCenter: people of two directories, and global permissions."""

from sample_company.estate import VCenter

_ROLES = {
    "VM power operator": 201,
    "Snapshot operator": 202,
    "VM console user": 203,
    "VM administrator": 204,
    "Host administrator": 205,
    "Tag administrator": 206,
}


def build() -> VCenter:
    vc = VCenter(300, _ROLES)
    vc.grant(None, "@HALDEN\\GG-vSphere-Admins", "Admin")
    vc.grant(None, "@HALDEN\\GG-Security-Operations", "ReadOnly")
    vc.grant(None, "@HALDEN\\GG-Tagging", "Tag administrator", propagate=False)
    vc.grant(vc.root, "@VSPHERE.LOCAL\\Administrators", "Admin")
    vc.grant(vc.root, "@LAB\\lab-admins", "Admin")
    vc.grant(vc.root, "@HALDEN\\GG-Lab-Visitors", "ReadOnly")
    vc.grant(vc.root, "@LAB\\lab-staff", "ReadOnly")

    _, folders = vc.datacenter("Trondheim-Lab", vc.root)
    cluster, resources = vc.cluster("LAB-01", folders["host"])
    vc.grant(cluster, "@LAB\\lab-hosts", "Host administrator")
    hosts = [vc.host(f"lab-esx-{number:02}.lab.halden.example", cluster) for number in range(1, 5)]
    students_pool = vc.resource_pool("Students", resources)
    research_pool = vc.resource_pool("Research", resources)
    _, gpu_host, gpu_pool = vc.lone_host("gpu-01.lab.halden.example", folders["host"])
    _, old_host, old_pool = vc.lone_host("old-01.lab.halden.example", folders["host"])
    stores = [vc.datastore(f"lab-{number:02}", folders["datastore"]) for number in range(1, 5)]
    switch = vc.switch("LAB-DVS", folders["network"])
    nets = [vc.portgroup(f"lab-{name}", folders["network"]) for name in ("open", "closed", "gpu")]
    vc.network("VM Network", folders["network"])
    vc.grant(switch, "@LAB\\lab-hosts", "ReadOnly")

    students = vc.folder("Students", folders["vm"])
    vc.grant(students, "@LAB\\lab-vm-users", "VM console user")
    for number in range(1, 37):
        name = f"student-{number:02}"
        vc.machine(name, students, students_pool, (hosts[number % 4], stores[number % 4], nets[0]))
    research = vc.folder("Research", folders["vm"])
    vc.grant(research, "@LAB\\lab-research", "VM administrator")
    for number in range(1, 21):
        name = f"sim-{number:02}"
        vc.machine(name, research, research_pool, (hosts[number % 4], stores[number % 4], nets[1]))
    for number in range(1, 7):
        name = f"gpu-node-{number:02}"
        machine = vc.machine(name, research, gpu_pool, (gpu_host, stores[3], nets[2]))
        if number == 3:  # noqa: PLR2004 - his node
            vc.grant(machine, "LAB\\david.kim", "VM power operator")
    reports = vc.folder("Reports", folders["vm"])
    vc.grant(reports, "@LAB\\reporting", "VM power operator")
    for number in range(1, 7):
        name = f"report-{number:02}"
        vc.machine(name, reports, old_pool, (old_host, stores[2], nets[0]))
    instruments = vc.folder("Instruments", folders["vm"])
    vc.grant(instruments, "@LAB\\lab-instruments", "VM power operator")
    for name in ("microscope", "spectrometer", "cryostat", "laser-bench", "clean-room", "x-ray"):
        vc.machine(name, instruments, research_pool, (hosts[0], stores[1], nets[1]))
    vc.machine("tpl-lab-debian", folders["vm"], None, (hosts[0], stores[0], nets[0]))
    return vc
