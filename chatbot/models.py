"""What Villy knows (products, articles) and what was said to him (chats)."""

import re

from django.db import models
from django.utils import timezone

from tickets.models import CURRENCY_CODE, MONEY, SHOP_TIME, Category, Order, Person, Ticket, random_id


class Product(models.Model):
    """A row of the shop's catalogue."""

    id = random_id()
    sku = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)
    category = models.CharField(max_length=100, blank=True)
    price = models.DecimalField(**MONEY)
    currency = models.CharField(max_length=3, blank=True, help_text=CURRENCY_CODE)
    unit = models.CharField(max_length=60, blank=True, help_text='What the price is for, as in "100 g".')
    stock = models.PositiveIntegerField(
        null=True, blank=True, default=0, help_text="Empty: the shop does not count it; always available."
    )
    description = models.TextField(blank=True)
    ingredients = models.TextField(blank=True)
    facts = models.JSONField(
        default=dict, blank=True, help_text='What else there is to know, as in {"allergens": "nuts"}.'
    )
    tags = models.JSONField(default=list, blank=True, help_text='The shop\'s tags, as in ["vegan"].')
    shelf_life = models.CharField(max_length=120, blank=True)
    also_called = models.TextField(
        blank=True, help_text="Other names and spellings, one a line: makhane, मखाना, fox nut."
    )
    image = models.CharField(max_length=120, blank=True, help_text="Path below static/.")
    image_url = models.URLField(max_length=500, blank=True, help_text="The picture in the shop.")
    is_active = models.BooleanField("on sale", default=True)
    shop_updated_at = models.DateTimeField(null=True, blank=True, editable=False, help_text=SHOP_TIME)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def is_in_stock(self) -> bool:
        return self.stock is None or self.stock > 0

    @property
    def names(self) -> list[str]:
        """Its name and everything else that it is called, the shop's tags included."""
        lines = [line.strip() for line in self.also_called.splitlines()]
        return [self.name, *filter(None, lines), *self.tags]


class Article(models.Model):
    """A question that the shop answers, in three languages. An empty translation falls back to English."""

    id = random_id()
    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField("title (English)", max_length=140)
    title_hinglish = models.CharField("title (Hinglish)", max_length=140, blank=True)
    title_hi = models.CharField("title (Hindi)", max_length=140, blank=True)
    category = models.CharField(max_length=16, choices=Category, default=Category.OTHER)
    body = models.TextField("answer (English)")
    body_hinglish = models.TextField("answer (Hinglish)", blank=True)
    body_hi = models.TextField("answer (Hindi)", blank=True)
    also_asked = models.TextField(
        "also asked as",
        blank=True,
        help_text="Other ways to ask this, one a line, in any language, with their typos. "
        "The more variants, the more often Villy finds it.",
    )
    is_active = models.BooleanField("published", default=True)
    publish_at = models.DateTimeField(
        "publish on",
        null=True,
        blank=True,
        help_text="A draft is published at this time, within a minute. Empty: when you tick “published”.",
    )
    helped = models.PositiveIntegerField(default=0, editable=False, help_text="“Yes” in the help centre.")
    helped_not = models.PositiveIntegerField(
        default=0, editable=False, help_text="“No” in the help centre."
    )
    shop_updated_at = models.DateTimeField(null=True, blank=True, editable=False, help_text=SHOP_TIME)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["title"]
        indexes = [models.Index(fields=["is_active", "publish_at"], name="articles_to_publish")]

    def __str__(self):
        return self.title

    @property
    def variants(self) -> list[str]:
        return [line.strip() for line in self.also_asked.splitlines() if line.strip()]

    def title_in(self, language: str) -> str:
        return {"hinglish": self.title_hinglish, "hi": self.title_hi}.get(language) or self.title

    def body_in(self, language: str) -> str:
        return {"hinglish": self.body_hinglish, "hi": self.body_hi}.get(language) or self.body


class ArticleVersion(models.Model):
    """An earlier version of an article: {field: text}, and its editor."""

    id = random_id()
    article = models.ForeignKey(Article, models.CASCADE, related_name="versions", db_index=False)
    said = models.JSONField(default=dict)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-changed_at"]
        indexes = [models.Index(fields=["article", "-changed_at"], name="versions_of_article")]

    def __str__(self):
        return f"{self.changed_at:%Y-%m-%d %H:%M} {self.changed_by}"


