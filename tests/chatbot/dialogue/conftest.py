"""Who talks with Villy."""

import pytest

from chatbot.demo import loader
from tests import factories


@pytest.fixture
def customer(db):
    """The demo shop's customer, with orders in several states."""
    return factories.demo_customer()


@pytest.fixture
def visitor(db):
    """A guest of the demo shop, with its products, articles and delivery areas."""
    loader._products()
    loader._articles()
    loader._delivery_areas()
    return factories.guest()
