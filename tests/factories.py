"""Things that tests need many of, each with a believable default."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from chatbot.demo import loader
from chatbot.models import Article, Product
from tickets import workflow
from tickets.models import Order, OrderItem, Person, Role, Ticket

PASSWORD = "monsoon-mango-42"


def person(name="Priya Sharma", role=Role.CUSTOMER, email=None, **fields) -> Person:
    email = email or f"{name.split()[0].lower()}@example.com"
    return Person.objects.create_user(email, PASSWORD, name=name, role=role, **fields)


def guest(name="Ravi", email="ravi@example.com", **fields) -> Person:
    made = Person(name=name, email=email, **fields)
    made.set_unusable_password()
    made.save()
    return made


def demo_customer() -> Person:
    """The signed-in customer of the demo shop, with its products, articles, delivery areas and orders."""
    for fill in (loader._products, loader._articles, loader._delivery_areas):
        fill()
    loader._orders(loader._people())
    return Person.objects.get(login_email="customer@demo.test")


def ticket(requester: Person, text="The box was crushed", **fields) -> Ticket:
    return workflow.open_ticket(requester, text, **{"category": "product-issue"} | fields)


def order(customer: Person, number="VP-10001", status="shipped", **fields) -> Order:
    made = Order.objects.create(customer=customer, number=number, status=status, total=548, **fields)
    OrderItem.objects.create(order=made, sku="MAK-1", name="Classic Makhana", quantity=2, price=249)
    return made


def makhana() -> list[Product]:
    rows = [("Peri Peri Makhana", 299), ("Classic Makhana", 249), ("Masala Makhana", 249)]
    return [
        Product.objects.create(
            sku=f"MAK-{place}", name=name, price=price, unit="100 g", stock=20, category="Makhana",
            also_called="makhane\nfox nut\nमखाना",
        )
        for place, (name, price) in enumerate(rows)
    ]  # fmt: skip


def article(
    slug="returns", title="Returns", body="Sealed packs may come back within 7 days.", **fields
) -> Article:
    variants = "how do i return\nreturn policy\nreturn kaise kare\nwapas kaise karu\nवापसी कैसे करें"
    return Article.objects.create(slug=slug, title=title, body=body, **{"also_asked": variants} | fields)


def picture(
    name="box.jpg", size=(320, 240), encoder="JPEG", colour="peru", **options
) -> SimpleUploadedFile:
    """A real picture file, as a browser would upload it."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, encoder, **options)
    return SimpleUploadedFile(name, out.getvalue(), content_type=f"image/{encoder.lower()}")
