"""Lies told in one certificate, and worlds in which it would be one: each is found, and named."""

import pytest

from accessreview.model.snapshot import Snapshot
from tests.certified import (
    CLUSTER,
    PERMISSIONS,
    PLACEMENT,
    Lie,
    by,
    grant,
    held,
    problems,
    proof,
    world,
)


def test_the_certificate_holds_before_anybody_lies() -> None:
    certificate = proof(PLACEMENT)
    assert problems(certificate, PLACEMENT) == ""
    assert certificate["witnesses"] == [
        {
            "identity": "una",
            "duty": "vm",
            "entity": ["vc", "other"],
            "within": ["other"],
            "by": [{"grant": 0, "path": ["other", "folder", "dc", "root"]}],
        },
        {
            "identity": "una",
            "duty": "host",
            "entity": ["vc", "host"],
            "within": ["other", "host"],
            "by": [{"grant": 1, "path": ["host", "cluster"]}],
        },
    ]
    assert certificate["grants"][0] == {
        "account": ["dir", "u"],
        "groups": [["dir", "inner"], ["dir", "outer"]],
        "permission": {
            "source": "vc",
            "entity": "root",
            "principal": "D\\outer",
            "is_group": "true",
            "role": "vm-role",
            "propagate": "true",
        },
        "privileges": ["VM.A", "VM.B"],
    }


