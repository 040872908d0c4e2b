"""Rows: what happens to a server while it is read, and what it hides from whoever reads it."""

from collections.abc import Iterator, Mapping

from accessreview.ldap.settings import DirectoryKind
from tests.directory_faults import (
    AD,
    DS389,
    HASTE,
    IN_VAIN,
    KINDS,
    OPENLDAP,
    SHAPES,
    Fault,
    everywhere,
)
from tests.directory_faults_own import (
    LOCKING,
    Event,
    changed,
    clock_set_back,
    deleting,
    freeze,
    hiding,
    kill,
    leaving,
    meanwhile,
    of_openldap,
    renaming,
    restart,
)
from tests.directory_faults_servers import PEOPLE
from tests.directory_faults_staging import direct
from tests.directory_seeds.openldap import LONG
from tests.faults import Outcome
from tests.servers.slapd import SUFFIX, group, person

NOTHING, PARTIAL = Outcome.NOTHING, Outcome.PARTIAL
KEPT_OUT, COMPLETE = Outcome.KEPT_OUT, Outcome.COMPLETE

_BROKEN = "the connection failed"
_FORTY = PEOPLE[:40]
_MANY = 50_000


def rows() -> Iterator[Fault]:
    yield from _lost_servers()
    yield from _changes()
    yield from _real_limits()
    yield from _hidden_in_openldap()
    yield from _hidden_in_others()
    yield from _odd_contents()
    yield from everywhere("clock set back", "while reading", COMPLETE, "", clock_set_back)


def _lost_servers() -> Iterator[Fault]:
    for server in KINDS:
        for moment, search, outcome in (
            ("before the first page", 1, NOTHING),
            ("after the second page", 3, PARTIAL),
            ("after the last page of people", SHAPES[server].people + 1, PARTIAL),
        ):
            stage = meanwhile(kill, search, is_gone=True)
            if server is not AD or search != 1:  # each start of it takes its time
                yield Fault(server, "server killed", moment, outcome, _BROKEN, stage)
    moment = "after the second page"
    stage = meanwhile(restart, 3)
    yield from everywhere("server killed and started again", moment, PARTIAL, _BROKEN, stage)
    stage = meanwhile(freeze, 3, is_gone=True, **HASTE)
    yield from everywhere("server frozen", moment, PARTIAL, IN_VAIN, stage)


def _changes() -> Iterator[Fault]:
    """What is asked first is read as it was, what is asked last as it is."""
    dangling, moved = "A member was not found", "One immutable id has two names"
    for what, event, outcomes, words in (
        ("person deleted", deleting("u100"), {OPENLDAP: PARTIAL}, dangling),
        ("person renamed", renaming("u100"), {OPENLDAP: PARTIAL}, dangling),
    ):
        yield from _meanwhile(what, "before the first page", event, outcomes, words)
    for what, event, outcomes, words in (
        ("person deleted", deleting("u100"), {}, ""),
        ("person renamed", renaming("u100"), {AD: PARTIAL, DS389: PARTIAL}, moved),
        ("group deleted", deleting("g20"), dict.fromkeys(KINDS, KEPT_OUT), "no longer there"),
        ("account that reads locked or deleted", LOCKING, {}, ""),
    ):
        yield from _meanwhile(what, "after the last page of people", event, outcomes, words)
    stage = meanwhile(leaving("all", *_FORTY), 1, values=50)
    moment = "between two parts of a group"
    yield Fault(AD, "members taken out", moment, COMPLETE, "", stage)


def _meanwhile(
    what: str, moment: str, event: Event, outcomes: Mapping[DirectoryKind, Outcome], words: str
) -> Iterator[Fault]:
    """``outcomes`` are those that are not complete, for which there are ``words``."""
    for server in KINDS:
        search = 1 if moment == "before the first page" else SHAPES[server].people + 1
        outcome = outcomes.get(server, COMPLETE)
        said = words if server in outcomes else ""
        yield Fault(server, what, moment, outcome, said, meanwhile(event, search))


def _real_limits() -> Iterator[Fault]:
    stage = of_openldap(size_limit=60, account="capped")
    words = "the server's size limit was reached"
    yield Fault(OPENLDAP, "size limit in total", "third page", PARTIAL, words, stage)
    stage = direct("shallow")
    words = "a limit set by the server's administrator"
    what = "look-through limit"
    yield Fault(DS389, what, "of the account", PARTIAL, words, stage)


