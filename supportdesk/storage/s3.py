"""Pictures in an S3-compatible bucket. It stays private: only the desk reads it, for those who may see."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage


@contextmanager
def as_os_errors() -> Iterator[None]:
    """Raise OSError for a failure of the bucket, as a local disk would."""
    try:
        yield
    except (BotoCoreError, ClientError) as reason:
        raise OSError(errno.EIO, "the bucket does not answer") from reason


class Bucket(S3Storage):
    """django-storages' S3; its failures are an OSError, like those of any other storage."""

    def get_default_settings(self):
        # A thread waits for it: rather fail, and let the customer's words go on. Servers other than
        # Amazon's know a bucket by the path, not by a host name of its own
        config = Config(
            connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 2}, s3={"addressing_style": "path"}
        )  # fmt: skip
        # Names are random: nothing is there already, and asking would cost a round trip
        return super().get_default_settings() | {"client_config": config, "file_overwrite": True}

    def _save(self, name, content):
        with as_os_errors():
            return super()._save(name, content)

    def _open(self, name, mode="rb"):
        with as_os_errors():
            found = super()._open(name, mode)
            # Fetched here, and not when half of an answer is sent
            found.file  # noqa: B018
            return found

    def delete(self, name):
        with as_os_errors():
            super().delete(name)
