"""Classify the trouble with an item by its words: broken, wrong, missing, not fit to eat."""

from chatbot import wording
from chatbot.nlu.cues.turn_cues import phrases, plain

from .signs import concepts_in

# The shop's article for each kind, and the concepts of the gloss that tell of it
KINDS = {
    "expired-or-stale": {"g:spoiled", "g:expired", "g:insect"},
    "damaged-items": {"g:damaged", "g:torn", "g:leak"},
    "wrong-item": {"g:wrong", "g:instead"},
    "missing-items": {"g:missing", "g:less"},
}
BROKEN = phrases(
    r"toot\w*",
    r"tut[aei]\w*",
    "tut ga\\w+",
    r"phoot\w*",
    r"phat\w*",
    r"crack\w*",
    r"broke\w*",
    r"leak\w*",
    "टूट\\S*",
    "फूट\\S*",
    "फट\\S*",
)
# "Found something like plastic in it", "baal nikla"
_NOT_FOOD = r"(?:plastic|glass|kaa?n?ch|hairs?|baal|stones?(?![- ]ground)|kankar|pat+h?ar|metal|wire|needle|rubber|dhaga|blade|keed[ae]|insects?|worms?|bugs?|ants?|chinti|cockroach|mould|mold|fungus|phaphu?nd)"
FOREIGN = phrases(
    rf"(?:found|got|saw|there (?:is|was|are|were)|had|has|came|contains?)(?: .{{0,25}}?)? {_NOT_FOOD}(?: .{{0,20}})?",
    rf"{_NOT_FOOD}(?: jaisa| jaisi| like| ka| ki| sa)*(?: .{{0,15}})? (?:mil[aie]|nikl[aie]|tha|thi|found|came|inside|in (?:it|the|my)|andar|hai andar|dikh\w*)(?: .{{0,12}})?",
    r"(?:me(?:in)?|ke andar|andar)(?: se)? (?:kuch|kaal[aie]|kal[aie]|ajeeb|koi cheez)(?! nah)(?: (?!nah)\w+){0,2} (?:nikl|mil|dikh|tha|thi|pada)\w*(?: .{0,10})?",
    r"(?:something|anything|things?) (?:black|white|strange|weird|odd|hard|sharp|dark|green|moving)(?: \w+)? (?:in|inside|came|was)(?: .{0,15})?",
    r"(?:found|saw|got|see|there is) something (?:.{0,12})?(?:in|inside)(?: .{0,15})?",
    "(?:प्लास्टिक|कांच|काँच|बाल|कंकड़|पत्थर|कीड़[ाे]|फफूंद)(?: .{0,12})? (?:मिल|निकल|था|थे|है)\\S*(?: .{0,8})?",
)
# "Ordered 2 chikki got 1"
FEWER_CAME = phrases(
    r"(?:ordered|order kiy\w+|mang\w+)(?: .{0,15})? \d{1,2}(?: .{0,20})? (?:got|received|came|mil[aie]|aa?y[aie])(?: only| sirf| just)? \d{1,2}",
    r"\d{1,2}(?: .{0,15})? (?:ordered|order kiy\w+|mang\w+)(?: .{0,15})? \d{1,2}(?: hi)? (?:mil[aie]|aa?y[aie]|got|came)",
)
SMELLS = phrases(
    r"(?:smell|stink|reek)(?:s|ing|ed|y)?(?! (?:good|nice|great|lovely|so good))(?: .{0,15})?",
    r"tast(?:es|ed|ing) (?:very |so |a bit |really )?(?:bad|off|weird|strange|funny|sour|bitter|odd|awful|rancid)",
    r"bad ?boo?(?: .{0,10})?",
    r"(?:ajeeb|gandi|buri|kharab) (?:si )?(?:smell|mehak|taste|swad)(?: .{0,10})?",
    r"(?:smell|mehak|taste) (?:ajeeb|gand[iae]|bur[iae]|kharab|aa rah[iae])(?: .{0,10})?",
    "बदबू",
    "महक (?:आ|ख)\\S*",
    "(?:अजीब|बुरी|खराब|गंदी|सड़ी)(?: सी)? (?:गंध|महक|बू|स्वाद)(?: .{0,10})?",
    "(?:गंध|बू) आ\\S*(?: .{0,8})?",
)
EATEN = phrases(
    "ate", "eaten", "eating", "tasted?", "consumed", "fed", r"(?:used|had|cooked|gave|drank|drunk)(?: (?:some|it|a little|half|with it|already|them))*", r"kha (?:liya|li|liye|chuk\w*|gaye|gaya)", r"kha(?:ya|yi|aya)", r"(?:pee|pi|khila|pila) (?:liya|li|diya|di)", "chakh\\w*", "istemal", "use (?:kar|kiya)\\w*", "खा (?:लिया|ली|लिए|चुक\\S*)", "खाया", "खिला दिया", "इस्तेमाल",
)  # fmt: skip
UNWELL = phrases(
    r"(?:lips?|tongue|throat|face|mouth|eyes?|hoth|gala|munh|muh|chehra)(?: \w+){0,3} (?:swell\w*|swollen|itch\w*|tight\w*|burning|sooj\w*|suj\w*|khujl\w*)", r"(?:swelling|swollen|hives|rash\w*|can'?t breathe|breathless|saans)(?: .{0,15})?", "(?:होंठ|गला|मुंह|चेहरा)(?: .{0,8})? (?:सूज|खुजल)\\S*",
    r"(?:stomach|tummy|pet|belly)(?: me(?:in)?| is| was)? ?(?:pain\w*|ach\w*|upset|dard|hurt\w*|kharab|gadbad|cramps?)(?: .{0,15})?", "upset stomach", r"(?:feeling|felt|feels?|getting|got|am|is|fell|are) (?:very |so |a bit |little )?(?:sick|unwell|ill|nauseous|nausea)", r"tabiyat (?:kharab|theek nahi)(?: .{0,10})?", r"ji (?:ghabra|machal)\w*", "पेट (?:में )?दर्द", "पेट ख़?राब", "तबीयत ख़?राब", "उल्टी",
)  # fmt: skip


