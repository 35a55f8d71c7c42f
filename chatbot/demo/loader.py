"""The demo shop: read from `data/demo/*.yaml`, written through the desk's own verbs.

Conversations are told again as they happened: every verb runs with the clock set to its
moment, so that events, deadlines and sequence numbers are what a real desk would have.
"""

from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from chatbot import wording
from chatbot.models import Article, DeliveryArea, Product
from chatbot.sources import table_cache
from tickets import workflow
from tickets.models import Order, OrderItem, Person, Role, Status, Ticket
from tickets.pictures import uploads
from tickets.workflow import clock

FOLDER = Path(__file__).resolve().parent.parent / "data" / "demo"


@transaction.atomic
def load() -> dict[str, int]:
    """Fill an empty desk; return how much there is of what."""
    _products()
    _articles()
    _delivery_areas()
    people = _people()
    _orders(people)
    _tickets(people)
    counted = (Product, Article, Person, Order, Ticket)
    return {str(model._meta.verbose_name_plural).title(): model.objects.count() for model in counted}


def logins() -> dict[str, str]:
    """Return the passwords that everybody knows, by e-mail."""
    return {row["email"]: row["password"] for row in _read("people") if "password" in row}


def _read(name: str) -> list[dict]:
    return wording.read_yaml(FOLDER / f"{name}.yaml")


def _products() -> None:
    Product.objects.bulk_create(
        Product(also_called="\n".join(row.pop("tags", [])), **row) for row in _read("products")
    )
    table_cache.look_again(Product)


def _articles() -> None:
    rows = _read("articles")
    for row in rows:
        row.pop("policy", None)
    Article.objects.bulk_create(
        Article(also_asked="\n".join(row.pop("also_asked", [])), **row) for row in rows
    )
    table_cache.look_again(Article)


def _delivery_areas() -> None:
    DeliveryArea.objects.bulk_create(
        DeliveryArea(places="\n".join(row.pop("places", [])), **row) for row in _read("delivery")
    )
    table_cache.look_again(DeliveryArea)


def _people() -> dict[str, Person]:
    """Return the people by their key in the file."""
    people = {}
    for row in _read("people"):
        person = Person(
            role=row.get("role", Role.CUSTOMER),
            name=row["name"],
            email=row.get("email") or "",
            phone=row.get("phone") or "",
        )
        password = row.get("password")
        if password:
            person.login_email = person.email
            person.set_password(password)
        else:
            person.set_unusable_password()
        person.save()
        people[row["key"]] = people[person.email] = person
    return people


def _orders(people: dict[str, Person]) -> None:
    products = {product.sku: product for product in Product.objects.all()}
    now = timezone.now()
    orders, items = [], []
    for row in _read("orders"):
        lines = [(products[item["sku"]], item["quantity"]) for item in row.pop("items")]
        placed_at = now - timedelta(days=row.pop("placed_days_ago"))
        eta = row.pop("eta_days_from_now", None)
        eta = now + timedelta(days=eta) if eta is not None else None
        order = Order(
            number=row["number"],
            customer=people[row["customer"]],
            status=row["status"],
            placed_at=placed_at,
            eta=eta,
            delivered_at=min(eta or now, now) if row["status"] in ("delivered", "returned") else None,
            total=_total(lines, row.get("payment", "")),
            payment_method=row.get("payment", ""),
            payment_status=row.get("payment_status", ""),
            carrier=row.get("carrier") or "",
            tracking_number=row.get("tracking") or "",
            city=row.get("city") or "",
            pincode=str(row.get("pincode") or ""),
        )
        orders.append(order)
        items += [
            OrderItem(order=order, sku=product.sku, name=product.name, quantity=count, price=product.price)
            for product, count in lines
        ]
    Order.objects.bulk_create(orders)
    OrderItem.objects.bulk_create(items)


def _total(lines: list[tuple[Product, int]], payment: str) -> Decimal:
    """The shop's own rule (see articles.yaml): delivery costs 49 below 499, cash on delivery 30."""
    items = sum((product.price * count for product, count in lines), Decimal(0))
    return items + (49 if items < 499 else 0) + (30 if payment == "cod" else 0)


