"""The known facts of one product: from the shop's facts, its ingredients, its description.

A fact that is not there is None: the answer is then "I can't tell, a person can", never a guess.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from ..nlu.cues.turn_cues import phrases, plain

# --- What may be asked ---------------------------------------------------------

PRICE, STOCK, INGREDIENTS, SHELF_LIFE, STORAGE, ORIGIN, SIZE = (
    "price", "stock", "ingredients", "shelf_life", "storage", "origin", "size",
)  # fmt: skip

# In the order in which they are asked: what is narrower comes first
ASPECTS: dict[str, re.Pattern] = {
    "jain": phrases(r"jain\w*", "जैन"),
    "vegan": phrases("vegan", "plant based", "वीगन"),
    "gluten": phrases(r"gluten(?:[ -]?free?)?", "wheat", r"gehu\w*", "maida", r"celiac|coeliac", r"(?:has|have|contains?|any|without|no) (?:wheat|maida|atta)", r"(?:wheat|maida|gehu) (?:hai|h|to nahi|nahi|free|mila)", "ग्लूटेन"),
    "onion_garlic": phrases(r"onions?", "garlic", r"pyaa?[zj]", r"lah?sun", r"lehsun", r"lahsoon", "प्याज", "प्याज़", "लहसुन"),
    "palm_oil": phrases("palm oil", "palmolein", "palm"),
    "oil": phrases(r"oil[ -]?free", r"(?:without|no|any|contains?|has|have|kitna) oil", r"bina tel", r"tel (?:hai|h|hota|kitna|dala|pada|to nahi)", "बिना तेल", "तेल है"),
    "preservatives": phrases(r"preservatives?", r"chemicals?(?: free)?", r"artificial \w+", r"(?:added |food )?colou?rs?(?! of)", "msg", "ajinomoto", r"additives?", "milawat", "mila(?:wat|vat)i?", "केमिकल", "मिलावट", "प्रिज़र्वेटिव", r"nakli", "adulterat\\w+"),
    "sugar": phrases(r"sugar[ -]?free", r"is (?:there )?(?:any )?sugar in (?:it|this|them)", r"(?:added|any|no|without|has|have|contains?) sugar", r"(?:kya |isme |ismein |usme )?(?:chee?ni|sugar|shakkar) (?:hai|h|hot[aie]|to nahi|dali|mili|milai|kitni|nahi|wala|free)", r"(?:bina|without) (?:chee?ni|sugar)", "glucose", "sweetened", "शुगर फ्री", "चीनी", "meetha hai"),
    "milk": phrases("milk", "dairy", "lactose", r"doodh", r"dudh", "whey", "casein", "दूध"),
    "peanut": phrases(r"pea ?nuts?", r"ground ?nuts?", r"m[ou]+ng ?f+ali", r"sing ?dana", "मूंगफली", "मूँगफली"),
    "nuts": phrases(r"(?:tree )?nuts?", "nut free", "मेवे"),
    "soy": phrases("soya?", "soybean", "सोया"),
    "sesame": phrases("sesame", "til(?= (?:hai|h|to|ka))", "तिल"),
    "mustard": phrases(r"(?:contains?|any|has|have|allerg\w+ to|without) mustard"),
    "egg": phrases(r"eggs?", "anda", "eggless", "अंडा"),
    "salt": phrases(r"(?:how much |any |no |low |less |has |contains? )?(?:salt|sodium)(?: free| content)?", r"namak (?:hai|h|kitna|kam|zyada|nahi|hota|hoti|dala|pada|mila|dalte)", "नमक"),
    "caffeine": phrases(r"caff?eine", "decaf"),
    "vegetarian": phrases(r"veg(?:etarian)?", "shakahari", "शाकाहारी", r"non[ -]?veg", "gelatin"),
    "fasting": phrases(r"(?:for |in |during )?fast(?:ing)?", r"vra?t(?: me(?:in)?| ka| ke)?", r"upv?a[av]?s", r"navratri?", "ekadashi", "व्रत", "उपवास", "नवरात्रि"),
    "spice": phrases(r"(?:how |too |very |is it |not |less |more )?(?:spicy|spiciness|hot(?! selling))", r"(?:kitna |zyada |jyada |bahut |kam )?(?:te+kh[aie]|tikh[aie]|mirch\w*)", "chilli level", "तीखा", "तीखी", "मिर्च"),
    SHELF_LIFE: phrases(
        r"shelf(?:[ -]?life)?", r"expir\w*", r"best before", r"kab tak (?:chal|khaa?|rakh|theek|thik)\w*(?: \w+)?", r"kitne (?:din|dino|mahine|time)(?: tak)? (?:chal|rakh|theek|tik|khaa?)\w*", r"k[h]?a?rab (?:ho|hota|hoga|hone|kab)\w*", r"khrab(?: .{0,10})?", r"kab (?:tak )?kharab(?: .{0,8})?",
        r"how long (?:does|do|will|can|is|it|would|should) .{0,40}(?:last|keep|stay|good|stored?|fresh|finish)\w*", r"how many (?:months|days) (?:does|do|will|can|is) .{0,25}(?:last|keep|stay|good)\w*", r"(?:once opened|after (?:i |you |we )?open\w*|khol\w* ke baad|open karne ke baad)(?: .{0,25})?", r"(?:last|keep|stay)s? (?:the )?(?:longer|longest|long|fresh)(?: .{0,8})?", r"(?:zyada|jyada) (?:din|time|der|dino)(?: tak)? (?:chal|tik|rah|theek)\w*", r"(?:and |aur )?how long\??$", r"manufactur\w* date", r"mfg(?: date)?", r"validity", "एक्सपायर\\w*", "एक्सपायरी", "कितने दिन (?:तक )?चल\\S*", "कब तक (?:चल|खराब)\\S*", "खराब (?:हो|होता|होगा)",
    ),
    STORAGE: phrases(r"stor(?:e|age|ing)(?: it)?", r"(?:keep|put|need|kept) .{0,15}(?:fridge|refrigerat\w+|freezer)", r"fridge", r"refrigerat\w*", r"(?:kahan|kaise|kahaan) (?:rakh|store)\w*", r"freezer", "फ्रिज", "कैसे रख\\S*", "कहां रख\\S*"),
    ORIGIN: phrases(
        r"(?:where|which (?:place|state|region|village|farm|country)) (?:is|are|do|does|it|this|was|were) .{0,30}(?:from|made|come|sourced|grown|source|produced|come from)", r"where .{0,20}(?:made|from|sourced|grown)", r"origin", r"(?:kahan|kaha|kidhar|kis (?:jagah|gaon|state)) (?:ka|ki|ke|se|banta|bana|banti|bani|ugta)(?: (?:hai|h|aata|aati|banta|ata).{0,8})?",
        r"made in (?:india|which|where)", r"source of", "कहां (?:का|की|के|से|बनता|बना)(?: है| आता)?", "कहाँ का", "किस गांव", r"sourced from", r"kahan se (?:aata|aati|late|mangate|ata)",
    ),
    "pieces": phrases(r"kitn[ei] (?:pieces?|pcs|papad|nag|tukde|chikki|dane)(?: .{0,25})?", r"how many (?:pieces?|pcs|papads?|chikkis?|nuts?|bars?|squares?)(?: .{0,25})?", "कितने (?:पीस|टुकड़े|पापड़)(?: .{0,12})?"),
    SIZE: phrases(r"(?:net )?weight(?! (?:loss|gain|kam|ghata))", "wazan", "vajan", r"how (?:big|heavy|many grams?|much (?:quantity|does it weigh|in (?:a|one) (?:pack|packet|jar|bottle|box)))", r"(?:pack|packet|jar|bottle|bag) ?size", r"kitn[aei] (?:gram|gm|kilo|kg|ml|litre|liter|bada|wazan|vajan|quantity|pieces?)(?: \w+)?", r"sizes?(?: available)?", r"(?:bad[aei]|chh?ot[aei]|bigger|larger|smaller|small|big|large) (?:wal[aei] )?(?:pack|packet|size|jar|bottle)", "कितना (?:वजन|ग्राम|बड़ा)", "वज़न", "वजन", r"how many (?:pieces|in a (?:box|pack))", r"how many (?:gms?|grams?|kgs?|kilos?|ml|ltrs?|lit(?:er|re)s?)(?: .{0,12})?"),
    "organic": phrases("organic", "pesticides?", "जैविक", "ऑर्गेनिक"),
    "raw": phrases(r"unprocessed", r"(?:un)?pasteuri[sz]ed", r"(?:is .{0,20}) raw", r"heated", r"filtered", r"(?:un)?refined"),
    "certificate": phrases("fssai", r"lab (?:report|test)\w*", r"certif\w+", "licen[cs]e", "tested", "agmark", "halal"),
    "purity": phrases("purity", "pure", r"shuddh\w*", "asli", "genuine", "original", "100%", "real honey", "शुद्ध", "असली"),
    "nutrition": phrases(r"calori\w*", r"proteins?", "carbs?", r"nutrition\w*", "fat content", r"fat(?= (?:hai|in|content))", "fibre", "fiber", "cholesterol", r"kcal", "vitamins?", "iron", "calcium", r"gi index|glycemic", "प्रोटीन", "कैलोरी", "keto", r"weight loss"),
    "making": phrases(r"(?:deep |oil )?fried(?! in)", "baked", r"hand ?made", r"machine ?made", r"bhun[aei](?: hua)?", r"tal[aei] hu[aei]", "तला हुआ", "भुना",r"(?:banta|banti|bante|banate|banaya|bana) (?:kaise|kese)(?: .{0,8})?", r"kaise (?:banta|banti|bante|banate|bani|banaya)(?: .{0,10})?", r"how (?:is|are|was|do you|do they) (?:.{0,15})?(?:made|make|prepared?|processed)", "कैसे बन(?:ता|ती|ाते|ाया)\\S*"),
    "usage": phrases(r"(?:kitn[aei]|how much) (?:dal|daal|use|istemal|quantity me|(?:to|do i|should i) (?:use|add|put|take))\w*(?: .{0,12})?", r"how (?:to|do i|do you|can i|should i) (?:use|eat|cook|make|prepare|consume|serve|roast|drink|take)(?: \w+)?", r"recip\w*", r"kaise (?:bana|kha|pak|use|istemal|pee)\w*", r"(?:for|good for) (?:cooking|frying|deep[ -]?fry(?:ing)?|shallow frying|sweets|halwa|tadka|baking|hair|skin|massage|pooja|puja|chai|roti|idli|dosa)", "कैसे (?:बना|खा|पका)\\S*", r"ready to eat", r"can i (?:fry|cook|bake|eat it raw)"),
    "taste": phrases(r"(?:kitn[ai] |how )(?:strong|kadak|light|halk[ai])(?: .{0,8})?",r"(?:smell|khushbu|khushboo|mehak|fragrance)(?: .{0,20})?",r"tast(?:e|es|y)", "swaa?d", "flavou?r like", "kaisa lagta", "स्वाद", "crispy", "crunchy", "texture"),
    INGREDIENTS: phrases(
        r"(?:fried|cooked|roasted|made|kis|kaunse|konse) (?:in|tel me|oil me)\W*$", r"(?:kis|kaunse|konse) (?:tel|oil) (?:me|mein)(?: .{0,15})?",
        r"kya kya (?:hai|aata|aayega|milega|hota)(?: .{0,12})?$", r"(?:box|hamper|pack) (?:me|mein|mai|ke andar|m) (?:kya|kitn\w+)(?: .{0,15})?", r"(?:kya|kya kya) hai (?:box|hamper|isme|usme)(?: .{0,8})?", r"what(?:'?s| is| all| comes| do i get| items?)* in(?:side)? (?:the |this |that |your )?(?:\w+ )?(?:box|hamper|pack)", r"ingredients?", r"ingridients?|ingrediants?", r"(?:what(?:'?s| is| all is| does| do)?) .{0,20}(?:contain|made of|made from|made with|inside|in it|in this|goes in)\w*", r"contains?", r"made (?:of|from|with)", r"kya (?:kya )?(?:dala|dalte|dalta|daalte|daalta|padta|pada|mila|milaya|daala|hota|hai isme|hai ismein|hai usme)(?: \w+)?", r"(?:kis ?se|kisse|kis cheez se) (?:bana|bani|banta|banti)(?: \w+)?", r"samagri", r"allergens?", r"allerg\w*",
        "सामग्री", "किससे बन\\S*", "क्या (?:क्या )?(?:डाला|पड़ा|मिला|है इसमें)\\S*", r"(?:isme|ismein|is me|usme|usmein) kya(?: kya)?(?: hai| h)?$",
    ),
    # Never written down: "I can't tell"
    "packing": phrases(r"(?:glass|plastic|tin|steel|paper) (?:ki |ka |ke )?(?:bottles?|jars?|dabb[ae]|pack\w*|containers?|pouch\w*)", r"kis (?:me|mein) pack\w*", r"come in (?:a )?(?:glass|plastic|tin)(?: .{0,10})?"),
    "about": phrases(
        r"special\w*", r"kha+s(?:iyat)?", "unique", r"tell me (?:more )?about(?: .{0,20})?", r"ke ba+re me(?:in)?(?: .{0,12})?", r"different about(?: .{0,12})?", r"why(?: .{0,25})? (?:costly|expensive|mehn?g[aei])", r"(?:costly|expensive|mehn?g[aei])(?: \w+)? (?:kyu\w*|why)",
        r"kyu\w*(?: .{0,20})? (?:costly|expensive|mehn?g[aei])", r"what'?s (?:so )?(?:good|great)(?: .{0,15})?", "(?:ख़?ास|खासियत)(?: .{0,8})?", "(?:महंग[ाेी]) क्यों",
    ),
    STOCK: phrases(r"(?:in |out of )?stock(?:s|ed)?", r"available|availability|avail", r"sold out", r"back in stock|restock\w*", r"kab (?:aayega|ayega|milega|tak aayega)(?= (?:stock|wapas|phir|dobara))", "stock (?:me|kab|hai|h)", r"उपलब्ध", r"स्टॉक", r"do you (?:still )?have (?:it|this|that|any)(?: left)?", r"(?:mil|mill) (?:jayega|jayegi|sakta|sakti)(?: \w+)?", r"khatam", r"how many (?:are )?left|kitne bache"),
    PRICE: phrases(
        r"price?s?", r"how (?:much|mch)(?! (?:time|sugar|salt|protein|longer|delivery))", r"hw mch|hw much|hm much", r"(?:what(?:'?s| is|s)? )?(?:the )?(?:cost|rate|mrp|amount)s?", r"(?:kitn[aei]|ktne|ktna|kitni) (?:ka|ki|ke|k|rupaye|rupay|rs|paise|paisa|me|mein|lagega|lagenge|hua|ka hai|padega|padegi)(?: (?:hai|h|hain|pada|padega|milega|de rahe))?", r"kitna\??$", r"kitne\??$", r"kitna hai\??$", r"d[a]+m", r"k[ei]+mat|qeemat", r"bhaa?v", r"kya (?:rate|price|bhav|bhaav)", "कितने (?:का|की|के|में|रुपये|रुपए)(?: है| हैं)?", "कितने का", "कीमत", "दाम", "क़ीमत", "कितना(?: है)?\\??$", "भाव", r"expensive|costly|mehn?ga|mahanga|sasta",
    ),
}  # fmt: skip

# "Weight kitna hai" asks for no price
PLAIN_PRICE = phrases(
    r"price?s?",
    "cost",
    "rate",
    "mrp",
    r"d[a]+m",
    r"k[ei]+mat",
    "कीमत",
    "दाम",
    "how much (?:is|does|for)",
    r"kitn[aei] (?:ka|ki|rupaye|rs)",
    "कितने (?:का|की)",
)

# What contains what: words of an ingredient list
CONTAINED = {
    "onion_garlic": ("onion", "garlic"),
    "palm_oil": ("palm oil", "palmolein"),
    "oil": ("oil",),
    "preservatives": ("preservative", "e211", "e202", "msg", "colour", "color", "artificial"),
    "sugar": ("sugar", "jaggery", "honey", "glucose", "fructose", "syrup"),
    "milk": ("milk", "ghee", "butter", "whey", "curd", "cream", "paneer"),
    "peanut": ("peanut", "groundnut"),
    "nuts": ("tree nut", "cashew", "walnut", "almond", "pistachio", "hazelnut", "peanut", "groundnut"),
    "soy": ("soy",),
    "sesame": ("sesame",),
    "mustard": ("mustard",),
    "egg": ("egg",),
    "salt": ("salt",),
    "gluten": ("wheat", "gluten", "barley", "maida", "semolina"),
    "caffeine": ("coffee", "tea", "caffeine"),
}
# No ingredient that forbids it is the most that a list of ingredients can say
FORBIDS = {
    "jain": ("onion", "garlic", "potato", "ginger", "carrot", "beet", "honey"),
    "vegan": ("milk", "ghee", "butter", "honey", "whey", "curd", "cream", "egg", "gelatin"),
    "vegetarian": ("egg", "gelatin", "fish", "meat", "chicken"),
}
# Where the shop may have written it down, by the keys of `Product.facts`
FACT_KEYS = {
    "nuts": ("nuts", "allergens"), "peanut": ("peanut", "allergens"), "milk": ("milk", "dairy", "allergens"),
    "gluten": ("gluten", "allergens"), "soy": ("soy", "allergens"), "sesame": ("sesame", "allergens"),
    "onion_garlic": ("onion garlic", "onion_garlic"), "spice": ("spice", "spice level", "heat"),
    "origin": ("origin", "made in", "source", "region"), "storage": ("storage", "store"), "usage": ("usage", "uses", "how to use", "use"),
    "size": ("size", "weight", "net weight"), "certificate": ("certificate", "fssai", "lab report", "certification"),
    "age": ("age", "babies", "children"), "diabetes": ("diabetes", "diabetic"), "pregnancy": ("pregnancy", "pregnant"),
    "nutrition": ("nutrition", "calories", "protein"), "fasting": ("fasting", "vrat"), "taste": ("taste",),
}  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """One fact in words. `verdict` is True or False where the question was a yes-or-no one."""

    words: str
    verdict: bool | None = None
    # Whether it is only read off the ingredients: traces and certificates are another matter
    inferred: bool = False


# Several rules ask for the same message, and there are forty patterns
@lru_cache(512)
def _named_in(text: str) -> tuple[str, ...]:
    """Return the aspects whose words stand in a message, in their order."""
    text = plain(text)
    return tuple(aspect for aspect, asked in ASPECTS.items() if asked.search(text))


def asked_about(text: str) -> str:
    """Return the aspect that a message asks about, or ""."""
    return next(iter(_named_in(text)), "")


def all_asked_about(text: str) -> list[str]:
    """Return every aspect that a message asks about: "price and shelf life"."""
    found = [*_named_in(text)]
    text = plain(text)
    # "Is it free of peanuts" asks of nuts as well, and of one thing
    if len(found) > 1 and PRICE in found and not PLAIN_PRICE.search(text):
        found.remove(PRICE)
    if "peanut" in found and "nuts" in found:
        found.remove("nuts")
    if len(found) > 1 and INGREDIENTS in found and found[0] != INGREDIENTS:
        found.remove(INGREDIENTS)
    return found


def fact(product, aspect: str) -> Fact | None:
    """Return what is known of a product about this aspect, or None. Price and stock are not asked here."""
    if written := _written(product, aspect):
        return written
    if aspect == INGREDIENTS:
        if "see each product" in (product.ingredients or "").lower() and product.description:
            return Fact(f"{SENTENCE.findall(product.description)[0].strip()} {product.ingredients}")
        return Fact(product.ingredients) if product.ingredients else None
    if aspect == "purity":
        return Fact(product.ingredients) if product.ingredients else None
    if aspect == SHELF_LIFE:
        return Fact(product.shelf_life) if product.shelf_life else None
    if aspect == STORAGE:
        return _storage(product)
    if aspect == "about":
        said = [part.strip() for part in SENTENCE.findall(product.description or "")[:2]]
        return Fact(" ".join(said)) if said else None
    if aspect == SIZE:
        return Fact(product.unit) if product.unit else None
    if aspect in CONTAINED:
        return _contains(product, aspect)
    if aspect in FORBIDS:
        return _allowed(product, aspect)
    return _described(product, aspect)


def facts_of(product) -> dict[str, str]:
    """Return the shop's own facts, keys in lower case; {} where there are none."""
    written = getattr(product, "facts", None) or {}
    return {str(key).strip().lower().replace("_", " "): value for key, value in written.items()}