def _hidden_in_openldap() -> Iterator[Fault]:
    every = "by * none"
    found_only = "by users search by * none"
    for what, moment, rule, outcome, words in (
        ("entry hidden", "a member", ("u030", "", every), PARTIAL, "was not found"),
        (
            *("entry hidden", "a group in a group", ("chain2", "", every)),
            *(PARTIAL, "was not found"),
        ),
        (
            *("entry hidden", "another group", ("g05", "", every)),
            *(KEPT_OUT, "is no longer there"),
        ),
        (
            *("members hidden", "a group of four", ("g05", " attrs=member", every)),
            *(PARTIAL, "always has a member"),
        ),
        (
            *("object classes hidden", "a group", ("g05", " attrs=objectClass", found_only)),
            *(PARTIAL, "object classes are not shown"),
        ),
        (
            *("id hidden", "a group", ("g05", " attrs=entryUUID", every)),
            *(PARTIAL, "without its immutable id"),
        ),
        (
            *("login hidden", "a person", ("u030", " attrs=uid", every)),
            *(COMPLETE, ""),
        ),
    ):
        yield Fault(OPENLDAP, what, moment, outcome, words, of_openldap(rules=_rule(*rule)))
    subtree = f'access to dn.subtree="ou=people,{SUFFIX}" by * none\n'
    stage = of_openldap(rules=subtree)
    words = "Not one account was found"
    yield Fault(OPENLDAP, "subtree hidden", "people", PARTIAL, words, stage)
    stage = of_openldap(
        settings='access to dn.base="" by * none\n',
        schema={"kind": DirectoryKind.LDAP, "bases": ()},
    )
    words = "does not say what it holds"
    yield Fault(OPENLDAP, "root entry hidden", "first search", NOTHING, words, stage)


def _rule(one: str, what: str, who: str) -> str:
    kind = "uid=" if one in PEOPLE else "cn="
    unit = "people" if one in PEOPLE else "groups"
    return f'access to dn.exact="{kind}{one},ou={unit},{SUFFIX}"{what} {who}\n'


def _hidden_in_others() -> Iterator[Fault]:
    gone, no_classes = "is no longer there", "classes are not shown"
    unseen = "The members of a group are hidden"
    for server, what, moment, event, outcome, words in (
        (DS389, "entry hidden", "a member", hiding("u030"), PARTIAL, "was not found"),
        (AD, "entry hidden", "a member", hiding("u030"), PARTIAL, no_classes),
        (DS389, "entry hidden", "a group in a group", hiding("chain2"), PARTIAL, "was not found"),
        (AD, "entry hidden", "a group in a group", hiding("chain2"), PARTIAL, no_classes),
        (DS389, "entry hidden", "another group", hiding("g05"), KEPT_OUT, gone),
        (AD, "entry hidden", "another group", hiding("g05"), KEPT_OUT, gone),
        (DS389, "members hidden", "a group of four", hiding("g05", "member"), PARTIAL, unseen),
        (DS389, "members hidden", "a group of many", hiding("all", "member"), PARTIAL, unseen),
        (AD, "members hidden", "a group of four", hiding("g05", "member"), PARTIAL, unseen),
        (AD, "members hidden", "a group of many", hiding("all", "member"), PARTIAL, unseen),
        # a filter does not find it any more either
        (DS389, "object classes hidden", "a group", hiding("g05", "objectClass"), KEPT_OUT, gone),
        (AD, "object classes hidden", "a group", hiding("g05", "objectClass"), KEPT_OUT, gone),
        (DS389, "id hidden", "a group", hiding("g05", "nsUniqueId"), PARTIAL, "immutable id"),
        (AD, "id hidden", "a group", hiding("g05", "objectSid"), PARTIAL, "immutable id"),
    ):
        yield Fault(server, what, moment, outcome, words, changed(event))


def _odd_contents() -> Iterator[Fault]:
    names = tuple(f"many{number}" for number in range(_MANY))
    many = "".join(map(person, names)) + group("many", *names)
    for what, moment, entries in (
        ("value of a megabyte", "a person", LONG + group("long", "long")),
        ("group of 50,000 members", "a group", many),
        ("two of one cn", "groups", group("g05", "u000", under="ou=people")),
    ):
        stage = of_openldap(entries=entries, page_size=500)
        yield Fault(OPENLDAP, what, moment, COMPLETE, "", stage)
