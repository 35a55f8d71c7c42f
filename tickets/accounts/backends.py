"""Authentication backend for every way to sign in: page, admin, API and shop."""

from django.contrib.auth.backends import ModelBackend

from supportdesk.observability import security_events
from tickets import rate_limits
from tickets.accounts.row_by_id import row_by_id
from tickets.models import Person

_people = row_by_id(Person)


class PasswordBackend(ModelBackend):
    """Django's ModelBackend with a rate limit; unknown addresses take as long as known ones."""

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
        """Return the person of a session, as Django does, with a compiled query: every request needs it."""
        person = next(iter(_people(Person._meta.pk.to_python(user_id))), None)
        return person if person and self.user_can_authenticate(person) else None
