"""What is shown of a certificate."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import PEM_cert_to_DER_cert

from accessreview.model.diagnosis import Verdict
from accessreview.reach import shown
from tests.servers.certificates import Issued, issue


def der(issued: Issued) -> bytes:
    return PEM_cert_to_DER_cert(issued.certificate_file.read_text("ascii"))


def test_names_and_fingerprint_of_a_certificate_are_shown(tmp_path: Path) -> None:
    issued = issue(None, tmp_path, name="dc1", names=("dc1.example", "*.example"), ips=("::1",))
    verdict, sentence = shown(der(issued), datetime.now(UTC))
    assert verdict is Verdict.OK
    assert sentence.startswith("CN=dc1, for dc1.example, *.example, ::1, issued by CN=dc1, valid")
    assert sentence.endswith(f" SHA-256: {issued.sha256}")


def test_one_that_has_to_be_renewed_soon_is_warned_of(tmp_path: Path) -> None:
    issued = issue(None, tmp_path, lifetime=timedelta(days=20))
    assert shown(der(issued), datetime.now(UTC))[0] is Verdict.WARNING


def test_what_is_no_certificate_still_has_a_fingerprint() -> None:
    verdict, sentence = shown(b"\x30\x03abc", datetime.now(UTC))
    assert verdict is Verdict.WARNING
    assert sentence.startswith("The certificate cannot be understood. SHA-256: ")