class DeliveryArea(models.Model):
    """A delivery area with its days, edited by the shop, found by PIN code or place."""

    id = random_id()
    name = models.CharField(
        max_length=80, unique=True, help_text="As Villy says it: North-East, big cities."
    )
    pin_prefixes = models.TextField(
        "PIN codes",
        blank=True,
        help_text="Whole PIN codes or their beginnings, separated by spaces or lines: 78 79 682555. "
        "The longest that fits counts. No PIN codes and no places: this row is for the rest.",
    )
    places = models.TextField(blank=True, help_text="Cities and states in it, one a line, any spelling.")
    is_served = models.BooleanField("we deliver there", default=True)
    days_from = models.PositiveSmallIntegerField("working days, from", default=3)
    days_to = models.PositiveSmallIntegerField("working days, to", default=5)
    cash_on_delivery = models.BooleanField(default=True)
    charge = models.DecimalField(
        "delivery charge",
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Empty: not known.",
    )
    free_from = models.DecimalField(
        "free delivery from",
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Empty: never free.",
    )
    is_active = models.BooleanField("in use", default=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def prefixes(self) -> list[str]:
        return re.findall(r"\d+", self.pin_prefixes)

    @property
    def place_names(self) -> list[str]:
        return [line.strip() for line in self.places.splitlines() if line.strip()]


class Chat(models.Model):
    """One conversation of a person with Villy; over once a ticket took it along."""

    id = random_id()
    person = models.ForeignKey(Person, models.CASCADE, related_name="chats", db_index=False)
    ticket = models.ForeignKey(Ticket, models.SET_NULL, null=True, blank=True, related_name="chats")
    language = models.CharField(max_length=10, default="en")
    # What the policy remembers from turn to turn, see dialogue/state.py
    memory = models.JSONField(default=dict, blank=True)
    last_seq = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    # While an answer is made: until when (in time.monotonic's seconds), and the orders that were read for it
    answer_by: float
    orders_read: list[Order] | None

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["person", "-created_at"], name="chats_of_person"),
            models.Index(fields=["-updated_at"], name="chats_by_use"),
        ]

    def __str__(self):
        return f"{self.person} with Villy"


class ChatMessage(models.Model):
    """A line of a chat. Villy's lines keep the whole reply (cards, sources, what he understood)."""

    is_new = False

    id = random_id()
    chat = models.ForeignKey(Chat, models.CASCADE, related_name="messages", db_index=False)
    seq = models.PositiveIntegerField()
    client_id = models.CharField(max_length=64, null=True, default=None)
    sender = models.CharField(max_length=8, choices=[("customer", "customer"), ("ai", "ai")])
    text = models.TextField()
    # The question that this line answers; unique, so that an answer comes once
    answers = models.OneToOneField("self", models.CASCADE, null=True, blank=True, related_name="answer")
    reply = models.JSONField(default=dict, blank=True)
    intent = models.CharField(max_length=20, blank=True)
    # The rule of the policy that answered, see dialogue/policy.py
    rule = models.CharField(max_length=30, blank=True)
    # The flow of data/flows.yaml that it ran, if it did
    flow = models.CharField(max_length=20, blank=True, default="")
    # Whether it offered a person; not known of lines from before this was kept
    offered = models.BooleanField(null=True, default=None)
    helped = models.BooleanField(null=True, blank=True, help_text='The answer to "Did this help?"')
    # What Villy did not know here was reviewed: taught, or left as it is
    reviewed = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["chat", "seq"], name="one_line_a_seq"),
            models.UniqueConstraint(fields=["chat", "client_id"], name="one_line_a_client_id"),
        ]
        # Each named for the list that it serves, see figures and teaching
        indexes = [
            models.Index(fields=["-created_at"], name="lines_by_age"),
            models.Index(fields=["intent", "-created_at"], name="lines_by_intent"),
            models.Index(fields=["helped", "-created_at"], name="lines_by_helped"),
        ]

    def __str__(self):
        return self.text[:60]


class SpentIdentity(models.Model):
    """The `jti` of an identity token that was used; kept until the token would have expired."""

    jti = models.CharField(max_length=190, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)


class OrderCode(models.Model):
    """A code sent to the contact of an order, to prove that a chat is with the person who placed it."""

    id = random_id()
    chat = models.ForeignKey(Chat, models.CASCADE, related_name="order_codes")
    # Empty for a number that is no order's: guessing numbers tells nothing
    order = models.ForeignKey("tickets.Order", models.CASCADE, null=True, related_name="+")
    number = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    tries_left = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    proven_at = models.DateTimeField(null=True)


class Example(models.Model):
    """An utterance that staff taught Villy in the admin; `train_villy` adds it to the corpus."""

    id = random_id()
    text = models.CharField(max_length=500, unique=True)
    intent = models.CharField(max_length=20)
    language = models.CharField(
        max_length=10, choices=[("en", "English"), ("hinglish", "Hinglish"), ("hi", "Hindi")]
    )
    is_issue = models.BooleanField("needs a person")
    taught_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self):
        return f"{self.text} → {self.intent}"


class TestConversation(models.Model):
    """One of the shop's own conversations with what has to come back; run with one button before publishing."""

    id = random_id()
    name = models.CharField(max_length=120)
    customer = models.EmailField(
        "as customer",
        blank=True,
        help_text="E-mail of the customer whose orders Villy looks at. Empty: a guest.",
    )
    script = models.TextField(
        help_text='A line that begins with ">" is what the customer types. Below it what has to come back, one thing a line: '
        '"says: any of | these", "never: …", "order: VP-10234" or "order: none", "offers: yes" or "no" (a person), '
        '"source: title of an article", "language: en, hinglish or hi".',
    )
    # No class of tests, whatever its name begins with
    __test__ = False

    # What came back last: [{"said", "answer", "rule", "order", "wrong": [...]}]
    last_run = models.JSONField(default=list, blank=True, editable=False)
    ran_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name
