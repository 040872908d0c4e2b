"""What the application is told of the sample: its sources, and who reviews what by choice."""

from sample_company import write_active_directory, write_openldap

CONFIGURATION = f"""\
# The sample company, read by the importers that read everybody's files.

[review]
mapping = "reviewers.csv"
fallback_reviewer = "nadia.rahimi"
second_fallback = "marcus.thorne"

[[source]]
kind = "govc"
id = "vc-oslo"
name = "Oslo"
roles_and_permissions = "vc-oslo-access.json"
inventory = "vc-oslo-inventory.json"

[[source]]
kind = "govc"
id = "vc-rotterdam"
name = "Rotterdam"
roles_and_permissions = "vc-rotterdam-access.json"
inventory = "vc-rotterdam-inventory.json"

[[source]]
kind = "powercli"
id = "vc-trondheim"
name = "Trondheim laboratory"
permissions = "vc-trondheim-permissions.csv"
roles = "vc-trondheim-roles.csv"
inventory = "vc-trondheim-inventory.csv"

[[source]]
kind = "ldif"
id = "halden"
name = "Halden Freight"
directory = "active-directory"
path = "halden.ldf"
bases = ["{write_active_directory.BASE}"]
netbios_names = ["HALDEN"]
service_pattern = "svc-.*"

[[source]]
kind = "ldif"
id = "lab"
name = "Laboratory"
directory = "openldap"
path = "lab.ldif"
bases = ["{write_openldap.BASE}"]
netbios_names = ["LAB"]
service_pattern = "reporting"
"""

REVIEWERS = """\
reviewer,principal,vcenter,entity
chidi.okafor,HALDEN\\svc-backup,,
anders.moe,HALDEN\\svc-patching,,
theo.blackwood,HALDEN\\svc-deploy,,
erik.strand,HALDEN\\svc-monitor,,
erik.strand,HALDEN\\svc-inventory,,
chidi.okafor,HALDEN\\svc-replication,,
margaret.lindholm,,vc-oslo,{payroll}
gita.sharma,LAB\\david.kim,,
"""
