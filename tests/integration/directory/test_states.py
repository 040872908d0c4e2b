"""Real servers say of accounts in which state they are, and behave accordingly at sign-in."""

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accessreview.ldap.settings import DirectoryKind, ServerSettings
from accessreview.model.snapshot import Reading
from tests.directory_seeds import ds389 as seeds
from tests.integration.directory.conftest import Collect, Ds389s, Sambas, Server, Slapds
from tests.integration.directory.readings import as_account
from tests.servers.ds389 import SUFFIX as DS_SUFFIX
from tests.servers.ds389 import Ds389
from tests.servers.samba import AD, ADDRESSES, Samba, group, user
from tests.servers.slapd import SUFFIX, Slapd, person
from tests.servers.slapd import group as slapd_group

pytestmark = [pytest.mark.integration, pytest.mark.allow_hosts(["127.0.0.1", *ADDRESSES])]

SignIn = Callable[[str, str], bool]

IN_AD = (
    user("ann", "givenName: Ann", control=66048)
    + user("audit", control=66048)
    + user("off", control=514)
    + user("past", "accountExpires: 116444736000000000")
    + "".join(user(login) for login in ("unused", "locked", "renew"))
    + user("web", "servicePrincipalName: http/web", "servicePrincipalName: http/web.ad.test")
    + f"dn: CN=gmsa,CN=Managed Service Accounts,{AD.base}\n"
    "objectClass: msDS-GroupManagedServiceAccount\nsAMAccountName: gmsa$\n"
    "msDS-ManagedPasswordInterval: 30\nuserAccountControl: 4096\n\n"
    f"dn: CN=renew,{AD.people}\nchangetype: modify\nreplace: pwdLastSet\npwdLastSet: 0\n\n"
    f"dn: {AD.base}\nchangetype: modify\nreplace: lockoutThreshold\nlockoutThreshold: 2\n\n"
    + group("admins", "ann")
)

_POLICY = f"cn=policy,{SUFFIX}"
_UNDER_POLICY = f"pwdPolicySubentry: {_POLICY}"
IN_OPENLDAP = (
    f"dn: {_POLICY}\nobjectClass: organizationalRole\nobjectClass: pwdPolicy\ncn: policy\n"
    "pwdAttribute: userPassword\npwdLockout: TRUE\npwdMaxFailure: 2\npwdMaxAge: 1\n"
    "pwdGraceAuthNLimit: 5\npwdMustChange: TRUE\n\n"
    + "".join(
        person(login, f"userPassword: {login}-secret", _UNDER_POLICY, *lines)
        for login, lines in {
            "ann": (),
            "locked": (),
            "aged": ("pwdChangedTime: 20200101000000Z",),
            "off": ("pwdAccountLockedTime: 000001010000Z",),
            "past": ("pwdEndTime: 20200101000000.5Z",),
            "upside": ("pwdStartTime: 20400101000000Z", "pwdEndTime: 20300101000000Z"),
            "renew": ("pwdReset: TRUE", "pwdChangedTime: 20260101000000Z"),
            "used": ("pwdLastSuccess: 20260101000000.123456Z",),
        }.items()
    )
    + person("unix", "shadowExpire: 1", "userPassword: unix-secret", classes=("shadowAccount",))
    + slapd_group("admins", "ann")
)

_DISABLED_ROLES = (
    seeds.role(
        "nsManagedDisabledRole",
        *("objectClass: nsSimpleRoleDefinition", "objectClass: nsManagedRoleDefinition"),
    )
    + seeds.role(
        "nsDisabledRole",
        *("objectClass: nsComplexRoleDefinition", "objectClass: nsNestedRoleDefinition"),
        f"nsRoleDN: cn=nsManagedDisabledRole,{DS_SUFFIX}",
    )
    + f"dn: cn=nsAccountInactivationTmp,{DS_SUFFIX}\nobjectClass: nsContainer\n"
    "cn: nsAccountInactivationTmp\n\n"
    f'dn: cn="cn=nsDisabledRole,{DS_SUFFIX}",cn=nsAccountInactivationTmp,{DS_SUFFIX}\n'
    "objectClass: extensibleObject\nobjectClass: cosTemplate\nobjectClass: ldapSubEntry\n"
    "nsAccountLock: true\ncosPriority: 0\n\n"
    f"dn: cn=nsAccountInactivation_cos,{DS_SUFFIX}\nobjectClass: ldapSubEntry\n"
    "objectClass: cosSuperDefinition\nobjectClass: cosClassicDefinition\n"
    f"cosTemplateDn: cn=nsAccountInactivationTmp,{DS_SUFFIX}\n"
    "cosAttribute: nsAccountLock operational\ncosSpecifier: nsRole\n\n"
)
IN_389 = (
    "".join(
        seeds.person(login, f"userPassword: {login}-secret", *lines)
        for login, lines in {
            "ann": (),
            "locked": (),
            "renew": (),
            "off": ("nsAccountLock: true",),
            "role": (f"nsRoleDN: cn=nsManagedDisabledRole,{DS_SUFFIX}",),
            "used": ("lastLoginTime: 20260101000000Z",),
        }.items()
    )
    + _DISABLED_ROLES
    + seeds.group("admins", "ann")
)
POLICY_OF_389 = (
    "dn: cn=config\nchangetype: modify\nreplace: passwordLockout\npasswordLockout: on\n-\n"
    "replace: passwordMaxFailure\npasswordMaxFailure: 2\n-\n"
    "replace: passwordMustChange\npasswordMustChange: on\n\n"
    f"dn: {seeds.dn('renew')}\nchangetype: modify\nreplace: userPassword\n"
    "userPassword: renew-secret\n\n"
)


