"""What Villy needs before his first answer: the model, the articles' index, the names of the products."""

from . import wording
from .dialogue import flows
from .nlu import classifier, trigger_phrases
from .sources import articles, delivery_areas, products


def warm_up() -> None:
    """Load everything that an answer reads from files or builds from tables."""
    sentence = "where is my makhana order?"
    classifier.classify(sentence)
    trigger_phrases.reason(sentence)
    wording.say("greeting")
    flows.all_flows()
    articles.library().near(sentence)
    products.look_up(sentence)
    delivery_areas.areas()
