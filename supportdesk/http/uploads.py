"""Uploaded files that do not fit in memory, and a folder for temporary files (TMPDIR) that takes no more."""

import errno
import logging

from django.core.exceptions import BadRequest
from django.core.files import uploadhandler
from django.utils.translation import gettext_lazy

logger = logging.getLogger(__name__)

NO_ROOM = gettext_lazy("We can't take uploads right now. You can still send text.")


class NoRoomForUpload(BadRequest):
    """A file of the form could not be kept while it was read."""

    def __init__(self):
        super().__init__(str(NO_ROOM))


class TemporaryFileUploadHandler(uploadhandler.TemporaryFileUploadHandler):
    """Django's, that says when the disk is full: the request is then answered 507 instead of 500."""

    def new_file(self, *args, **options):
        return self._kept(super().new_file, *args, **options)

    def receive_data_chunk(self, *args):
        return self._kept(super().receive_data_chunk, *args)

    def file_complete(self, *args):
        return self._kept(super().file_complete, *args)

    def _kept(self, step, *args, **options):
        try:
            return step(*args, **options)
        except OSError as reason:
            name = errno.errorcode.get(reason.errno or 0, type(reason).__name__)
            logger.error("an uploaded file cannot be kept in the folder for temporary files (%s)", name)
            # Pages meet this first in the CSRF check, which has no answer of its own for it
            if self.request is not None:
                self.request.has_no_room = True
            raise NoRoomForUpload from reason
