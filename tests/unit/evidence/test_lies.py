"""A lie inside a package is found by the check that is responsible, though the seal holds.

Everything here is sealed again with the right key, and the manifest lists the files as they are.
"""

import json
from collections.abc import Callable, Mapping

import pytest

from accessreview.model.canonical import canonical_json
from tests.forgery import Forgery, Row
from tests.unit.evidence.conftest import Story, cancelled, closed, residue

Forge = Callable[[Story], Forgery]


def _about_dans(rows: list[Row]) -> Row:
    return next(
        row
        for row in rows
        if row["subject"] == "dan" and "VM" in row["access"]["permission"]["key"]["principal"]
    )


def _of_dan(change: Callable[[Row], object]) -> Callable[[Forgery], None]:
    return lambda forgery: forgery.change_rows(
        "items.jsonl", lambda rows: change(_about_dans(rows))
    )


def _of_plan(change: Callable[[Row], object]) -> Callable[[Forgery], None]:
    return lambda forgery: forgery.change_rows("plan.jsonl", lambda rows: change(rows[0]))


def _of_campaign(**fields: object) -> Callable[[Forgery], None]:
    return lambda forgery: forgery.change("campaign.json", lambda row: row.update(fields))


def _of_manifest(**fields: object) -> Callable[[Forgery], None]:
    return lambda forgery: forgery.change("manifest.json", lambda row: row.update(fields))


def _of_sign_off(**fields: object) -> Callable[[Forgery], None]:
    return lambda forgery: forgery.change_rows(
        "sign_offs.jsonl", lambda rows: rows[0].update(fields)
    )


def _of_counts(change: Callable[[Row], object]) -> Callable[[Forgery], None]:
    return lambda forgery: forgery.change("population.json", lambda row: change(row["counts"]))


def _without_file(name: str) -> Callable[[Forgery], object]:
    return lambda forgery: forgery.files.pop(name)


def _with_file(name: str, data: bytes) -> Callable[[Forgery], None]:
    return lambda forgery: forgery.files.update({name: data})


def _appended(name: str, text: bytes) -> Callable[[Forgery], None]:
    return lambda forgery: forgery.files.update({name: forgery.files[name] + text})


def _replaced(name: str, old: bytes, new: bytes) -> Callable[[Forgery], None]:
    def lie(forgery: Forgery) -> None:
        assert old in forgery.files[name]
        forgery.files[name] = forgery.files[name].replace(old, new, 1)

    return lie


def _in_after(name: str, text: bytes) -> Callable[[Forgery], None]:
    def lie(forgery: Forgery) -> None:
        (digest,) = forgery.value("manifest.json")["after"]
        forgery.files[f"after/{digest}/{name}"] += text

    return lie


def _settled(forgery: Forgery, **fields: object) -> None:
    """Alter the settlement of Dan's wherever it is stated."""
    forgery.change_rows("items.jsonl", lambda rows: _about_dans(rows)["settlement"].update(fields))
    forgery.change_rows("removals.jsonl", lambda rows: rows[0]["settlement"].update(fields))


def _gone_amy(forgery: Forgery) -> None:
    proof = _about_dans(forgery.rows("items.jsonl"))["settlement"]
    forgery.change_item("amy", lambda row: row.update(settlement=proof))


