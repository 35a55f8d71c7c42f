"""Django's own apps as MongoDB needs them: rows without an integer of their own get an ObjectId."""

from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.apps import AuthConfig
from django.contrib.contenttypes.apps import ContentTypesConfig

from . import lookups

OBJECT_ID = "django_mongodb_backend.fields.ObjectIdAutoField"


class MongoAdminConfig(AdminConfig):
    default_auto_field = OBJECT_ID
    default_site = "supportdesk.db.mongo.sites.MongoAdminSite"


class MongoAuthConfig(AuthConfig):
    default_auto_field = OBJECT_ID

    def ready(self):
        super().ready()
        lookups.install()


class MongoContentTypesConfig(ContentTypesConfig):
    default_auto_field = OBJECT_ID
