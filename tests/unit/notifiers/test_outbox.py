from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from accessreview.model.errors import UnavailableError
from accessreview.notifiers.outbox import Outbox
from accessreview.services.ports import Message
from tests.fakes import FixedClock, SequentialIds


def _outbox(folder: Path) -> Outbox:
    return Outbox(folder, "accessreview <tool@example.org>", FixedClock(), SequentialIds())


def test_a_message_becomes_a_mail_file_in_order_of_time(tmp_path: Path) -> None:
    _outbox(tmp_path / "outbox").send(Message("ana@example.org", "Grüße", "Dear Ana,\n"))
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.name == "20260302T090000Z-id-1.eml"
    mail = message_from_bytes(file.read_bytes(), policy=default)
    assert mail["To"] == "ana@example.org"
    assert mail["Subject"] == "Grüße"
    assert mail["Date"].datetime.isoformat() == "2026-03-02T09:00:00+00:00"
    body = mail.get_body()
    assert body is not None
    assert body.get_content() == "Dear Ana,\r\n"


def test_no_value_breaks_out_of_its_header(tmp_path: Path) -> None:
    _outbox(tmp_path).send(
        Message("ana@example.org\r\nBcc: all@example.org", "Hello\nBcc: all@example.org", "x\n")
    )
    (file,) = tmp_path.iterdir()
    assert message_from_bytes(file.read_bytes(), policy=default)["Bcc"] is None


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, no folder")
    with pytest.raises(UnavailableError, match=r"taken.*writable"):
        _outbox(tmp_path / "taken").send(Message("ana@example.org", "Hello", "x\n"))
