"""Each documented case of which permission decides, where ``docs/sample-company.md`` puts it."""

from dataclasses import dataclass

import pytest

from accessreview.analysis.effective import effective_privileges
from accessreview.analysis.estate import Estate
from accessreview.model.access import AccountRef, EntityRef
from accessreview.model.snapshot import Snapshot


@dataclass(frozen=True)
class Case:
    """``place`` is the end of the entity's path; ``roles`` are those whose privileges remain."""

    case: str
    vcenter: str
    account: str
    place: str
    roles: tuple[str, ...] = ()


CASES = (
    Case(
        "V01",
        "vc-oslo",
        "halden/arne.fossum",
        "Warehouse/wms-app-07",
        ("VM power operator", "Snapshot operator"),
    ),
    Case("V02", "vc-oslo", "halden/jakub.kowalski", "Warehouse/wms-db-01", ("Snapshot operator",)),
    Case(
        "V02",
        "vc-oslo",
        "halden/jakub.kowalski",
        "Warehouse/tpl-warehouse-2022",
        ("VM power operator",),
    ),
    Case("V03", "vc-oslo", "halden/julia.santos", "Payroll/pay-01"),
    Case("V03", "vc-oslo", "halden/birgit.sand", "Payroll/pay-01", ("VM power operator",)),
    Case("V04", "vc-oslo", "halden/adm-jonas.lindqvist", "Domain Controllers/dc-01", ("Admin",)),
    Case(
        "V04",
        "vc-oslo",
        "halden/adm-jonas.lindqvist",
        "Infrastructure/Domain Controllers",
        ("ReadOnly",),
    ),
    Case("V05", "vc-oslo", "halden/adm-viktor.hallberg", "Templates/tpl-debian-12", ("ReadOnly",)),
    Case(
        "V06",
        "vc-oslo",
        "halden/theo.blackwood",
        "Web/web-01",
        ("VM power operator", "Snapshot operator"),
    ),
    Case("V07", "vc-oslo", "halden/adm-tess.morgan", "Payroll/pay-01", ("Admin",)),
    Case("V07", "vc-oslo", "halden/adm-tess.morgan", "Payroll/tpl-payroll"),
    Case("V08", "vc-oslo", "halden/adm-anders.moe", "Security/hsm-proxy-01"),
    Case("V09", "vc-oslo", "halden/adm-anders.moe", "Web/web-01", ("Admin",)),
    Case("V10", "vc-trondheim", "halden/adm-grace.mbeki", "Students/student-01", ("ReadOnly",)),
    Case("V11", "vc-rotterdam", "halden/eva.horvat", "Customs/customs-01", ("Admin",)),
    Case("V12", "vc-oslo", "halden/frode.helle", "Bergen-Flesland/vm", ("ReadOnly",)),
    Case("V12", "vc-oslo", "halden/frode.helle", "Bergen-Flesland/host", ("ReadOnly",)),
    Case("V12", "vc-oslo", "halden/frode.helle", "Nordics/Bergen-Flesland", ("ReadOnly",)),
    Case("V12", "vc-oslo", "halden/frode.helle", "vm/bgo-app-01"),
    Case(
        "V13", "vc-rotterdam", "halden/bram.jansen", "RTM-DMZ-01/Resources", ("Host administrator",)
    ),
    Case("V13", "vc-rotterdam", "halden/bram.jansen", "Resources/Exposed"),
    Case("V13", "vc-rotterdam", "halden/bram.jansen", "RTM-DMZ-01/rtm-dmz-01.halden.example"),
    Case(
        "V14",
        "vc-oslo",
        "halden/ivan.petrov",
        "osl-edge-01.halden.example/osl-edge-01.halden.example",
        ("ReadOnly",),
    ),
    Case("V15", "vc-trondheim", "halden/tariq.hussain", "Students/student-01", ("ReadOnly",)),
    Case("V15", "vc-trondheim", "halden/tariq.hussain", "Datacenters", ("ReadOnly",)),
    Case("V16", "vc-trondheim", "halden/pedro.alves", "Students/student-01"),
    Case("V16", "vc-trondheim", "halden/pedro.alves", "Datacenters"),
    Case(
        "V17", "vc-rotterdam", "halden/amina.diallo", "Customs/customs-01", ("Snapshot operator",)
    ),
    Case(
        "V17", "vc-rotterdam", "halden/nina.sokolova", "Customs/customs-01", ("VM power operator",)
    ),
    Case("V18", "vc-trondheim", "lab/reporting", "Reports/report-01"),
    Case("V18", "vc-trondheim", "lab/karim.nasser", "Reports/report-01", ("VM power operator",)),
    Case("V19", "vc-rotterdam", "halden/zuzana.kralova", "Releases/rel-01", ("VM power operator",)),
    Case(
        "V20",
        "vc-rotterdam",
        "halden/willem.vries",
        "Datacenters/Rotterdam-Maasvlakte",
        ("ReadOnly",),
    ),
    Case("V20", "vc-rotterdam", "halden/willem.vries", "Rotterdam-Maasvlakte/host", ("ReadOnly",)),
)


def _account(snapshot: Snapshot, name: str) -> AccountRef:
    source, login = name.split("/")
    (found,) = {
        row[1] for row in snapshot["accounts"].rows() if (row[0], row[2]) == (source, login)
    }
    return AccountRef(source, found)


def _entity(snapshot: Snapshot, vcenter: str, place: str) -> EntityRef:
    rows = {row[1]: row for row in snapshot["entities"].rows() if row[0] == vcenter}
    above, _, name = place.rpartition("/")
    (found,) = {
        key
        for key, row in rows.items()
        if row[3] == name and (not above or (row[4] and rows[row[4]][3] == above))
    }
    return EntityRef(vcenter, found)


def _privileges(snapshot: Snapshot, vcenter: str, names: tuple[str, ...]) -> frozenset[str]:
    ids = {row[1] for row in snapshot["roles"].rows() if row[0] == vcenter and row[2] in names}
    assert len(ids) == len(names)
    return frozenset(
        row[2] for row in snapshot["role_privileges"].rows() if row[0] == vcenter and row[1] in ids
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.case}-{case.account}-{case.place}")
def test_a_documented_case_has_its_answer(case: Case, snapshot: Snapshot, estate: Estate) -> None:
    held = effective_privileges(
        estate, _account(snapshot, case.account), _entity(snapshot, case.vcenter, case.place)
    )

    assert held == _privileges(snapshot, case.vcenter, case.roles)


def test_every_documented_case_occurs() -> None:
    assert {case.case for case in CASES} == {f"V{number:02}" for number in range(1, 21)}
