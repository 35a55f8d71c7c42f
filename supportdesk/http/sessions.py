"""Django's sessions in the database, read with every page."""

from django.contrib.sessions.backends import db
from django.utils import timezone

from supportdesk.db.compiled_queries import compiled_query


class SessionStore(db.SessionStore):
    def _get_session_from_db(self):
        found = _sessions(self.session_key, timezone.now())
        if found:
            return found[0]
        self._session_key = None
        return None


_sessions = compiled_query(
    lambda key, now: SessionStore.get_model_class().objects.filter(session_key=key, expire_date__gt=now)
)
