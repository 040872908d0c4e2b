from accessreview.model.access import AccountRef, EntityRef, Permission, PermissionKey
from accessreview.model.finding import Finding, FindingKey, SubjectKind
from accessreview.model.policy import RuleKind, Severity
from accessreview.model.review import Chain
from accessreview.review.scoping import HeldPermission, concerns
from tests.company import RULESET


def held(
    subject: str, *privileges: str, enabled: bool = True, vcenter: str = "vc", objects: int = 1
) -> HeldPermission:
    key = PermissionKey(EntityRef(vcenter, "dc"), f"CORP\\{subject}", is_group=False)
    return HeldPermission(
        subject=subject,
        permission=Permission(key, ",".join(privileges), propagates=True),
        role_name="r",
        privileges=privileges,
        objects=objects,
        chains=(Chain(AccountRef("dir", subject), enabled, (subject,)),),
        groups=(),
    )


def behind(kind: SubjectKind, subject: str, *all_held: HeldPermission) -> set[str]:
    rule = "SOD-1" if kind is SubjectKind.IDENTITY else "SPRAWL-1"
    finding = Finding(FindingKey(rule, kind, subject), RuleKind.CONFLICT, Severity.HIGH, 1)
    return {who for who, _ in concerns(all_held, [finding], RULESET)}


def test_only_the_subjects_permissions_with_a_privilege_of_the_rule_stand_behind_it() -> None:
    dan = held("dan", "VirtualMachine.Config.CPUCount")
    assert behind(SubjectKind.IDENTITY, "dan", dan, held("ben", "Host.Config.X")) == {"dan"}
    assert behind(SubjectKind.IDENTITY, "dan", held("dan", "System.Read")) == set()


def test_what_only_disabled_accounts_hold_or_nowhere_decides_stands_behind_nothing() -> None:
    for idle in (
        held("dan", "Host.Config.X", enabled=False),
        held("dan", "Host.Config.X", objects=0),
    ):
        assert behind(SubjectKind.IDENTITY, "dan", idle) == set()


def test_behind_a_sprawl_stands_everybody_who_has_the_duty_in_that_vcenter() -> None:
    assert behind(
        SubjectKind.VCENTER,
        "vc",
        held("amy", "Authorization.ModifyPermissions"),
        held("ben", "Authorization.ModifyPermissions", vcenter="vc2"),
        held("dan", "Host.Config.X"),
    ) == {"amy"}
