"""A message as mail: plain text, dated, with headers that no value can break out of."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

from accessreview.services.ports import Message


def compose(message: Message, *, sender: str, id_: str, at: datetime) -> EmailMessage:
    """Build the mail; line breaks in the subject or the addresses become spaces."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _one_line(sender)
    mail["To"] = _one_line(message.to)
    mail["Subject"] = _one_line(message.subject)
    mail["Date"] = at
    mail["Message-ID"] = f"<{id_}@accessreview>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body)
    return mail


def _one_line(text: str) -> str:
    return " ".join(text.split())
