"""One process, two ways to serve: streams on the event loop, everything else in threads.

Django answers an ordinary page several times faster through WSGI than through its
ASGI handler (docs/performance.md), and only ASGI can hold thousands of open streams.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

from .bodies import in_utf8, with_whole_body
from .static import with_static_files

streams = get_asgi_application()
pages = with_whole_body(
    WSGIMiddleware(
        with_static_files(get_wsgi_application()),
        workers=settings.WORKER_THREADS,
        send_queue_size=64,
    )
)


def is_stream(path: str) -> bool:
    return path.endswith("/events") and path.startswith(("/api/support/", "/support/"))


async def application(scope, receive, send):
    if scope["type"] == "http":
        scope = in_utf8(scope)
    if scope["type"] == "http" and is_stream(scope["path"]):
        await streams(scope, receive, send)
    else:
        await pages(scope, receive, send)
