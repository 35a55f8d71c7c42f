"""A shop that signs who its customers are."""

import pytest

from tests.widget.identities import IDENTIFY, KEY


@pytest.fixture
def shops_key(settings):
    settings.WIDGET_SIGNING_KEY = KEY


@pytest.fixture
def identify(api, db):
    """`identify(token)` is the answer; as a person whom the browser knows already, `identify(token, person)`."""
    return lambda given, person=None: api(person).post(IDENTIFY, {"token": given})
