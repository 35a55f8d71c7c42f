"""Who signs in, whichever door they use: page, admin, API and shop all ask here."""

from django.contrib.auth.backends import ModelBackend

from . import rate_limits


class PasswordBackend(ModelBackend):
    """Django's, which takes as long for unknown addresses as for known ones, with a limit on tries."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        if request is not None and username:
            rate_limits.consume(request, "sign in", account=username)
        return super().authenticate(request, username=username, password=password, **kwargs)
