"""E-mails as files in DATA_DIR/mail, for a desk without a mail server."""

import hashlib
import os
import re
from pathlib import Path

from django.core.mail.backends import filebased
from django.utils import timezone

SEPARATOR = b"\n" + b"-" * 79 + b"\n"


class EmailBackend(filebased.EmailBackend):
    """Django's file backend, with one file per e-mail, written atomically.

    The name is made of the Message-ID, so an e-mail that is retried after a crash is still one file.
    """

    def send_messages(self, messages) -> int:
        for message in messages:
            self._write(message)
        return len(messages)

    def _write(self, message) -> None:
        built = message.message()
        id = str(built["Message-ID"] or os.urandom(16).hex())
        name = hashlib.sha256(id.encode()).hexdigest()[:20]
        folder = Path(self.file_path)
        if not any(folder.glob(f"*-{name}.log")):
            draft = folder / f".{name}-{os.getpid()}.part"
            # It holds what customers wrote: other accounts of this machine must not read it
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(built.as_bytes() + SEPARATOR)
            stamp = re.sub(r"\D", "", timezone.now().isoformat())[:17]
            draft.replace(folder / f"{stamp[:8]}-{stamp[8:]}-{name}.log")