def article_for(text: str) -> str:
    """Return the slug of the shop's rule for what is told; "" where the words tell no kind."""
    if BROKEN.search(plain(text)):
        return "damaged-items"
    if FEWER_CAME.search(plain(text)):
        return "missing-items"
    if any(cue.search(plain(text)) for cue in (FOREIGN, SMELLS, EXPIRED)):
        return "expired-or-stale"
    concepts = concepts_in(text)
    counted = {slug: len(signs & concepts) for slug, signs in KINDS.items()}
    best = max(counted, key=lambda slug: counted[slug])
    return best if counted[best] else ""


EXPIRED = phrases(
    r"expir\w*(?: \w+){0,3} (?:baad|nikal\w*|over|past|gone|khatam|passed|ho (?:gay\w*|chuk\w*))(?: .{0,10})?", r"(?:past|after|crossed)(?: \w+){0,2} expir\w*(?: .{0,10})?", r"expired", "एक्सपायर(?:ी)? (?:हो|निकल|के बाद)\\S*",
)  # fmt: skip


def is_unfit(text: str) -> bool:
    """Return whether food is told of that should not be eaten: rotten, past its date, with insects."""
    said = plain(text)
    return bool(
        KINDS["expired-or-stale"] & concepts_in(text)
        or any(cue.search(said) for cue in (SMELLS, FOREIGN, EXPIRED))
        or EXPIRED.search(said)
    )


def caution(text: str, language: str, before: str = "") -> str:
    """Return "please don't eat it" for food that is not fit to eat; "" for anything else.

    `before` is what was told of the trouble already: then only that it was eaten is news.
    """
    if is_unfit(text) or (before and is_unfit(before) and EATEN.search(plain(text))):
        return wording.say("do_not_eat", language)
    return ""


AFTER_EATING = phrases(
    r"(?:after|since|from) (?:i |we |he |she |they )?(?:eating|ate|having|had|drinking|drank|consuming)(?: .{0,20})?", r"(?:i|we|he|she|they|son|daughter|kid) (?:already |just |have |has )*(?:ate|eaten|had|drank)", r"kha(?:ne|kar| kar| ke|ke)(?: ke)?(?: baad| se)?", r"kha(?:ya|yi|aya)", r"kha li(?:ya|ye)?", r"pee?ne ke baad", "खाने (?:के बाद|से)", "खाकर", "खाया",
)  # fmt: skip


def unwell_after_eating(text: str) -> bool:
    """Return whether a person feels unwell after eating something: "papad khane ke baad pet dard"."""
    said = plain(text)
    return bool(UNWELL.search(said) and AFTER_EATING.search(said))


INJURED = phrases(
    r"(?:cut|hurt|injured|bruised)(?: .{0,15})? (?:hand|finger|foot|leg|mouth|tongue|thumb|lip|myself|himself|herself)s?(?: .{0,10})?", r"(?:hand|finger|foot|mouth|tongue|thumb)s?(?: .{0,12})? (?:got |is |was )?(?:cut|hurt|bleeding)(?: .{0,8})?", r"ble?e?d(?:ing|s)?", r"(?:haa?th|ungli|pair|paanv|munh|muh|zubaan|jeebh)(?: \w+){0,3} (?:kat|cut|chot|khoon)\w*(?: .{0,10})?", r"khoon (?:nikl|aa|beh)\w*(?: .{0,8})?", r"chot lag\w*", "(?:हाथ|उंगली|पैर|मुंह)(?: \\S+){0,3} (?:कट|चोट)\\S*", "खून (?:निकल|आ|बह)\\S*", "चोट लग\\S*",
)  # fmt: skip


def injured(text: str) -> bool:
    """Return whether a person is told to be hurt: "kaanch se haath kat gaya"."""
    return bool(INJURED.search(plain(text)))


def feels_unwell(text: str, before: str) -> bool:
    """Return whether a person is unwell after what was told before: "stomach pain since morning"."""
    return bool(UNWELL.search(plain(text))) and bool(before)
