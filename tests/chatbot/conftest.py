"""The endpoint of a language model, for the tests of what the desk asks it."""

import pytest

from chatbot.llm import client
from tests.chatbot.servers import JsonServer


@pytest.fixture(scope="session")
def _imported_client():
    # Takes a second or two, which is not what is measured
    client._client("http://127.0.0.1:9/v1", "")


@pytest.fixture
def fresh_model(_imported_client, monkeypatch):
    """No endpoint has failed yet, and the client is imported."""
    monkeypatch.setattr(client, "_trouble", {"failures": 0, "until": 0.0})


@pytest.fixture
def plugged(settings):
    """`plugged(answer)` is a server that speaks the protocol, and the desk uses it."""
    servers = []

    def plug(answer) -> JsonServer:
        server = JsonServer(answer if callable(answer) else lambda body: answer).__enter__()
        servers.append(server)
        settings.LLM_BASE_URL, settings.LLM_MODEL, settings.LLM_API_KEY = server.url, "tiny", "key-1"
        return server

    yield plug
    for server in servers:
        server.__exit__()
