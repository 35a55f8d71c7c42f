"""Two agents with browsers that take pushes."""

import json

import pytest

from tickets import workflow
from tickets.models import Alert

from .desk import run
from .push_service import PushService


@pytest.fixture
def service(settings):
    settings.WEBHOOK_PRIVATE = True
    service = PushService()
    yield service
    service.close()


@pytest.fixture
def desk(service, browse, asha, rohan):
    """Asha and Rohan each have a browser that takes pushes; what happened before is not told."""
    for person, name in ((asha, "asha"), (rohan, "rohan")):
        subscription = service.browser(name).subscription()
        response = browse(person).post(
            "/support/account/push/", json.dumps(subscription), content_type="application/json"
        )
        assert response.status_code == 204, response.content
    run()
    return service


@pytest.fixture
def mine(desk, ticket, asha):
    """Priya's ticket is Asha's; what was told of that is forgotten."""
    workflow.take(ticket, by=asha)
    run()
    Alert.objects.all().delete()
    desk.pushed.clear()
    return ticket