# --- Conversations -----------------------------------------------------------


def _tickets(people: dict[str, Person]) -> None:
    orders = {order.number: order for order in Order.objects.all()}
    # The oldest first, so that the list is in the order in which things happened
    for row in sorted(_read("tickets"), key=lambda row: -row["opened_minutes_ago"]):
        _tell(row, people, orders)


def _tell(row: dict, people: dict[str, Person], orders: dict[str, Order]) -> None:
    opened_at = timezone.now() - timedelta(minutes=row["opened_minutes_ago"])
    customer = people[row["customer"]]
    agent = people.get(row.get("assigned", ""), people["agent@demo.test"])
    with clock.at(opened_at):
        ticket = workflow.open_ticket(
            customer,
            row["message"],
            category=row["category"],
            priority=row["priority"],
            subject=row["subject"],
            order=orders.get(row.get("order", "")),
            language=row.get("language", "en"),
            handover=_packet(row, opened_at),
        )
    moment = opened_at
    for line in row.get("messages", []):
        moment = opened_at + timedelta(minutes=line["after"])
        with clock.at(min(moment, timezone.now())):
            _say(ticket, line, customer, agent)
    with clock.at(min(moment + timedelta(minutes=3), timezone.now())):
        _finish(ticket, row, customer, agent)


def _say(ticket: Ticket, line: dict, customer: Person, agent: Person) -> None:
    with _picture(line.get("image")) as picture:
        if "customer" in line:
            workflow.customer_says(ticket, line["customer"] or "", by=customer, picture=picture)
        elif "note" in line:
            workflow.add_note(ticket, line["note"], by=agent, picture=picture)
        else:
            workflow.agent_replies(ticket, line["agent"], by=agent, picture=picture)


def _finish(ticket: Ticket, row: dict, customer: Person, agent: Person) -> None:
    """Bring the ticket to the status that the file tells, by the steps that lead there."""
    wanted = row.get("status", Status.OPEN)
    if row.get("callback"):
        workflow.request_callback(ticket, by=customer, phone=customer.phone or "+91 90000 00000")
        if row["callback"] == "done":
            workflow.complete_callback(ticket, by=agent)
    if wanted != Status.OPEN and ticket.status == Status.OPEN:
        workflow.take(ticket, by=agent)
    if wanted in (Status.RESOLVED, Status.CLOSED):
        workflow.move(ticket, Status.RESOLVED, by=agent, resolution=row.get("resolution", ""))
    if wanted == Status.CLOSED:
        workflow.confirm(ticket, by=customer, rating=row.get("rating"), comment=row.get("comment", ""))
    if row.get("assigned") and not ticket.assignee_id:
        workflow.assign(ticket, agent, by=agent)
    workflow.mark_read(ticket, by_agents=False, up_to=ticket.last_seq)
    if wanted != Status.OPEN:
        workflow.mark_read(ticket, by_agents=True, up_to=_last_answered(ticket))


def _last_answered(ticket: Ticket) -> int:
    """Return the seq up to which agents have read; messages after their last reply stay unread."""
    last = ticket.messages.filter(sender="agent", internal=False).order_by("-seq").first()
    return ticket.last_seq if ticket.is_over or not last else max(last.seq, ticket.read_by_agents)


def _packet(row: dict, opened_at: datetime) -> dict:
    lines = row.get("chat")
    if not lines:
        return {}
    began = opened_at - timedelta(seconds=40 * len(lines))
    transcript = [
        {
            "sender": "ai" if "villy" in line else "customer",
            "message": line.get("villy") or line["customer"],
            "timestamp": (began + timedelta(seconds=40 * place)).isoformat(),
        }
        for place, line in enumerate(lines)
    ]
    words = next((line["customer"] for line in lines if "customer" in line), "")
    return {
        "transcript": transcript,
        "quoted": False,
        "intent": row["category"],
        "words": words,
        "language": row.get("language", "en"),
    }


@contextmanager
def _picture(name: str | None):
    file = None
    if name:
        file = SimpleUploadedFile(name, (FOLDER / "pictures" / name).read_bytes())
    with uploads.received(file) as picture:
        yield picture