LIES: Mapping[str, tuple[str, str, Callable[[Forgery], object]]] = {
    "another key inside": ("key", "key.pem", _with_file("key.pem", b"nonsense")),
    "a newer version": ("manifest", "format version 3", _of_manifest(version=3)),
    "an older version": ("manifest", "the program that built it", _of_manifest(version=1)),
    "a version that is none": ("manifest", "format version True", _of_manifest(version=True)),
    "another format": ("manifest", "not an evidence package", _of_manifest(format="x")),
    "a field unknown": ("manifest", "no field 'more'", _of_manifest(more="x")),
    "a file removed": ("files", "removals.jsonl is missing", _without_file("removals.jsonl")),
    "a table removed": ("files", "snapshot/roles.csv", _without_file("snapshot/roles.csv")),
    "a file added": ("files", "notes.txt is no part", _with_file("notes.txt", b"trust me")),
    "a table added": ("files", "no part", _with_file("snapshot/roles.parquet", b"")),
    "the snapshot altered": (
        "snapshots",
        "members.csv was changed",
        _appended("snapshot/members.csv", b"dir,hosts,dir,amy\r\n"),
    ),
    "a later snapshot altered": (
        "snapshots",
        "members.csv was changed",
        _in_after("members.csv", b"dir,hosts,dir,amy\r\n"),
    ),
    "another snapshot named": ("snapshots", "should have", _of_manifest(snapshot="0" * 64)),
    "the ruleset altered": ("ruleset", "not the ruleset", _appended("ruleset.toml", b"\n")),
    "another campaign": ("campaign", "another campaign", _of_campaign(id="other")),
    "another ruleset": ("campaign", "another ruleset", _of_campaign(ruleset="0" * 64)),
    "still in review": ("campaign", "not over", _of_campaign(state="in_review")),
    "an item still open": ("campaign", "is open", _of_dan(lambda row: row.update(state="open"))),
    "an item of another campaign": (
        "campaign",
        "belongs to another",
        _of_dan(lambda row: row.update(campaign="other")),
    ),
    "the number of items": (
        "population",
        "other counts",
        _of_counts(lambda counts: counts.update(items=counts["items"] + 1)),
    ),
    "the outcomes": (
        "population",
        "other counts",
        _of_counts(lambda counts: counts["outcomes"].update(keep=0)),
    ),
    "coverage": (
        "population",
        "other sources",
        _replaced("population.json", b'"coverage":"full"', b'"coverage":"partial"'),
    ),
    "rows": (
        "population",
        "other rows",
        lambda forgery: forgery.change("population.json", lambda r: r["rows"].update(members=1)),
    ),
    "the table for spreadsheets": (
        "population",
        "items.csv does not say",
        _replaced("items.csv", b'"revoke"', b'"keep"'),
    ),
    "the same item twice": (
        "population",
        "listed twice",
        lambda forgery: forgery.change_rows("items.jsonl", lambda rows: rows.append(rows[0])),
    ),
    "decided by the person concerned": (
        "decisions",
        "very person",
        _of_dan(lambda row: (row.update(reviewer="dan"), row["decision"].update(reviewer="dan"))),
    ),
    "decided under the name of an account": (
        "decisions",
        "very person",
        _of_dan(lambda row: row.update(reviewer="dir/dan")),
    ),
    "an account of somebody else": (
        "decisions",
        "not one of dan's",
        _of_dan(lambda row: row["accounts"].append({"source": "dir", "id": "amy"})),
    ),
    "decided by somebody else": (
        "decisions",
        "somebody other",
        _of_dan(lambda row: row["decision"].update(reviewer="fay")),
    ),
    "signed without a decision": (
        "decisions",
        "without a decision",
        _of_dan(lambda row: row.update(decision=None)),
    ),
    "revoked without a reason": (
        "decisions",
        "without a reason",
        _of_dan(lambda row: row["decision"].update(justification="")),
    ),
    "a decision changed": (
        "sign_offs",
        "counts other answers",
        _of_dan(lambda row: row["decision"].update(outcome="keep")),
    ),
    "a reason changed": (
        "sign_offs",
        "other decisions",
        _of_dan(lambda row: row["decision"].update(justification="as told")),
    ),
    "a privilege left out of an item": (
        "sign_offs",
        "other decisions",
        _of_dan(lambda row: row["access"]["privileges"].pop()),
    ),
    "no sign-off": (
        "sign_offs",
        "covered by no sign-off",
        lambda forgery: forgery.change_rows("sign_offs.jsonl", lambda rows: rows.pop()),
    ),
    "a sign-off twice": (
        "sign_offs",
        "a second time",
        lambda forgery: forgery.change_rows("sign_offs.jsonl", lambda rows: rows.append(rows[0])),
    ),
    "a sign-off of somebody else": ("sign_offs", "somebody else", _of_sign_off(reviewer="x")),
    "a sign-off of another campaign": ("sign_offs", "another", _of_sign_off(campaign="x")),
    "a sign-off that counts otherwise": ("sign_offs", "counts other", _of_sign_off(kept=99)),
    "a sign-off of what is not there": ("sign_offs", "not signed", _of_sign_off(items=["x"])),
    "a change for what was kept": (
        "plan",
        "nobody revoked",
        _of_plan(lambda row: row.update(items=["id-1", "x"])),
    ),
    "a change for nothing": ("plan", "nobody revoked", _of_plan(lambda row: row.update(items=[]))),
    "a change twice": (
        "plan",
        "planned twice",
        lambda forgery: forgery.change_rows("plan.jsonl", lambda rows: rows.append(rows[0])),
    ),
    "a removal left out": (
        "removals",
        "does not match",
        lambda forgery: forgery.change_rows("removals.jsonl", lambda rows: rows.pop()),
    ),
    "gone with something left": (
        "removals",
        "something left",
        lambda forgery: _settled(forgery, left=["a path"]),
    ),
    "gone without the proof": (
        "removals",
        "not those by which",
        lambda forgery: _settled(forgery, snapshot="0" * 64),
    ),
    "closed without a proof": (
        "removals",
        "a removal is not proven",
        lambda forgery: _settled(forgery, verdict="left"),
    ),
    "decided after the proof was begun": (
        "removals",
        "read before the decision",
        _of_dan(lambda row: row["decision"].update(at="2027-01-01T00:00:00Z")),
    ),
    "a kept item called gone": ("removals", "nobody revoked", _gone_amy),
}


