"""What vCenters said themselves is in the package; lies about it are found, and errors shown."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from accessreview.cli import main
from accessreview.cli.evidence_check import verified
from accessreview.model.canonical import sha256
from accessreview.signing.seal import archived_files
from tests.forgery import Forgery, Row
from tests.unit.evidence.conftest import Story, closed, compared

Forge = Callable[[Story], Forgery]
NAME = "agreement.jsonl"


def _of_first(**fields: object) -> Callable[[Forgery], None]:
    return lambda forgery: forgery.change_rows(NAME, lambda rows: rows[0].update(fields))


def _of_second(change: Callable[[Row], object]) -> Callable[[Forgery], None]:
    """Of a pair on which the vCenter that misreads a rule differs."""
    return lambda forgery: forgery.change_rows(NAME, lambda rows: change(_difference(rows)))


def _difference(rows: list[Row]) -> Row:
    return next(pair for pair in rows[1]["pairs"] if pair["accord"] == "different")


def _recorded_anew(forgery: Forgery) -> None:
    """Make the audit trail say the same of the agreements, in a chain made anew."""
    lines = iter(forgery.files[NAME].splitlines())

    def again(events: list[Row]) -> None:
        for event in events:
            if event["action"] == "agreement:sample:record":
                event["details"]["digest"] = sha256(next(lines))

    forgery.change_rows("audit.jsonl", again)
    forgery.chain_again()


LIES: Mapping[str, tuple[str, Callable[[Forgery], object]]] = {
    "an agreement left out": (
        "not those that the audit trail recorded",
        lambda forgery: forgery.change_rows(NAME, lambda rows: rows.pop(1)),
    ),
    "an answer altered": (
        "not those that the audit trail recorded",
        _of_second(lambda pair: pair["pair"].update(entity="root")),
    ),
    "another snapshot": ("another vCenter or snapshot", _of_first(snapshot="0" * 64)),
    "another vCenter": ("another vCenter or snapshot", _of_first(source="dir")),
    "another seed": ("not drawn by the digest", _of_first(seed="0" * 64)),
    "nothing asked": ("does not say what was asked", _of_first(pairs=[])),
    "a reason for what was asked": ("does not say what was asked", _of_first(reason="x")),
    "a difference called equal": (
        "calls the answers on dan at",
        _of_second(lambda pair: pair.update(accord="equal", grants=[])),
    ),
    "a difference called not comparable": (
        "calls the answers on dan at",
        _of_second(lambda pair: pair.update(accord="not-comparable")),
    ),
    "an answer that is not there": ("an answer that is not there", _of_first(sets=[])),
    "a field unknown": ("has a field that is missing or misshapen", _of_first(more=1)),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_about_the_agreement_is_found(forge: Forge, lie: str) -> None:
    sentence, told = LIES[lie]
    forgery = forge(compared)
    told(forgery)

    failing = forgery.failing()

    assert list(failing) == ["agreement"]
    assert sentence in failing["agreement"]


def test_the_check_says_how_often_they_agreed(built: Callable[[Story], bytes]) -> None:
    told = {each.check: each.detail for each in verified(built(compared), None, None)}
    nobody = {each.check: each.detail for each in verified(built(closed), None, None)}

    assert told["agreement"].startswith("2 vCenter(s) said the same as was computed on 7")
    assert told["agreement"].endswith("1 could not be asked or believed.")
    assert nobody["agreement"] == "No vCenter was asked for its own answers."


def test_a_pair_that_was_not_drawn_and_one_left_out_are_told(forge: Forge, tmp_path: Path) -> None:
    forgery = forge(compared)
    left_out = forgery.rows(NAME)[0]["pairs"][0]["pair"]
    forgery.change_rows(NAME, lambda rows: rows[0]["pairs"].pop(0))

    row = _told(forgery, tmp_path, "sample")

    assert row["only_computed"] == [{"pair": left_out, "vcenter": "vc"}]


def test_our_answer_and_its_explanation_are_computed_again(forge: Forge, tmp_path: Path) -> None:
    forgery = forge(compared)

    def made_equal(pair: Row) -> None:
        pair.update(ours=pair["theirs"], accord="equal", grants=[])

    _of_second(made_equal)(forgery)
    _recorded_anew(forgery)
    assert forgery.failing() == {}

    row = _told(forgery, tmp_path, "agreement")

    (recorded,), (computed,) = row["only_recorded"], row["only_computed"]
    assert (recorded["accord"], computed["accord"]) == ("equal", "different")
    assert recorded["theirs"] == computed["theirs"] != computed["ours"]
    assert computed["grants"][0]["why"]


def test_the_report_shows_the_rate_and_each_difference(built: Callable[[Story], bytes]) -> None:
    page = archived_files(built(compared))["report.html"].decode()

    assert "What the vCenters say themselves" in page
    assert "40 of 40 pairs" in page
    assert "not believed" in page
    assert "CORP\\dan" in page
    assert "Only said by vCenter" in page
    assert "No vCenter was asked." in archived_files(built(closed))["report.html"].decode()


def _told(forgery: Forgery, folder: Path, what: str) -> Row:
    (folder / "package.zip").write_bytes(forgery.sealed())
    result = CliRunner().invoke(main, ["evidence", "reproduce", str(folder / "package.zip")])
    assert result.exit_code == 11
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    return next(row for row in rows if row["what"] == what)