def _signs_in(url: str, ca_file: Path, name: str, password: str) -> bool:
    done = subprocess.run(
        ["ldapsearch", "-x", "-H", url, "-D", name, "-w", password, "-s", "base", "-b", "", "1.1"],
        capture_output=True,
        env={"LDAPTLS_CACERT": str(ca_file)},
        check=False,
    )
    return done.returncode == 0


def states(reading: Reading, login: str) -> dict[str, tuple[str, str]]:
    """Since when and by what an account is in each of its states."""
    (one,) = [row[1] for row in reading.tables["accounts"].rows() if row[2] == login]
    return {row[2]: (row[3], row[4]) for row in reading.tables["states"].rows() if row[1] == one}


def enabled(reading: Reading) -> dict[str, bool]:
    return {row[2]: row[6] == "true" for row in reading.tables["accounts"].rows()}


def kinds(reading: Reading) -> dict[str, str]:
    return {row[2]: row[5] for row in reading.tables["accounts"].rows()}


@pytest.fixture(scope="module")
def samba(sambas: Sambas) -> Iterator[Samba]:
    with sambas(IN_AD) as running:
        for _ in range(3):
            _signs_in(f"ldaps://{running.address}", running.ca_file, "locked@ad.test", "wrong")
        yield running


@pytest.fixture(scope="module")
def of_samba(samba: Samba, collect: Collect) -> Reading:
    return collect(as_account(samba), kind=DirectoryKind.ACTIVE_DIRECTORY, bases=(AD.base,))


def test_active_directory_names_the_state_and_its_reason(of_samba: Reading) -> None:
    assert states(of_samba, "off")["disabled"] == ("", "userAccountControl 514 (bit 0x2)")
    assert states(of_samba, "past")["expired"] == (
        "1970-01-01T00:00:00Z",
        "accountExpires 116444736000000000",
    )
    assert states(of_samba, "renew")["must-change-password"] == ("", "pwdLastSet 0")
    since, reason = states(of_samba, "locked")["locked"]
    assert datetime.fromisoformat(since).tzinfo is UTC
    assert reason == "msDS-User-Account-Control-Computed (bit 0x10)"
    assert "password-never-expires" in states(of_samba, "ann")


def test_active_directory_tells_who_was_used_from_who_never_was(of_samba: Reading) -> None:
    since, reason = states(of_samba, "audit")["used"]
    assert datetime.fromisoformat(since).tzinfo is UTC
    assert reason == "lastLogonTimestamp, up to 14 days late"
    since, reason = states(of_samba, "unused")["never-used"]
    assert datetime.fromisoformat(since).tzinfo is UTC
    assert reason.startswith("no lastLogonTimestamp")
    assert "used" not in states(of_samba, "unused")


def test_active_directory_tells_services_from_people(of_samba: Reading) -> None:
    assert states(of_samba, "web")["service-principal"] == (
        "",
        "servicePrincipalName http/web and 1 more",
    )
    gmsa = states(of_samba, "gmsa$")
    assert gmsa["managed-service"] == ("", "objectClass msDS-GroupManagedServiceAccount")
    assert not {"computer", "must-change-password"} & set(gmsa)
    assert states(of_samba, "DC1$")["computer"] == ("", "objectClass computer")
    assert {login: kinds(of_samba)[login] for login in ("ann", "web", "gmsa$", "DC1$")} == {
        "ann": "human",
        "web": "service",
        "gmsa$": "service",
        "DC1$": "service",
    }


def test_active_directory_lets_in_whom_the_reading_calls_enabled(
    samba: Samba, of_samba: Reading
) -> None:
    """But for the lock and the password to be changed, which pass."""
    assert all(enabled(of_samba)[login] for login in ("locked", "renew"))
    for login in ("ann", "off", "past", "unused"):
        url = f"ldaps://{samba.address}"
        signed_in = _signs_in(url, samba.ca_file, f"{login}@ad.test", f"{login}-secret")
        assert enabled(of_samba)[login] is signed_in, login


