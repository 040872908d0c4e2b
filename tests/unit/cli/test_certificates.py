"""``certify`` and ``certificates verify``, one after the other as an auditor would run them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.printed import Row, run

RANDOM = Path(__file__).parents[2] / "data" / "vectors" / "random"
RULESET = str(RANDOM / "ruleset.toml")
CASES = sorted(RANDOM.glob("case-*"))


def certify(case: Path, *more: str) -> bytes:
    result = run("certify", case, "--ruleset", RULESET, *more)
    assert result.exit_code == 0, result.stderr
    return result.stdout_bytes


def verify(file: Path, case: Path) -> tuple[int, list[Row]]:
    result = run("certificates", "verify", file, "--bundle", case, "--ruleset", RULESET)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def written(folder: Path, data: bytes) -> Path:
    (folder / "certificates.jsonl").write_bytes(data)
    return folder / "certificates.jsonl"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_finding_of_the_vectors_is_certified_and_verified(case: Path, tmp_path: Path) -> None:
    data = certify(case)
    expected = [json.loads(line) for line in (case / "findings.jsonl").read_text().splitlines()]
    certified = [json.loads(line) for line in data.splitlines()]
    assert sorted((c["rule"], c["subject"]) for c in certified) == sorted(
        (row["rule"], row.get("identity") or row["vcenter"]) for row in expected
    )
    code, rows = verify(written(tmp_path, data), case)
    assert code == 0
    assert [row["verdict"] for row in rows] == ["holds"] * len(expected)
    first = certified[0]
    assert rows[0]["detail"] == f"{first['subject']} breaks the rule {first['rule']}."


def test_one_rule_and_one_subject_can_be_asked_for() -> None:
    everything = [json.loads(line) for line in certify(CASES[0]).splitlines()]
    rule, subject = everything[0]["rule"], everything[0]["subject"]
    (only,) = certify(CASES[0], "--rule", rule, "--subject", subject).splitlines()
    assert json.loads(only) == everything[0]
    assert certify(CASES[0], "--subject", "nobody") == b""
    refused = run("certify", CASES[0], "--ruleset", RULESET, "--rule", "none")
    assert (refused.exit_code, refused.stdout) == (5, "")


def test_one_certificate_that_does_not_hold_is_enough_to_fail(tmp_path: Path) -> None:
    lines = certify(CASES[0]).splitlines()
    forged = json.loads(lines[0]) | {"subject": "nobody"}
    lines[1] = json.dumps(forged, sort_keys=True, separators=(",", ":")).encode()
    lines += [b"{", b"[]", b'{"a":1, "a":2}', b"\xff"]
    code, rows = verify(written(tmp_path, b"\n".join(lines)), CASES[0])
    assert code == 11
    failing = [number for number, row in enumerate(rows) if row["verdict"] == "fails"]
    assert failing == [1, *range(len(lines) - 4, len(lines))]
    assert all(row["detail"] for row in rows)


def test_certificates_of_another_bundle_do_not_hold(tmp_path: Path) -> None:
    code, rows = verify(written(tmp_path, certify(CASES[0])), CASES[1])
    assert code == 11
    assert {row["verdict"] for row in rows} == {"fails"}
    assert all(row["detail"].startswith("Its snapshot is ") for row in rows)


def test_no_certificate_at_all_is_refused(tmp_path: Path) -> None:
    assert verify(written(tmp_path, b""), CASES[0]) == (2, [])


def test_verifying_loads_nothing_of_the_engine(tmp_path: Path) -> None:
    file = written(tmp_path, certify(CASES[0]))
    words = ["certificates", "verify", str(file), "--bundle", str(CASES[0]), "--ruleset", RULESET]
    script = (
        "import sys\nfrom accessreview.cli import main\n"
        f"main({words!r}, standalone_mode=False)\n"
        "print([name for name in sys.modules if name.startswith('accessreview.analysis')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
