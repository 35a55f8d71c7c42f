"""Ask Villy in a terminal, and see why he answers as he does.

python manage.py ask_villy "mera order kab aayega" --as customer@demo.test
python manage.py ask_villy
"""

from contextlib import contextmanager

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chatbot import visitors
from chatbot.dialogue import answers, policy
from chatbot.models import Chat
from chatbot.nlu import classifier
from chatbot.sources import articles as knowledge
from chatbot.sources import order_codes
from chatbot.sources import products as catalogue
from tickets.models import Person

NEAREST = 3


class Command(BaseCommand):
    help = "Ask Villy: intent, confidence, issue, priority, evidence, articles, products, rule, answer."

    def add_arguments(self, parser):
        parser.add_argument("text", nargs="?", help="what a customer types; without it, a conversation")
        parser.add_argument("--as", dest="email", help="sign-in e-mail of the customer; default: a visitor")

    def handle(self, *args, text=None, email=None, **options):
        person = self._person(email) if email else visitors.visitor()
        chat = Chat.objects.create(person=person)
        try:
            with _no_mail():
                for line in [text] if text else self._typed():
                    self._show(chat, line)
        finally:
            # Nothing of it is a customer's
            chat.delete()
            if not email:
                person.delete()

    def _person(self, email: str) -> Person:
        person = Person.objects.filter(login_email=email.lower()).first()
        if not person:
            raise CommandError(f"No person signs in with {email}.")
        return person

    def _typed(self):
        self.stdout.write("Type as a customer would; an empty line ends it.")
        while True:
            try:
                line = input("> ")
            except (EOFError, KeyboardInterrupt):
                return
            if not line.strip():
                return
            yield line

    def _show(self, chat: Chat, text: str) -> None:
        understood = classifier.classify(text)
        evidence = ", ".join(f"{name} {weight:+.2f}" for name, weight in classifier.explain(text))
        articles = (f"{p.article.slug} {p.score:.2f}" for p in knowledge.library().near(text, NEAREST))
        found = catalogue.look_up(text)
        products = ", ".join(product.name for product in found.products)
        reply = policy.answer(chat, text)
        rows = {
            "intent": f"{understood['intent']} {understood['confidence']:.2f}",
            "issue": f"{'yes' if understood['is_issue'] else 'no'}, {understood['category']}, {understood['priority']}",
            "out of scope": f"{understood['oos_score']:.2f}",
            "evidence": evidence,
            "articles": ", ".join(articles),
            "products": f"{products} ({found.share:.0%} of the words)" if products else "",
            "rule": reply.rule,
            "language": chat.language,
            "human": self._offer(reply),
            "order": reply.order["number"] if reply.order else "",
            "sources": ", ".join(source["title"] for source in reply.sources),
            "suggestions": " | ".join(reply.suggestions),
            "answer": reply.text,
        }
        for name, value in rows.items():
            if value:
                self.stdout.write(f"{name:>13}  {value}")
        self.stdout.write("")

    def _offer(self, reply: answers.Reply) -> str:
        return f"offered, {reply.category}, {reply.priority}" if reply.offer_agent else ""


@contextmanager
def _no_mail():
    """A question about an order sends a code to its owner; a try in a terminal must not."""
    before = settings.EMAIL_BACKEND, settings.SMS_URL
    settings.EMAIL_BACKEND, settings.SMS_URL = "django.core.mail.backends.dummy.EmailBackend", ""
    try:
        yield
    finally:
        order_codes.wait_until_sent()
        settings.EMAIL_BACKEND, settings.SMS_URL = before
