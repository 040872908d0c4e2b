"""Taking members out of groups of each product: what it answers, and what is never tried."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from urllib.parse import quote

import pytest

from accessreview.ldap.connection import open_connection
from accessreview.ldap.settings import DirectoryKind, Security
from accessreview.model.access import AccountRef, GroupRef
from accessreview.model.attribute_names import AttributeNames
from accessreview.model.errors import RemediationError
from accessreview.remediators.results import RESULTS, Result
from tests.integration.directory.conftest import Collect, Ds389s, Sambas, Server, Slapds
from tests.integration.directory.readings import as_account
from tests.integration.directory.writing import (
    ACTIVE_DIRECTORY,
    AWAY,
    DS389,
    OPENLDAP,
    Product,
)
from tests.servers import ds389, slapd
from tests.servers.certificates import Authority, Issued, issue
from tests.servers.ldap_relay import At, Deed, Misbehaviour, running_ldap_relay
from tests.servers.samba import AD, ADDRESSES

pytestmark = [
    pytest.mark.integration,
    pytest.mark.allow_hosts(["127.0.0.1", *ADDRESSES]),
]

SERVERS = ("openldap", "389-ds", "active-directory")


@pytest.fixture(scope="module")
def products(
    slapds: Slapds, ds389s: Ds389s, sambas: Sambas, server: Server, collect: Collect
) -> Iterator[dict[str, Product]]:
    with ExitStack() as stack:
        one = stack.enter_context(slapds(OPENLDAP))
        two = stack.enter_context(ds389s(DS389))
        three = stack.enter_context(sambas(ACTIVE_DIRECTORY))

        yield {
            "openldap": Product(
                kind=DirectoryKind.OPENLDAP,
                server=lambda account: server(one, account),
                read=collect,
                groups=f"ou=groups,{slapd.SUFFIX}",
                people=f"ou=people,{slapd.SUFFIX}",
                naming="uid",
                change=lambda _ldif: None,
            ),
            "389-ds": Product(
                kind=DirectoryKind.DS389,
                server=lambda account: server(two, account, bind_dn=f"cn={account},{ds389.SUFFIX}"),
                read=lambda settings: collect(
                    settings, kind=DirectoryKind.DS389, bases=(ds389.SUFFIX,)
                ),
                groups=f"ou=groups,{ds389.SUFFIX}",
                people=f"ou=people,{ds389.SUFFIX}",
                naming="uid",
                change=two.change,
            ),
            "active-directory": Product(
                kind=DirectoryKind.ACTIVE_DIRECTORY,
                server=partial(as_account, three),
                read=lambda settings: collect(
                    settings, kind=DirectoryKind.ACTIVE_DIRECTORY, bases=(AD.base,)
                ),
                groups=AD.groups,
                people=AD.people,
                naming="cn",
                change=three.change,
            ),
        }


@pytest.fixture(scope="module")
def between(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Issued:
    """The certificate of what stands between."""
    return issue(authority, tmp_path_factory.mktemp("between"), name="between")


@pytest.fixture(params=SERVERS)
def product(products: dict[str, Product], request: pytest.FixtureRequest) -> Product:
    return products[request.param]


def answer(product: Product, group: str, login: str, account: str = "remedy") -> Result:
    """What the table says of the code that comes back, the group being named by its whole name."""
    with open_connection(product.server(account), RemediationError, writes=True) as connection:
        code = connection.delete_values(group, {"member": [product.person(login).encode()]})
    return RESULTS[product.kind][code]


def test_each_answer_means_what_the_table_says(product: Product) -> None:
    leave = product.group("leave")
    may_be_empty = product.kind is not DirectoryKind.OPENLDAP
    is_vague = product.kind is DirectoryKind.DS389
    no_right, no_group = (
        (Result.NO_RIGHT_OR_GROUP,) * 2 if is_vague else (Result.NO_RIGHT, Result.NO_GROUP)
    )
    assert answer(product, leave, "ben", "audit") is no_right
    assert answer(product, leave, "ben") is Result.REMOVED
    assert answer(product, leave, "ben") is Result.NO_MEMBER
    assert answer(product, product.group("nosuch"), "ben") is no_group
    assert answer(product, product.group("last"), "ann") is (
        Result.REMOVED if may_be_empty else Result.LAST_MEMBER
    )


@pytest.mark.parametrize("product", ["openldap"], indirect=True)
def test_a_group_on_another_server_is_told_and_not_followed(product: Product) -> None:
    assert answer(product, f"{AWAY},{product.suffix}", "ann") is Result.ELSEWHERE


@pytest.mark.parametrize("product", ["389-ds"], indirect=True)
def test_a_copy_that_sends_writers_elsewhere_is_told_and_not_followed(product: Product) -> None:
    """As a consumer does, which only its supplier changes."""
    node = f'dn: cn="{product.suffix}",cn=mapping tree,cn=config\nchangetype: modify\n'
    url = f"ldap://127.0.0.1:9/{quote(product.suffix, safe='')}"
    product.change(f"{node}replace: nsslapd-referral\nnsslapd-referral: {url}\n")
    product.change(f"{node}replace: nsslapd-state\nnsslapd-state: referral on update\n")
    try:
        with pytest.raises(RemediationError, match=r"lies on another server.*\(code 10\)"):
            product.remedy().apply(product.removal("ann", "forbidden"))
    finally:
        product.change(f"{node}replace: nsslapd-state\nnsslapd-state: backend\n")
    assert product.members("forbidden") == {"ann", "ben"}


def test_what_is_removed_is_written_down_so_that_a_command_puts_it_back(product: Product) -> None:
    change = product.removal("ann", "back")
    applied = product.remedy().apply(change)
    assert product.members("back") == {"ben"}
    assert "(code 0)" in applied.after
    command = applied.after.partition("To put it back: ")[2]
    assert _put_back(product, command) == 0
    assert product.members("back") == {"ann", "ben"}
    # whoever is in it already is not added twice
    already = 68 if product.kind is DirectoryKind.ACTIVE_DIRECTORY else 20
    assert _put_back(product, command) == already


def _put_back(product: Product, command: str) -> int:
    settings = product.server("remedy")
    assert "ACCOUNT -W" in command
    ready = command.replace("ACCOUNT -W", f"{settings.bind_dn} -w remedy-secret")
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {ready}"],
        env={"LDAPTLS_CACERT": str(settings.ca_file), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode


@pytest.mark.parametrize(
    ("misbehaviour", "words"),
    [
        (Misbehaviour(Deed.HANG_UP, At.MODIFIED), "was not answered, so it was looked at again"),
        (Misbehaviour(Deed.LOSE, At.MODIFIED), "was not answered, so it was looked at again"),
        (Misbehaviour(Deed.RESULT, At.MODIFIED, code=51), "busy"),
        (Misbehaviour(Deed.RESULT, At.MODIFIED, code=3), "time limit"),
        (Misbehaviour(Deed.RESULT, At.MODIFIED, code=50), "lacks the right"),
    ],
    ids=["connection lost", "answer lost", "busy", "time limit", "no right"],
)
def test_what_counts_is_a_look_at_the_group_and_nothing_is_sent_twice(
    product: Product, between: Issued, misbehaviour: Misbehaviour, words: str
) -> None:
    """The server did as it was asked, and something else comes back, or nothing."""
    change, direct = product.removal("ann", "unsure"), product.server("remedy")
    with running_ldap_relay(
        direct.host,
        direct.actual_port,
        misbehaviour,
        upstream_ca=direct.ca_file,
        certificate=between,
        security=Security.LDAPS,
    ) as relay:
        through = replace(
            direct, host="127.0.0.1", port=relay.port, timeout_seconds=2, fallback_hosts=("nobody",)
        )
        applied = replace(product.remedy(), settings=through).apply(change)
    assert words in applied.after
    assert relay.events[At.MODIFIED] == 1
    assert product.members("unsure") == {"ben"}
    assert _put_back(product, _undo_of(product, "unsure", "ann")) == 0


def _undo_of(product: Product, group: str, login: str) -> str:
    lines = (
        f"dn: {product.group(group)}",
        "changetype: modify",
        "add: member",
        f"member: {product.person(login)}",
    )
    settings = product.server("remedy")
    words = " ".join(map(shlex.quote, lines))
    server = f"ldaps://{settings.host}:{settings.actual_port}"
    return rf"printf '%s\n' {words} | ldapmodify -x -H {server} -D ACCOUNT -W"


def test_a_name_that_changed_since_is_found_again_by_the_id(
    product: Product,
) -> None:
    change = product.removal("ann", "moved")
    stale = replace(
        change,
        group_locator=f"cn=earlier,{product.groups}",
        member_locator=f"{product.naming}=earlier,{product.people}",
    )
    assert "is gone" in product.remedy().apply(stale).after
    assert product.members("moved") == {"cat"}


def test_another_object_of_the_same_name_is_left_alone(product: Product) -> None:
    change = product.removal("ann", "forbidden")
    for stranger in (
        replace(change, group=GroupRef("corp", f"{change.group.id[:-3]}999")),
        replace(change, member=AccountRef("corp", f"{change.member.id[:-3]}999")),
    ):
        with pytest.raises(RemediationError, match="no longer under its id"):
            product.remedy().apply(stranger)
    assert product.members("forbidden") == {"ann", "ben"}


def test_the_last_member_goes_where_a_group_may_be_empty(product: Product) -> None:
    if product.kind is DirectoryKind.OPENLDAP:
        with pytest.raises(RemediationError, match=r"may not be empty.*\(code 65\)"):
            product.remedy().apply(product.removal("ann", "last"))
        return
    applied = product.remedy().apply(product.removal("ann", "last"))
    assert "members that are left: 0" in applied.after or "not there any more" in applied.after
    assert product.members("last") == set()


def test_a_group_of_the_account_that_writes_is_left_alone(product: Product) -> None:
    """In an Active Directory also one that it is in through another."""
    with pytest.raises(RemediationError, match="itself in own, which is therefore left alone"):
        product.remedy().apply(product.removal("ann", "own"))


@pytest.mark.parametrize("product", ["active-directory"], indirect=True)
def test_the_account_that_writes_is_never_taken_out_of_a_group(product: Product) -> None:
    with pytest.raises(RemediationError, match="the account that makes this change; another must"):
        product.remedy().apply(product.removal("remedy", "within"))


@pytest.mark.parametrize("product", ["active-directory"], indirect=True)
@pytest.mark.parametrize("group", ["Domain Admins", "Enterprise Admins", "Account Operators"])
def test_groups_that_administer_a_domain_are_protected_by_their_numbers(
    product: Product, group: str
) -> None:
    with pytest.raises(RemediationError, match=f"{group} is a protected group"):
        product.remedy().apply(product.removal("ann", group))


@pytest.mark.parametrize("product", ["openldap", "389-ds"], indirect=True)
def test_a_dynamic_group_is_left_to_a_person_and_not_said_to_be_done(product: Product) -> None:
    assert "ann" in product.members("dynamic")
    with pytest.raises(RemediationError, match=r"dynamic group.*change the search"):
        product.remedy().apply(product.removal("ann", "dynamic"))


@pytest.mark.parametrize("product", ["389-ds"], indirect=True)
@pytest.mark.parametrize(
    ("role", "words"), [("operators", "out of nsRoleDN of ann"), ("ops", "the server computes")]
)
def test_a_role_is_left_to_a_person(product: Product, role: str, words: str) -> None:
    assert "ann" in product.members(role)
    with pytest.raises(RemediationError, match=words):
        product.remedy().apply(product.removal("ann", role))


@pytest.mark.parametrize("product", ["openldap", "389-ds"], indirect=True)
def test_a_login_in_a_group_of_logins_goes(product: Product) -> None:
    applied = product.remedy().apply(product.removal("ann", "unix"))
    assert "memberUid: ann" in applied.before
    assert product.members("unix") == set()


def test_a_member_of_another_directory_is_left_to_a_person(product: Product) -> None:
    foreign = replace(product.removal("ann", "forbidden"), member=AccountRef("other", "S-1-5-21-9"))
    with pytest.raises(RemediationError, match=r"lies in another directory \(other\)"):
        product.remedy().apply(foreign)


def test_the_kind_may_be_left_to_the_server_to_say(product: Product) -> None:
    change = product.removal("ann", "forbidden")
    remedy = replace(product.remedy("audit"), kind=DirectoryKind.LDAP)
    with pytest.raises(RemediationError, match=r"lacks the right.*\(code 50\)"):
        remedy.apply(change)


@pytest.mark.parametrize("product", ["active-directory"], indirect=True)
def test_another_attribute_may_hold_the_id(product: Product) -> None:
    """As the settings of the source say it; it is searched for where there is no other name."""
    change = product.removal("ann", "forbidden")
    by_login = AttributeNames(unique_id="sAMAccountName")
    named = replace(change, group=GroupRef("corp", "forbidden"), member=AccountRef("corp", "ann"))
    stale = replace(named, group_locator="", member_locator="")
    for one in (named, stale):
        with pytest.raises(RemediationError, match="lacks the right"):
            product.remedy("audit", by_login).apply(one)


def test_answers_are_in_words_without_what_the_server_says_freely(product: Product) -> None:
    with pytest.raises(RemediationError) as refused:
        product.remedy("audit").apply(product.removal("ann", "forbidden"))
    assert re.search(r"is still there in Corp \(ldaps://.*\(code 50\)", str(refused.value))
