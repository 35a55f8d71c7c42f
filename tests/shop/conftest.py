"""Other software that calls the desk with a service key."""

import pytest
from rest_framework.test import APIClient

from tickets.shop import keys


@pytest.fixture
def with_key(db):
    """`with_key("shop:write", ...)` is an API client with a key of these scopes."""

    def client(*scopes: str) -> APIClient:
        _, raw = keys.create("Our shop", scopes)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}")
        return client

    return client


@pytest.fixture
def shop(with_key):
    """The shop's own software: it reads and writes the shop's data."""
    return with_key("shop:read", "shop:write")
