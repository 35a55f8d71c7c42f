"""The server process: uvicorn, told to let the streams go first when it ends."""

import uvicorn

from tickets.live import hub


class Server(uvicorn.Server):
    async def shutdown(self, sockets=None):
        # uvicorn waits for what is in flight, and a stream would be so for ever
        hub.close()
        await super().shutdown(sockets)


def run(host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; requests that have begun are finished."""
    config = uvicorn.Config(
        "supportdesk.asgi:application",
        host=host,
        port=port,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # Who is asking is decided in one place, see TRUSTED_PROXIES
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
    )
    Server(config).run()
