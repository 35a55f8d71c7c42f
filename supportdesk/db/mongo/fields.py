"""ObjectIds that are text in Python, for apps that write a row's id into the session."""

from bson import ObjectId
from django.db.models.query_utils import DeferredAttribute
from django_mongodb_backend.fields import ObjectIdAutoField


class _AsText(DeferredAttribute):
    """Turns the ObjectId that the driver returns for a new row into text as well."""

    def __set__(self, instance, value):
        instance.__dict__[self.field.attname] = str(value) if isinstance(value, ObjectId) else value


class TextObjectIdAutoField(ObjectIdAutoField):
    """An ObjectId in the database, its 24 hexadecimal digits in Python: JSON can hold it."""

    descriptor_class = _AsText

    def from_db_value(self, value, expression, connection):
        return str(value) if isinstance(value, ObjectId) else value

    def to_python(self, value):
        value = super().to_python(value)
        return str(value) if isinstance(value, ObjectId) else value

    def get_prep_value(self, value):
        # Also checks it: what is no id is a ValidationError
        return super().to_python(value)
