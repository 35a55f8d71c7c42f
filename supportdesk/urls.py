from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularSwaggerSplitView

from .http import errors
from .http.schema import SchemaView
from .observability import health, metrics

admin.site.site_header = admin.site.site_title = "Support desk"
admin.site.index_title = "Tickets, people and the shop"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.view, name="metrics"),
    # Before the admin's own: it knows no second factor
    path("admin/", include("tickets.accounts.admin_urls")),
    path("admin/", admin.site.urls),
    path("api/schema", SchemaView.as_view(api_version="1"), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    path("api/", include("chatbot.api.urls")),
    path("api/", include("tickets.api.urls")),
    re_path(r"^api(?:/|$)", errors.api_not_found),
    path("", include("tickets.urls")),
    path("", include("chatbot.urls")),
    # Last: with the final slash only, so that one that is missing is added first
    re_path(r"^support/.*/$", errors.page_not_found),
]

handler400 = "supportdesk.http.errors.bad_request"
handler403 = "supportdesk.http.errors.forbidden"
handler404 = "supportdesk.http.errors.not_found"
handler500 = "supportdesk.http.errors.broken"
