"""What Villy needs before his first answer: the model, the articles' index, the names of the products."""

from decimal import Decimal

from django.core.validators import validate_email
from django.urls import resolve

from supportdesk import money
from supportdesk.db.compiled_queries import prepare_insert
from supportdesk.templating import static
from tickets.models import Person

from .. import chats, wording
from ..dialogue import flows, policy
from ..helpcentre import markdown
from ..models import Chat, ChatMessage
from ..nlu import asked, classifier
from ..nlu.cues import trigger_phrases, turn_cues
from ..sources import articles, delivery_areas, products


def warm_up() -> None:
    """Load everything that an answer reads from files or builds from tables."""
    sentence = "where is my makhana order?"
    turn_cues.compile_phrases()
    markdown.render(sentence)
    classifier.classify(sentence)
    asked.asked(sentence)
    trigger_phrases.reason(sentence)
    wording.say("greeting")
    flows.all_flows()
    articles.library().near(sentence)
    products.look_up(sentence)
    for product in products.on_sale():
        if product.image:
            # On the cards of an answer; the first one loads the storage of static files
            static(product.image)
    # Most guests leave an e-mail address; the patterns of Django's validator take 30 ms to compile
    validate_email("guest@shop.example")
    for model in (Chat, ChatMessage):
        prepare_insert(model)
    chats.newest_chat(Person())
    # Django compiles the pattern of an address when something is first asked below it
    resolve("/api/chat/message")
    delivery_areas.areas()
    for language in wording.LANGUAGES:
        # The formats of a language are read from a file with its first price
        money.formatted(Decimal(1), language=language)
    for said in ("do you have makhana", "mera order kahan hai", "it was broken"):
        # Patterns are compiled when they are first used; an unsaved chat leaves no trace
        policy.answer(Chat(person=Person()), said)
