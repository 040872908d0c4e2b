"""Write the files of the sample company; the same ones every time, from nothing but this folder.

Usage: python scripts/make_sample.py [FOLDER]
"""

import sys
from pathlib import Path

from sample_company import oslo, rotterdam, trondheim, write_govc, write_powercli
from sample_company.configuration import CONFIGURATION, REVIEWERS
from sample_company.write_active_directory import active_directory
from sample_company.write_openldap import openldap

FOLDER = Path(__file__).resolve().parent.parent / "accessreview" / "sample" / "data"


def sample_files() -> dict[str, bytes]:
    """Every file by name."""
    older = write_govc.Spelling(has_capitals=True)
    newer = write_govc.Spelling(has_capitals=False)
    north, port, laboratory = oslo.build(), rotterdam.build(), trondheim.build()
    payroll = next(
        one.id for one in north.entities if (one.type, one.name) == ("Folder", "Payroll")
    )
    return {
        "accessreview.toml": CONFIGURATION.encode(),
        "reviewers.csv": REVIEWERS.format(payroll=payroll).encode(),
        "vc-oslo-access.json": write_govc.access(north, older).encode(),
        "vc-oslo-inventory.json": write_govc.inventory(north, older).encode(),
        "vc-rotterdam-access.json": write_govc.access(port, newer).encode(),
        "vc-rotterdam-inventory.json": write_govc.inventory(port, newer).encode(),
        "vc-trondheim-permissions.csv": write_powercli.permissions(laboratory),
        "vc-trondheim-roles.csv": write_powercli.roles(laboratory),
        "vc-trondheim-inventory.csv": write_powercli.inventory(laboratory),
        "halden.ldf": active_directory(),
        "lab.ldif": openldap(),
    }


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in sample_files().items():
        (folder / name).write_bytes(data)
        print(f"{folder / name}: {len(data)} bytes")


if __name__ == "__main__":
    main()
