"""Pictures that lie with the shop: on the cards of the widget, over the API, and as an address in plain text."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Event, Thread

import pytest
from PIL import Image

from chatbot.dialogue.plain_text import plain_text
from chatbot.models import Product
from chatbot.sources.products import as_card
from chatbot.widget import product_pictures
from tests import factories
from tests.pages import page

pytestmark = pytest.mark.django_db
PHOTO = factories.picture(size=(900, 600)).read()


class Shop:
    """A shop's own server: `files` maps a path to its bytes, or to the path that it redirects to."""

    def __init__(self):
        self.files, self.asked = {}, []
        self.may_answer = Event()
        self.may_answer.set()
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                shop.asked.append(self.path)
                shop.may_answer.wait(30)
                found = shop.files.get(self.path)
                self.send_response(302 if isinstance(found, str) else 200 if found else 404)
                if isinstance(found, str):
                    self.send_header("Location", found)
                self.end_headers()
                if isinstance(found, bytes):
                    self.wfile.write(found)

            def log_message(self, *_):
                """A test's output is not the place for it."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.http.server_port}{path}"


@pytest.fixture
def shop(settings):
    settings.WEBHOOK_PRIVATE = True
    product_pictures._kept.clear()
    server = Shop()
    yield server
    server.may_answer.set()
    server.http.shutdown()
    server.http.server_close()
    product_pictures._kept.clear()


@pytest.fixture
def makhana(shop) -> Product:
    shop.files["/makhana.jpg"] = PHOTO
    return Product.objects.create(
        sku="MK-9",
        name="Smoked Makhana",
        price="149",
        image_url=shop.url("/makhana.jpg"),
        category="Snacks",
    )


def address(product) -> str:
    return f"/widget/products/{product.pk}/picture"


@pytest.mark.all_engines
def test_a_card_shows_the_shops_picture_from_the_desks_own_address(client, api, priya, makhana):
    answer = api(priya).post("/widget/messages", {"message": "Show me smoked makhana", "clientId": "p-1"})
    assert page(answer).one("img")["src"] == address(makhana)
    [card] = (
        api(priya)
        .post("/api/chat/message", {"message": "Show me smoked makhana"})
        .json()["reply"]["products"]
    )
    assert (card["image"], card["imageUrl"]) == (address(makhana), makhana.image_url)


def test_the_picture_is_small_kept_and_for_any_page(client, makhana, shop):
    answers = [client.get(address(makhana)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0]["Content-Type"] == "image/webp"
    assert "max-age=86400" in answers[0]["Cache-Control"]
    assert answers[0]["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert max(Image.open(BytesIO(answers[0].content)).size) <= 480
    assert shop.asked == ["/makhana.jpg"]


def test_a_changed_address_is_another_picture(client, makhana, shop):
    client.get(address(makhana))
    shop.files["/new.jpg"] = factories.picture(size=(30, 20)).read()
    Product.objects.filter(pk=makhana.pk).update(image_url=shop.url("/new.jpg"))
    assert Image.open(BytesIO(client.get(address(makhana)).content)).size == (30, 20)


@pytest.mark.parametrize(
    "content",
    [None, b"", b"<html>", PHOTO[:200], b"\xff\xd8\xff" + b"0" * (5 * 1024 * 1024)],
    ids=["absent", "empty", "a page", "cut off", "too large"],
)
def test_an_invalid_product_picture_is_404_and_not_fetched_again(client, makhana, shop, content):
    shop.files["/makhana.jpg"] = content
    assert [client.get(address(makhana)).status_code for _ in range(3)] == [404, 404, 404]
    assert shop.asked == ["/makhana.jpg"]


def test_an_address_in_a_private_network_is_never_called(client, makhana, shop, settings):
    settings.WEBHOOK_PRIVATE = False
    assert client.get(address(makhana)).status_code == 404
    assert shop.asked == []


def test_a_redirect_is_followed(client, makhana, shop):
    shop.files |= {"/makhana.jpg": "/elsewhere.jpg", "/elsewhere.jpg": PHOTO}
    assert client.get(address(makhana)).status_code == 200


def test_hidden_unknown_and_pictureless_products_have_none(client, makhana):
    Product.objects.filter(pk=makhana.pk).update(is_active=False)
    assert client.get(address(makhana)).status_code == 404
    Product.objects.filter(pk=makhana.pk).update(is_active=True, image_url="")
    assert client.get(address(makhana)).status_code == 404


def test_a_slow_shop_holds_two_threads_and_no_more(makhana, shop):
    shop.may_answer.clear()
    waiting = [
        Thread(target=product_pictures.small, args=(shop.url(f"/slow-{number}.jpg"),))
        for number in range(2)
    ]
    for each in waiting:
        each.start()
    while len(shop.asked) < 2:
        waiting[0].join(0.01)
    with pytest.raises(product_pictures.Busy):
        product_pictures.small(shop.url("/third.jpg"))
    shop.may_answer.set()
    for each in waiting:
        each.join(30)
    assert product_pictures.small(makhana.image_url)


def test_plain_text_names_the_pictures_of_a_few_products(makhana):
    card = as_card(makhana)
    said = plain_text({"text": "Here it is:", "products": [card]})
    assert said == f"Here it is:\n\n• Smoked Makhana: ₹149\n  {makhana.image_url}"
    assert makhana.image_url not in plain_text({"text": "Here:", "products": [card] * 4})
    # What was stored before cards had it
    card.pop("imageUrl")
    assert plain_text({"products": [card]}) == "• Smoked Makhana: ₹149"