def _written(product, aspect: str) -> Fact | None:
    facts = facts_of(product)
    for key in (aspect.replace("_", " "), *FACT_KEYS.get(aspect, ())):
        value = facts.get(key)
        if value in (None, ""):
            continue
        if isinstance(value, bool):
            return Fact("", value)
        words = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        first = words.split(",")[0].split(";")[0].split(".")[0].strip().lower()
        if first in ("yes", "no"):
            rest = words[len(first) :].lstrip(" ,;.:")
            return Fact(rest[:1].upper() + rest[1:], first == "yes")
        if key == "allergens" and aspect != "allergens":
            names = CONTAINED.get(aspect, (aspect,))
            if any(name in words.lower() for name in names):
                return Fact(f"contains {words}", True)
            continue
        return Fact(words)
    return None


def without_absent(ingredients: str | None) -> str:
    """Return a list of ingredients in lower case without what is said to be absent, or only near."""
    # "No oil", "no filler, no salt": said to be absent
    said = re.sub(r"\bno [a-z ]+?(?=[,.;]|$)", "", (ingredients or "").lower())
    # What is handled in the same room is no ingredient
    return re.sub(r"[^.;]*\b(?:handled|traces|same (?:room|line)|packed where)[^.;]*", "", said)


def _found(product, names) -> list[str]:
    ingredients = without_absent(product.ingredients)
    return [name for name in names if re.search(rf"\b{re.escape(name)}", ingredients)]