LIES: dict[str, tuple[Lie, str]] = {
    "another snapshot": (lambda c: c.update(snapshot="1" * 64), "Its snapshot is 1"),
    "another ruleset": (lambda c: c.update(ruleset="b" * 64), "Its ruleset is b"),
    "another version": (lambda c: c.update(version=2), "Its version is 2, not 1."),
    "another format": (lambda c: c.update(format="x"), "Its format is x, not accessreview-"),
    "a rule that is none": (lambda c: c.update(rule="x"), "The ruleset has no rule x."),
    "an account that is none": (
        lambda c: grant(c, "vm").update(account=["dir", "x"]), "x is not a member of inner."
    ),
    "a name cut short": (lambda c: grant(c, "vm")["groups"][0].pop(), "where 2 values are due"),
    "nobody": (lambda c: c["witnesses"].clear(), "It shows 0 places where one is due."),
    "somebody else": (lambda c: c.update(subject="ann"), "is not about ann alone."),
    "somebody else's account": (
        lambda c: held(c, "vm").update(identity="ann"), "dir/u belongs to una, not to ann."
    ),
    "one duty too few": (lambda c: c["witnesses"].pop(), "It shows 1 where rule takes 2."),
    "one duty twice": (
        lambda c: c.update(witnesses=[held(c, "vm")] * 2), "It shows 1 where rule takes 2."
    ),
    "a duty that is none": (lambda c: held(c, "vm").update(duty="x"), "has no duty x."),
    "a duty of no rule": (
        lambda c: c["witnesses"].append(
            proof(CLUSTER)["witnesses"][0] | {"by": [{"grant": 1, "path": ["cluster"]}]}
        ),
        "It shows duties that rule does not have.",
    ),
    "duties exchanged": (
        lambda c: (held(c, "vm").update(duty="x"), held(c, "host").update(duty="vm"),
                   held(c, "x").update(duty="host")),
        "host does not count on a VirtualMachine.",
    ),
    "a place where it is not": (
        lambda c: held(c, "host").update(within=["other", "cluster"]),
        "host is not shown to be in a place (placement).",
    ),
    "two places": (
        lambda c: held(c, "host").update(within=["vm", "host"]), "It shows 2 places where one is"
    ),
    "no place": (
        lambda c: held(c, "host").update(within=[]), "host is not shown to be in a place"
    ),
    "a place of another type": (
        lambda c: held(c, "host").update(within=["host"]), "host is not shown to be in a place"
    ),
    "a privilege too few": (
        lambda c: grant(c, "vm")["privileges"].pop(), "on other does not amount to vm."
    ),
    "one privilege counted twice": (
        lambda c: grant(c, "vm").update(privileges=["VM.A", "VM.A"]),
        "on other does not amount to vm.",
    ),
    "privileges of another role": (
        lambda c: grant(c, "vm").update(privileges=["Host.A"]),
        "The role vm-role does not give Host.A.",
    ),
    "nothing that gives it": (
        lambda c: held(c, "vm")["by"].clear(), "on other does not amount to vm."
    ),
    "another permission": (
        lambda c: grant(c, "host").update(
            permission=grant(c, "vm")["permission"] | {"entity": "", "role": "global-role"},
            privileges=[],
        ),
        "The entry of D\\outer is not where the path ends.",
    ),
    "a permission that is none": (
        lambda c: grant(c, "vm")["permission"].update(role="host-role"),
        "The snapshot has no permission {",
    ),
    "a permission with more to it": (
        lambda c: grant(c, "vm")["permission"].update(note="x"), "The snapshot has no permission"
    ),
    "a permission without anything": (
        lambda c: grant(c, "vm")["permission"].clear(), "The snapshot has no permission {}."
    ),
    "a grant that nobody needs": (
        lambda c: c["grants"].append(grant(c, "vm") | {"groups": []}),
        "The principal D\\outer is not shown to name u.",
    ),
    "a chain turned round": (
        lambda c: grant(c, "vm")["groups"].reverse(), "u is not a member of outer."
    ),
    "a chain cut off": (
        lambda c: grant(c, "vm")["groups"].pop(), "D\\outer is not shown to name inner."
    ),
    "a chain with a gap": (
        lambda c: grant(c, "vm")["groups"].pop(0), "u is not a member of outer."
    ),
    "a chain left out": (
        lambda c: grant(c, "vm")["groups"].clear(), "D\\outer is not shown to name u."
    ),
    "a step left out": (lambda c: by(c, "vm")["path"].pop(1), "dc is not next above other."),
    "a path cut off": (lambda c: by(c, "vm")["path"].pop(), "is not where the path ends."),
    "a path that begins elsewhere": (
        lambda c: by(c, "vm")["path"].pop(0), "is not where the path ends."
    ),
    "a path by what has no permissions of its own": (
        lambda c: by(c, "vm")["path"].insert(2, "vms"), "vms is not next above folder."
    ),
    "a path that leaps to the top": (
        lambda c: by(c, "vm")["path"].pop(2), "root is not next above folder."
    ),
    "no path": (lambda c: by(c, "vm")["path"].clear(), "is not where the path ends."),
    "a number too high": (lambda c: by(c, "vm").update(grant=9), "It has no grant 9."),
    "a number below zero": (lambda c: by(c, "vm").update(grant=-1), "It has no grant -1."),
    "an entity that is none": (
        lambda c: held(c, "vm").update(entity=["vc", "x"]),
        "The snapshot has no vc/x in the table entities.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_named(name: str) -> None:
    lie, sentence = LIES[name]
    certificate = proof(PLACEMENT)
    lie(certificate)
    assert sentence in problems(certificate, PLACEMENT)


WORLDS: dict[str, tuple[Snapshot, Lie, str]] = {
    "a disabled account": (
        world(disabled=("u",)),
        lambda _: None,
        "The account dir/u is disabled.",
    ),
    "a nearer entry of another group": (
        world(("folder", "inner", "none", True)),
        lambda _: None,
        "The entry of D\\outer is overridden by an entry on folder.",
    ),
    "an entry on the very entity, which need not propagate": (
        world(("other", "inner", "none", False)),
        lambda _: None,
        "The entry of D\\outer is overridden by an entry on other.",
    ),
    "an entry on what the way up shares": (
        world(("hosts", "inner", "none", True)),
        lambda _: None,
        "The entry of D\\outer is overridden by an entry on dc.",
    ),
    "an entry that names the account": (
        world(("root", "u", "none", True)),
        lambda _: None,
        "The entry of D\\outer is replaced by one that names the account.",
    ),
    "an entry that does not propagate": (
        world(permissions=[("root", "outer", "vm-role", False), *PERMISSIONS[1:]]),
        lambda c: grant(c, "vm")["permission"].update(propagate="false"),
        "The entry of D\\outer does not reach other.",
    ),
}


@pytest.mark.parametrize("name", WORLDS)
def test_in_another_world_the_same_facts_would_prove_nothing(name: str) -> None:
    snapshot, admit, sentence = WORLDS[name]
    certificate = proof(PLACEMENT)
    admit(certificate)  # every fact is then a row of that snapshot
    assert problems(certificate, PLACEMENT, snapshot) == sentence


@pytest.mark.parametrize(
    "more",
    [
        ("folder", "apart", "none", True),  # of a group that the account is not in
        ("folder", "v", "none", True),  # of another account
        ("folder", "inner", "none", False),  # that does not come down
        ("root", "inner", "none", True),  # on the same node, where roles add up
    ],
)
def test_an_entry_that_does_not_decide_makes_no_difference(
    more: tuple[str, str, str, bool],
) -> None:
    assert problems(proof(PLACEMENT), PLACEMENT, world(more)) == ""
