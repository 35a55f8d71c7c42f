"""The description of the API, made once for all who ask."""

from functools import cache
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView


class KeptSchemaGenerator(SchemaGenerator):
    """Make the schema once a language: it takes a second of processor time, and anyone may ask for it.

    It is the same for everybody, and for as long as the process lives: addresses, fields and texts are code.
    """

    def get_schema(self, request=None, public=False) -> dict[str, Any]:
        if not public:
            return super().get_schema(request, public)
        return _schema(self.api_version, get_language())


@cache
def _schema(version: str | None, language: str | None) -> dict[str, Any]:
    return SchemaGenerator(api_version=version).get_schema(request=None, public=True)


class SchemaView(SpectacularAPIView):
    generator_class = KeptSchemaGenerator
