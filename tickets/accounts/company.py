"""Sign-in with the company's provider (OpenID Connect): allauth's two views, for a provider that may fail."""

import logging
from collections.abc import Callable
from functools import wraps

from allauth.socialaccount.providers.openid_connect import views
from django.shortcuts import render
from django.views.decorators.http import require_http_methods
from requests import RequestException

log = logging.getLogger(__name__)
# No answer, or one that is not what the standard says: no JSON, an address that is missing
FAULTS = (RequestException, LookupError, ValueError, TypeError)


def _with_a_way_back(view: Callable) -> Callable:
    """Let a view of allauth answer 502 and a page of ours where the provider fails; allauth lets that be a 500."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request, provider_id):
        try:
            return view(request, provider_id)
        except FAULTS as reason:
            log.warning("the company's provider failed: %s", type(reason).__name__)
            return render(request, "socialaccount/authentication_error.html", status=502)

    return guarded


begin = _with_a_way_back(views.login)
come_back = _with_a_way_back(views.callback)
