"""Who signs in, whichever door they use: page, admin, API and shop all ask here."""

from django.contrib.auth.backends import ModelBackend

from supportdesk.observability import security_events
from tickets import rate_limits
from tickets.models import Person
from tickets.row_by_id import row_by_id

_people = row_by_id(Person)


class PasswordBackend(ModelBackend):
    """Django's, which takes as long for unknown addresses as for known ones, with a limit on tries."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        is_counted = request is not None and username
        if is_counted:
            rate_limits.consume(request, "sign in", account=username)
        person = super().authenticate(request, username=username, password=password, **kwargs)
        if is_counted and person:
            # Only failures use the limit up: many colleagues behind one address sign in every morning
            rate_limits.give_back(request, "sign in", account=username)
        elif is_counted:
            security_events.record(security_events.SIGN_IN_FAILED, request)
        return person

    def get_user(self, user_id):
        """Return the person of a session, as Django does: each page and fragment of the desk asks for them."""
        person = next(iter(_people(Person._meta.pk.to_python(user_id))), None)
        return person if person and self.user_can_authenticate(person) else None