def _contains(product, aspect: str) -> Fact | None:
    """Return whether the ingredients name it; without a list of ingredients nothing is known."""
    if not product.ingredients or "see each product" in product.ingredients.lower():
        named = [word for word in CONTAINED[aspect] if word in (product.ingredients or "").lower()]
        return Fact(product.ingredients, True) if named else None
    return Fact(product.ingredients, bool(_found(product, CONTAINED[aspect])), inferred=True)


def _allowed(product, aspect: str) -> Fact | None:
    if not product.ingredients or "see each product" in product.ingredients.lower():
        return None
    forbidden = _found(product, FORBIDS[aspect])
    return Fact(product.ingredients, not forbidden, inferred=True)


SENTENCE = re.compile(r"[^.;!?]+[.;!?]?")
STORED = re.compile(r"\b(?:keep|fridge|store|dry|cool|airtight|refrigerat)\w*", re.IGNORECASE)
DESCRIBED = {
    "making": re.compile(r"\b(?:made|churned|roasted|pressed|boiled|fried|ground|cured|hand-rolled|cooked|sprouted|shelled|strained|collect\w*|small batch\w*)\b", re.I),
    "spice": re.compile(r"\b(?:hot|spic(?:y|ed)|mild|chilli|warm|tangy|pungent|strong)\b", re.I),
    "raw": re.compile(r"\b(?:raw|unprocessed|filtered|strained|unrefined|pasteuri[sz]ed)\b", re.I),
    "organic": re.compile(r"\b(?:organic|chemical-free|pesticide)\b", re.I),
    "usage": re.compile(r"\b(?:use|spoons?|cooks?|roast|for rotis|best over|good for|add it|stands up|suit|serve|ready)\b", re.I),
    "taste": re.compile(r"\b(?:nose|smell|taste|tangy|sour|sweet|malty|nutty|crisp|crunchy|smoky|mild|warm|light|bitter)\b", re.I),
    "origin": re.compile(r"\bfrom\b|\bof [A-Z]|\bnear [A-Z]|\bin [A-Z]|\bon [A-Z]|[A-Z]\w+-style|[A-Z]\w+'s"),
}  # fmt: skip


def _described(product, aspect: str) -> Fact | None:
    """A sentence of the description that speaks of it."""
    wanted = DESCRIBED.get(aspect)
    if not wanted:
        return None
    for sentence in SENTENCE.findall(product.description or ""):
        if wanted.search(sentence.strip()):
            return Fact(sentence.strip())
    # "100% mustard oil, unrefined" stands among the ingredients
    return (
        Fact(product.ingredients) if aspect == "raw" and wanted.search(product.ingredients or "") else None
    )


def _storage(product) -> Fact | None:
    said = [part.strip() for part in re.split(r"[;.]", product.shelf_life or "") if STORED.search(part)]
    return Fact("; ".join(said)) if said else None