@pytest.mark.parametrize(("check", "sentence", "lie"), LIES.values(), ids=LIES.keys())
def test_a_lie_in_the_package_is_found(
    forge: Forge, check: str, sentence: str, lie: Callable[[Forgery], object]
) -> None:
    forgery = forge(closed)
    lie(forgery)
    failing = forgery.failing()
    assert sentence in failing.get(check, "nothing"), failing


def test_a_partial_snapshot_is_no_proof(forge: Forge) -> None:
    forgery = forge(closed)
    (digest,) = forgery.value("manifest.json")["after"]
    name = f"after/{digest}/manifest.json"
    full = json.loads(forgery.files[name])
    assert full["sources"][0]["coverage"] == "full"
    full["sources"][0].update(coverage="partial", gaps=["The list was cut."])
    forgery.files[name] = canonical_json(full)
    failing = forgery.failing()
    assert "The list was cut." in failing["removals"]
    assert "should have the digest" in failing["snapshots"]


def test_a_residue_that_is_none_is_found(forge: Forge) -> None:
    forgery = forge(residue)
    amys = forgery.rows("removals.jsonl")[0]
    assert amys["settlement"]["verdict"] == "left"
    for name in ("items.jsonl", "removals.jsonl"):
        forgery.files[name] = forgery.files[name].replace(b'"verdict":"left"', b'"verdict":"gone"')
    assert "something left" in forgery.failing()["removals"]


def test_files_that_are_not_as_listed_are_found(forge: Forge) -> None:
    forgery = forge(closed)
    forgery.files["report.html"] += b" "
    failing = forgery.failing_as_listed()
    assert failing == {
        "files": "report.html does not have the size and digest that the manifest lists."
    }
    del forgery.files["report.html"]
    assert "report.html is listed" in forgery.failing_as_listed()["files"]
    forgery.files.update({"report.html": b"", "more.html": b""})
    assert "more.html is in the package" in forgery.failing_as_listed()["files"]


def test_a_lie_about_a_cancelled_campaign_is_found(forge: Forge) -> None:
    forgery = forge(cancelled)
    _of_campaign(state="in_remediation")(forgery)
    assert "which is not what the audit trail says" in forgery.failing()["records"]
