"""Pictures in a bucket, on a server that speaks S3: the desk is the only way to them."""

import io
import json
import urllib.request

import boto3
import pytest
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer
from PIL import Image

from tests import factories
from tickets import workflow
from tickets.models import Message
from tickets.pictures.uploads import received
from tickets.privacy import personal_data

BUCKET = "pictures-of-the-desk"
KEYS = {"access_key": "test-key", "secret_key": "test-secret"}


@pytest.fixture(scope="module")
def server():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def bucket(server, settings):
    """An empty bucket that the desk keeps its pictures in."""
    made = boto3.resource(
        "s3", endpoint_url=server, region_name="us-east-1",
        aws_access_key_id=KEYS["access_key"], aws_secret_access_key=KEYS["secret_key"],
    ).Bucket(BUCKET)  # fmt: skip
    made.create()
    made.objects.delete()
    use(settings, server)
    return made


def use(settings, server, name=BUCKET):
    options = KEYS | {"bucket_name": name, "endpoint_url": server, "region_name": "us-east-1"}
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "supportdesk.storage.s3.Bucket", "OPTIONS": options}
    }


@pytest.fixture
def message(bucket, priya, ticket) -> Message:
    with received(factories.picture(size=(64, 48))) as picture:
        return workflow.customer_says(ticket, "Look", by=priya, picture=picture)


def keys(bucket) -> list[str]:
    return sorted(thing.key for thing in bucket.objects.all())


def test_a_picture_goes_to_the_bucket_and_comes_back_through_the_desk(message, bucket, api, priya, asha):
    assert keys(bucket) == sorted([message.picture.name, message.thumbnail.name])
    for person in (priya, asha):
        answer = api(person).get(f"/files/{message.pk}")
        assert answer["Content-Type"] == "image/jpeg"
        assert Image.open(io.BytesIO(b"".join(answer.streaming_content))).size == (64, 48)


def test_strangers_get_it_neither_from_the_desk_nor_from_the_bucket(message, server, api, vikram):
    assert api(vikram).get(f"/files/{message.pk}").status_code == 404
    assert api().get(f"/files/{message.pk}").status_code == 401
    acl = default_storage.bucket.Object(message.picture.name).Acl().grants
    assert not any("URI" in grant["Grantee"] for grant in acl), (
        "it is granted to a group, such as everybody"
    )


def test_no_answer_of_the_desk_holds_an_address_of_the_bucket(message, server, api, asha, ticket):
    shown = api(asha).get(f"/api/support/admin/{ticket.pk}").json()
    assert shown["messages"][-1]["image"].startswith("/files/")
    assert server not in json.dumps(shown)
    assert BUCKET not in json.dumps(shown)


def test_the_address_that_the_storage_could_give_is_signed_and_ends(message, server):
    address = default_storage.url(message.picture.name, expire=60)
    assert "Signature=" in address
    assert urllib.request.urlopen(address).status == 200


def test_a_picture_that_led_to_no_message_is_removed_again(bucket, priya, ticket):
    with pytest.raises(ZeroDivisionError), received(factories.picture()):
        raise ZeroDivisionError
    assert keys(bucket) == []


def test_an_erasure_removes_it_from_the_bucket(message, bucket, priya):
    personal_data.erase(priya)
    assert keys(bucket) == []


def test_a_picture_that_is_gone_is_404(message, bucket, api, priya):
    bucket.objects.delete()
    assert api(priya).get(f"/files/{message.pk}").status_code == 404


@pytest.mark.parametrize("elsewhere", [{"server": "http://127.0.0.1:9"}, {"name": "no-such-bucket"}])
def test_while_the_bucket_is_away_pictures_are_refused_and_text_arrives(
    elsewhere, message, server, settings, api, priya, ticket
):
    use(settings, **({"server": server} | elsewhere))
    caller, address = api(priya), f"/api/support/{ticket.pk}/message"
    before = ticket.messages.count()
    refused = caller.post(address, {"message": "Look", "image": factories.picture()}, format="multipart")
    assert (refused.status_code, refused.json()["code"]) == (507, "no_room")
    assert caller.post(address, {"message": "No picture, then"}).status_code == 201
    assert ticket.messages.count() == before + 1
    assert caller.get(f"/files/{message.pk}").status_code in (404, 503)
