"""Django's own apps as MongoDB needs them: rows without an integer of their own get an ObjectId."""

from allauth.account.apps import AccountConfig
from allauth.mfa.apps import MFAConfig
from allauth.socialaccount.apps import SocialAccountConfig
from allauth.usersessions.apps import UserSessionsConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.apps import AuthConfig
from django.contrib.contenttypes.apps import ContentTypesConfig

from . import lookups

OBJECT_ID = "django_mongodb_backend.fields.ObjectIdAutoField"
# allauth writes ids of its rows into the session, which is JSON
TEXT_OBJECT_ID = "supportdesk.db.mongo.fields.TextObjectIdAutoField"


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


class MongoAccountConfig(AccountConfig):
    default_auto_field = TEXT_OBJECT_ID


class MongoMFAConfig(MFAConfig):
    default_auto_field = TEXT_OBJECT_ID


class MongoSocialAccountConfig(SocialAccountConfig):
    default_auto_field = TEXT_OBJECT_ID


class MongoUserSessionsConfig(UserSessionsConfig):
    default_auto_field = TEXT_OBJECT_ID