@pytest.fixture(scope="module")
def slapd(slapds: Slapds) -> Iterator[Slapd]:
    with slapds(IN_OPENLDAP) as running:
        yield running


@pytest.fixture(scope="module")
def sign_in_to_slapd(slapd: Slapd) -> SignIn:
    url = f"ldaps://127.0.0.1:{slapd.tls_port}"
    return lambda login, password: _signs_in(
        url, slapd.ca_file, f"uid={login},ou=people,{SUFFIX}", password
    )


@pytest.fixture(scope="module")
def of_slapd(slapd: Slapd, sign_in_to_slapd: SignIn, server: Server, collect: Collect) -> Reading:
    for _ in range(2):
        assert not sign_in_to_slapd("locked", "wrong")
    assert sign_in_to_slapd("aged", "aged-secret")
    return collect(server(slapd))


def test_openldap_names_the_state_and_its_reason(of_slapd: Reading) -> None:
    assert states(of_slapd, "off")["disabled"] == ("", "pwdAccountLockedTime 000001010000Z")
    assert states(of_slapd, "past")["expired"] == (
        "2020-01-01T00:00:00Z",
        "pwdEndTime 20200101000000.5Z",
    )
    assert states(of_slapd, "upside")["disabled"][1].startswith("pwdEndTime 2030-01-01")
    assert states(of_slapd, "renew")["must-change-password"] == (
        "2026-01-01T00:00:00Z",
        "pwdReset TRUE",
    )
    since, reason = states(of_slapd, "locked")["locked"]
    assert datetime.fromisoformat(since).tzinfo is UTC
    assert "may have passed" in reason
    assert "pwdGraceUseTime" in states(of_slapd, "aged")["password-expired"][1]
    assert states(of_slapd, "unix")["expired"][0] == "1970-01-02T00:00:00Z"
    assert states(of_slapd, "used")["used"] == (
        "2026-01-01T00:00:00Z",
        "pwdLastSuccess, sign-ins by LDAP alone",
    )
    assert states(of_slapd, "ann")["never-used"][1].startswith("no pwdLastSuccess")


def test_openldap_lets_in_whom_the_reading_calls_enabled(
    of_slapd: Reading, sign_in_to_slapd: SignIn
) -> None:
    """But for the lock, which passes."""
    assert enabled(of_slapd)["locked"] is True
    for login in ("ann", "aged", "off", "past", "upside", "renew", "unix"):
        assert enabled(of_slapd)[login] is sign_in_to_slapd(login, f"{login}-secret"), login


@pytest.fixture(scope="module")
def ds389(ds389s: Ds389s) -> Iterator[Ds389]:
    with ds389s(IN_389) as running:
        running.change(POLICY_OF_389)
        yield running


@pytest.fixture(scope="module")
def sign_in_to_389(ds389: Ds389) -> SignIn:
    url = f"ldaps://127.0.0.1:{ds389.tls_port}"
    return lambda login, password: _signs_in(url, ds389.ca_file, seeds.dn(login), password)


@pytest.fixture(scope="module")
def of_389(ds389: Ds389, sign_in_to_389: SignIn, collect: Collect) -> Reading:
    for _ in range(2):
        assert not sign_in_to_389("locked", "wrong")
    server = ServerSettings(
        name="Corp",
        host="127.0.0.1",
        port=ds389.tls_port,
        bind_dn=f"cn=audit,{DS_SUFFIX}",
        password=lambda: "audit-secret",
        ca_file=ds389.ca_file,
        timeout_seconds=20,
        deadline_seconds=60,
    )
    return collect(server, kind=DirectoryKind.DS389, bases=(DS_SUFFIX,))


def test_389_names_the_state_and_its_reason(of_389: Reading) -> None:
    assert states(of_389, "off")["disabled"] == ("", "nsAccountLock true")
    assert "by the role cn=ns" in states(of_389, "role")["disabled"][1]
    assert states(of_389, "locked")["locked"][1].endswith("passwordRetryCount 2")
    assert "19700101000000Z" in states(of_389, "renew")["must-change-password"][1]
    assert states(of_389, "used")["used"] == (
        "2026-01-01T00:00:00Z",
        "lastLoginTime, sign-ins by LDAP alone",
    )


def test_389_lets_in_whom_the_reading_calls_enabled(
    of_389: Reading, sign_in_to_389: SignIn
) -> None:
    """But for the lock and the password to be changed, which pass."""
    assert {login: enabled(of_389)[login] for login in ("locked", "renew")} == {
        "locked": True,
        "renew": True,
    }
    for login in ("ann", "off", "role", "used"):
        assert enabled(of_389)[login] is sign_in_to_389(login, f"{login}-secret"), login
