"""Rules about how hot food is, by the shop's own words."""

from chatbot.models import Chat
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import product_facts
from chatbot.sources import products as catalogue

from ... import answers
from ...answers import Reply
from ...message import ParsedMessage
from ...resolving.references import spoken_of
from . import product_lists
from .about_products import MOST_TOLD, fact_line, not_known

# How hot it is by the shop's own words, the mildest first
HEAT = ("not spicy", "mild", "warm", "medium", "hot")
NOT_HOT = phrases(
    r"(?:not|non|less|no|without|isn'?t|aren'?t|least)(?: (?:too|very|so|that|much|at all))* (?:spicy|hot|chilli|mirch|teekh\w+|spice)", "mild(?:est)?", r"(?:kam|bina|na|sabse kam) (?:te+kh[aie]|tikh[aie]|mirch\w*|masal\w+)", r"(?:te+kh[aie]|tikh[aie]|mirch\w*|spicy) (?:nahi|nahin|na ho|kam)(?: .{0,10})?",
    "(?:कम|बिना) (?:तीख[ाेी]|मिर्च)(?: .{0,8})?", "(?:तीख[ाेी]|मिर्च) (?:नहीं|न हो|कम)(?: .{0,8})?",
)  # fmt: skip
MILD = 2


def what_is_not_hot(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Which makhana is not spicy", "kam teekha kaunsa hai": the mildest of the kind, of those shown, or of all."""
    said = plain(parsed.text)
    if parsed.is_issue or parsed.reason or not NOT_HOT.search(said) or len(said.split()) > MOST_WORDS:
        return None
    if not (
        product_lists.WANTS_A_LIST.search(said) or OF_SEVERAL.search(said) or len(spoken_of(parsed)) > 1
    ):
        return None
    named = catalogue.look_up(NOT_HOT.sub(" ", said))
    among = list(named.products) if named.share else []
    if len(among) == 1:
        return None
    among = among or (spoken_of(parsed) if len(spoken_of(parsed)) > 1 else catalogue.on_sale())
    known = {
        product: fact.words.casefold()
        for product in among
        if (fact := product_facts.fact(product, "spice"))
    }
    heat = {each: heat_of(words) for each, words in known.items()}
    mild = sorted(
        (each for each in heat if heat[each] <= MILD), key=lambda each: (heat[each], not each.is_in_stock)
    )
    if not mild and heat and len(among) <= MOST_TOLD:
        # Of two hot ones the milder
        mild = [each for each in heat if heat[each] == min(heat.values())]
    if not mild:
        return not_known(parsed, among, ["spice"])
    lines = [f"• {fact_line(parsed, each, 'spice')}" for each in mild[:MOST_TOLD]]
    reply = Reply("\n".join(lines), "product_query", max(parsed.confidence, 0.8))
    answers.show(reply, mild[:MOST_TOLD], aspect="spice")
    reply.is_sure = True
    return reply


MOST_WORDS = 10
OF_SEVERAL = phrases(
    r"wal[aei]", "one", "options?", "konsa", "kaunsa", r"ka?un ?s[aei]", "वाल[ाेी]", "कौन ?स[ाेी]"
)


def heat_of(words: str) -> int:
    """Return how hot the shop's words for it are, 0 for not at all."""
    return next((place for place, each in enumerate(HEAT) if words.startswith(each)), len(HEAT))


WRITTEN_MILD = phrases("not (?:spicy|hot)", "no chilli", "mild")


def not_hot() -> list[str]:
    """Return the names of some products in stock of which the shop wrote that they are not hot."""
    facts = [(p, product_facts.fact(p, "spice")) for p in catalogue.on_sale() if p.is_in_stock]
    return [product.name for product, fact in facts if fact and WRITTEN_MILD.search(fact.words)][:3]
