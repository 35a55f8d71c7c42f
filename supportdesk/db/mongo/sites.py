from django.contrib.admin import AdminSite
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import ValidationError
from django.http import Http404


class MongoAdminSite(AdminSite):
    """Django's own, where an address with a number in place of an ObjectId is not found, and no error."""

    def admin_view(self, view, cacheable=False):
        return super().admin_view(_shortcut if view is shortcut else view, cacheable)


def _shortcut(request, content_type_id, object_id):
    try:
        return shortcut(request, content_type_id, object_id)
    except ValidationError as reason:
        raise Http404 from reason
