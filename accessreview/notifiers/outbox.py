"""Messages written into a folder as ``.eml`` files, for those who have no mail server."""

from dataclasses import dataclass
from pathlib import Path

from accessreview.model.errors import UnavailableError
from accessreview.notifiers.composing import compose
from accessreview.services.ports import Clock, IdSource, Message


@dataclass(frozen=True, slots=True)
class Outbox:
    folder: Path
    sender: str
    clock: Clock
    ids: IdSource

    def send(self, message: Message) -> None:
        """Write one file whose name starts with the time, so that a listing is in order."""
        at, id_ = self.clock.now(), self.ids.new()
        mail = compose(message, sender=self.sender, id_=id_, at=at)
        name = f"{at:%Y%m%dT%H%M%SZ}-{id_}.eml"
        unfinished = self.folder / f".{name}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(mail.as_bytes())
            unfinished.replace(self.folder / name)
        except OSError as error:
            raise UnavailableError(
                f"The message to {message.to} could not be written into {self.folder}: "
                f"{error.strerror or error}. Check that the folder is writable."
            ) from error
