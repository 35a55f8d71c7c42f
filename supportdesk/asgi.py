"""One process, two ways to serve: streams on the event loop, everything else in threads.

Django answers an ordinary page several times faster through WSGI than through its
ASGI handler (docs/performance.md), and only ASGI can hold thousands of open streams.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")

from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.wsgi import get_wsgi_application

from supportdesk.serving.request_bodies import made_plain, with_whole_body, without_body
from supportdesk.serving.static import with_static_files
from supportdesk.serving.wsgi_bridge import WsgiBridge


class Streams(ASGIHandler):
    async def __call__(self, scope, receive, send):
        # Django's own keeps a thread for the middleware of each request until that is over, and a stream is
        # not over for hours: all of them share one
        await self.handle(scope, receive, send)


# It sets Django up, so it is first
wsgi = get_wsgi_application()
streams = Streams()
pages = with_whole_body(WsgiBridge(with_static_files(wsgi), workers=settings.WORKER_THREADS))


def is_stream(scope) -> bool:
    path = scope["path"]
    return (
        scope["method"] == "GET"
        and path.endswith("/events")
        and path.startswith(("/api/support/", "/support/"))
    )


async def application(scope, receive, send):
    if scope["type"] == "http":
        scope = made_plain(scope)
    if scope["type"] == "http" and is_stream(scope):
        await streams(scope, without_body(receive), send)
    else:
        await pages(scope, receive, send)
