"""One process: streams on the event loop, everything else in threads, of which there are three groups.

Pages and API calls; uploads, which wait for their pictures to be decoded; and the health
checks, which answer also while every other thread waits for a locked database.

Django answers an ordinary page several times faster through WSGI than through its
ASGI handler (docs/performance.md), and only ASGI can hold thousands of open streams.
"""

import os
from collections.abc import Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")

from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.wsgi import get_wsgi_application

from supportdesk.serving.deadline import answered_in_time
from supportdesk.serving.request_bodies import normalized_headers, with_whole_body, without_body
from supportdesk.serving.static import with_static_files
from supportdesk.serving.wsgi_bridge import WsgiBridge


class Streams(ASGIHandler):
    async def __call__(self, scope, receive, send):
        # Django's own keeps a thread for the middleware of each request until that is over, and a stream is
        # not over for hours: all of them share one
        await self.handle(scope, receive, send)


# An upload waits for a decoder: there are two, and one for slow pictures, for which two uploads wait at most
UPLOAD_THREADS = 6
HEALTH_THREADS = 2
HEALTH_PATHS = {"/healthz", "/readyz"}

# It sets Django up, so it is first
wsgi: Callable[..., Any] = get_wsgi_application()
streams = Streams()
pages = with_whole_body(WsgiBridge(with_static_files(wsgi), workers=settings.WORKER_THREADS))
uploads = with_whole_body(WsgiBridge(wsgi, workers=UPLOAD_THREADS))
health = answered_in_time(WsgiBridge(wsgi, workers=HEALTH_THREADS))


def is_stream(scope) -> bool:
    path = scope["path"]
    return (
        scope["method"] == "GET"
        and path.endswith("/events")
        and path.startswith(("/api/support/", "/support/"))
    )


def is_upload(scope) -> bool:
    return any(
        name == b"content-type" and value.lower().startswith(b"multipart/")
        for name, value in scope["headers"]
    )


async def application(scope, receive, send):
    if scope["type"] != "http":
        return await pages(scope, receive, send)
    scope = normalized_headers(scope)
    if is_stream(scope):
        return await streams(scope, without_body(receive), send)
    if scope["path"] in HEALTH_PATHS:
        return await health(scope, receive, send)
    return await (uploads if is_upload(scope) else pages)(scope, receive, send)
