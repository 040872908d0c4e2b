"""Rows: entries that are withheld, doubled, or hold what no reader expects."""

from collections.abc import Iterator
from dataclasses import replace

from accessreview.ldap.settings import DirectoryKind
from tests.directory_faults import AD, DS389, KINDS, OPENLDAP, SHAPES, Fault, Ground, everywhere
from tests.directory_faults_staging import Deed as Staged
from tests.directory_faults_staging import relayed
from tests.faults import Outcome
from tests.servers.adproxy import query_policy
from tests.servers.ldap_relay import At, Deed, Misbehaviour

_IDS = {OPENLDAP: b"entryUUID", AD: b"objectSid", DS389: b"nsUniqueId"}


def rows() -> Iterator[Fault]:
    yield from _withheld()
    yield from _strange_names()
    yield from _hidden_attributes()
    yield from _ids()
    yield from _of_rootdse()
    yield from _in_parts()


def at_entry(name: str, deed: Misbehaviour) -> Staged:
    """The deed where this person or group comes."""
    return lambda ground: replace(deed, at=At.ENTRY, number=ground.entry_of(name))


def rewriting(old: bytes, new: bytes) -> Misbehaviour:
    """In every entry."""
    return Misbehaviour(Deed.REWRITE, At.ENTRY, always=True, old=old, new=new)


def _withheld() -> Iterator[Fault]:
    stage = relayed(at_entry("u030", Misbehaviour(Deed.LOSE)))
    yield from everywhere("entry withheld", "a member", Outcome.COMPLETE, "", stage)
    stage = relayed(at_entry("chain2", Misbehaviour(Deed.LOSE)))
    yield from everywhere("entry withheld", "a group in a group", Outcome.COMPLETE, "", stage)
    stage = relayed(at_entry("g05", Misbehaviour(Deed.LOSE)))
    words = "which a permission names, is no longer there"
    yield from everywhere("entry withheld", "another group", Outcome.KEPT_OUT, words, stage)
    for server in KINDS:
        after = SHAPES[server].entries + 1
        stage = relayed(Misbehaviour(Deed.LOSE, At.ENTRY, after, always=True))
        words = "Not one group was found"
        yield Fault(server, "entry withheld", "every group", Outcome.PARTIAL, words, stage)
    stage = relayed(Misbehaviour(Deed.LOSE, At.ENTRY, always=True))
    for server, outcome, words in (
        (OPENLDAP, Outcome.PARTIAL, "Not one account was found"),
        (AD, Outcome.NOTHING, "the server repeats a page"),  # for its cookies are always the same
        (DS389, Outcome.NOTHING, "the server repeats a page"),
    ):
        yield Fault(server, "entry withheld", "every one", outcome, words, stage)
    stage = relayed(Misbehaviour(Deed.REPEAT, At.ENTRY, always=True))
    yield from everywhere("entry twice", "every one", Outcome.COMPLETE, "", stage)
    stage = relayed(at_entry("g05", Misbehaviour(Deed.REWRITE, old=b"g05", new=b"g04")))
    words = "Two different readings carry the same name"
    yield from everywhere("two of one name", "a group", Outcome.PARTIAL, words, stage)


def _strange_names() -> Iterator[Fault]:
    for what, new in {
        "NUL in names and values": b"u\x0007",
        "invalid UTF-8 in names and values": b"u\xff07",
        "lone surrogate in names and values": b"u\xed\xa0\x8007",
        "markup and commas in names and values": b"u<b>\\2C\\3D07",
        "line ends in names and values": b"u\r\n07",
    }.items():
        stage = relayed(rewriting(b"u007", new))
        yield from everywhere(what, "a person", Outcome.COMPLETE, "", stage)
    words = "is no distinguished name"
    for what, new in {
        "no name": b"\xff\xfe nobody",
        "a name cut short": b"cn=x,ou",
        "nothing before the equals sign": b"=x,ou=people",
        "an escape cut short": b"cn=x\\",
    }.items():
        stage = relayed(_member_of_g05(new))
        yield from everywhere(f"member: {what}", "a group", Outcome.PARTIAL, words, stage)


def _member_of_g05(new: bytes) -> Staged:
    """One of them is written otherwise."""

    def deed(ground: Ground) -> Misbehaviour:
        old = ground.written("u020").encode()
        return Misbehaviour(Deed.REWRITE, At.ENTRY, ground.entry_of("g05"), old=old, new=new)

    return deed


def _hidden_attributes() -> Iterator[Fault]:
    hidden = Misbehaviour(Deed.REWRITE, old=b"objectClass", new=b"objectGlass")
    words = "object classes are not shown"
    for moment, group in (("a group in a group", "chain2"), ("another group", "g05")):
        stage = relayed(at_entry(group, hidden))
        yield from everywhere("object classes not sent", moment, Outcome.PARTIAL, words, stage)
    hidden = Misbehaviour(Deed.REWRITE, old=b"member", new=b"remember")
    stage = relayed(at_entry("all", hidden))
    words = "always has a member, and none is shown"
    what, moment = "members not sent", "a group"
    yield Fault(OPENLDAP, what, moment, Outcome.PARTIAL, words, stage)
    words = "The members of a group are hidden"
    for server in (AD, DS389):
        yield Fault(server, what, moment, Outcome.PARTIAL, words, stage)


def _ids() -> Iterator[Fault]:
    for server in KINDS:
        hidden = Misbehaviour(Deed.REWRITE, old=_IDS[server], new=b"x" * len(_IDS[server]))
        hidden_too = replace(hidden, old=_IDS[server].lower())
        stage = relayed(at_entry("g05", hidden), at_entry("g05", hidden_too))
        words = "without its immutable id"
        yield Fault(server, "id not sent", "a group", Outcome.PARTIAL, words, stage)
    stage = relayed(_same_id("u008", "u007"))
    words = "One immutable id has two names"
    yield from everywhere("two of one id", "people", Outcome.PARTIAL, words, stage)
    stage = relayed(_same_id("g05", "u007"))
    yield from everywhere("two of one id", "a group and a person", Outcome.PARTIAL, words, stage)


def _same_id(one: str, other: str) -> Staged:
    def deed(ground: Ground) -> Misbehaviour:
        return rewriting(ground.raw_id(one), ground.raw_id(other))

    return deed


def _of_rootdse() -> Iterator[Fault]:
    asked = {"kind": DirectoryKind.LDAP, "bases": ()}
    for what, deed, words in (
        ("refused", Misbehaviour(Deed.RESULT, At.DONE, code=50), "lacks the right"),
        ("withheld", Misbehaviour(Deed.LOSE, At.ENTRY), "does not say what it holds"),
        ("garbled", Misbehaviour(Deed.GARBAGE, At.ENTRY), "the answer was not understood"),
    ):
        stage = relayed(deed, schema=asked)
        yield from everywhere("root entry", what, Outcome.NOTHING, words, stage)


def _in_parts() -> Iterator[Fault]:
    """Members of Active Directory that come in parts."""
    for moment, policy in (("50", query_policy(50)), ("7", query_policy(7))):
        stage = relayed(policy=policy)
        yield Fault(AD, "members in parts", f"{moment} at a time", Outcome.COMPLETE, "", stage)
