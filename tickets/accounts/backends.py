"""Who signs in, whichever door they use: page, admin, API and shop all ask here."""

from django.contrib.auth.backends import ModelBackend

from supportdesk.db.compiled_queries import compiled_query
from tickets.models import Person

from . import rate_limits

_people = compiled_query(lambda id: Person.objects.filter(pk=id))


class PasswordBackend(ModelBackend):
    """Django's, which takes as long for unknown addresses as for known ones, with a limit on tries."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        if request is not None and username:
            rate_limits.consume(request, "sign in", account=username)
        return super().authenticate(request, username=username, password=password, **kwargs)

    def get_user(self, user_id):
        # With every page
        person = next(iter(_people(user_id)), None)
        return person if person and self.user_can_authenticate(person) else None
