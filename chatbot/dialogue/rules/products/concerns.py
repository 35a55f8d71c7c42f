"""Recognise whose health a message asks about: a baby, a person with an allergy, in pregnancy."""

import re

from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import product_facts

from ...message import ParsedMessage

CONCERNS = {
    # Before whose it is: a child who is allergic
    "allergy": phrases(r"allerg\w*", r"alerg\w*", r"elerg\w*", "celiac", "coeliac", "lactose", "intoleran\\w+", "एलर्जी", "ऐलर्जी", "anaphyla\\w+"),
    "baby": phrases(r"bab(?:y|ies)", "infants?", "toddlers?", "newborn", r"\d+ ?(?:months?|mo|mahin[ae]|month) (?:ka |ki |ke )?(?:old|baby|ba[ch]+[aeiou]\w*|beta|beti|child|kid|son|daughter)", r"(?:chh?ot[aei]|nanh[aei]) ba[ch]+[aeiou]\w*", r"shishu", "weaning", "शिशु", "छोटे बच्चे", r"\d+ महीने", "बेबी", "under (?:one|1) year"),
    "child": phrases(r"\d+ ?(?:years?|yr|saal|sal) (?:ka |ki |ke )?(?:bad[aei] |chh?ot[aei] |mer[aei] )?(?:old|ba[ch]+[aeiou]\w*|child|kid|son|daughter|beta|beti)", r"(?:my |for |give (?:it )?to )(?:kids?|child(?:ren)?|son|daughter)", r"ba[ch]+[aeiou]\w* (?:ko|ke liye|kha)", r"(?:what|which|kis|kitn[aei]) (?:age|umar|umr)(?: .{0,12})?", "bachon", "bachcho", "बच्च(?:े|ों|ा) (?:को|के लिए|खा)"),
    "pregnancy": phrases(r"pregnan\w*", "pregnent", r"expecting", r"breast ?feeding", "lactating", "nursing", r"garbh\w+", "गर्भ\\S*", "प्रेग्नेंट", "प्रेगनेंट", "प्रेग्नेंसी"),
    "diabetes": phrases(r"diabet\w*", "diabitic", r"dayabit\w*", r"sugar (?:patient|patients|ki bimari|ki problem|problem|level|hai (?:papa|mummy|mujhe|unko|unhe))", r"(?:papa|mummy|mom|dad|dadi|dadaji|nani|mujhe|maa|father|mother|unko|unhe|inko|mere ko|pitaji) (?:ko |has |have )?sugar(?: hai)?", "मधुमेह", "डायबिटीज", "डायबिटीज़", "डायबिटिक", "(?<!में )शुगर (?:है(?! (?:क्या )?(?:इस|उस)में)|की बीमारी|पेशेंट|के मरीज|वाले|के रोगी)\\S*", "मधुमेह के रोगी", "madhumeh", "blood sugar", "insulin"),
    "illness": phrases("bp", "blood pressure", "cholesterol", r"heart (?:patients?|problems?|disease)", r"(?:good|safe|ok|healthy|bad) for (?:the |my )?(?:heart|liver|kidneys?|bp|bones|stomach|digestion)", "kidney", "thyroid", r"uric acid", "gout", "cancer", "ulcer", "acidity", "gastric", "ibs", "liver", "dialysis", "surgery", "operation", "medicine", "dawai", "दवाई", "दिल की बीमारी", "ब्लड प्रेशर", "किडनी", "थायरॉइड", "high bp"),
}  # fmt: skip
MONTHS = re.compile(r"(\d{1,2})\s*-?\s*(?:months?|mo\b|mahin[ae]|महीने)", re.IGNORECASE)
YEARS = re.compile(r"(\d{1,2}(?:\.\d)?)\s*-?\s*(?:years?|yrs?|saal|sal|साल)", re.IGNORECASE)


# A child, in whatever words stand between it and its age: "beta abhi 8 mahine ka h"
CHILD = phrases(
    r"bet(?:[aie]|iya|iyan)", r"ba[ch]+[aeiou]\w*", r"munn[aie]", r"l[ae]dk[aie]", r"pot[aie]", r"nat(?:i|in|ini)", r"bh[aā]nj[aie]", r"bhatij[aie]", "son", "daughter", "kids?", "child(?:ren)?", "grand(?:son|daughter|child)", "niece", "nephew", "little one", "बेट[ाीे]", "बच्च\\S*", "मुन्न[ाीे]", "पोत[ाीे]", "नाती", "लड़क[ाीे]",
)  # fmt: skip
NUMBER_WORDS = {
    "ek": 1, "do": 2, "teen": 3, "char": 4, "paanch": 5, "panch": 5, "che": 6, "chhe": 6, "saat": 7, "sat": 7,
    "aath": 8, "ath": 8, "nau": 9, "das": 10, "gyarah": 11, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "एक": 1, "दो": 2, "तीन": 3,
    "चार": 4, "पांच": 5, "छह": 6, "छः": 6, "सात": 7, "आठ": 8, "नौ": 9, "दस": 10, "ग्यारह": 11,
}  # fmt: skip
# No age: "in 2 months", "5 din me", "2 mahine baad"
AGE = re.compile(
    rf"(?<!\S)(?P<span>(?:in|within|after|for|since|last|next|past)\s+)?(?P<count>\d{{1,2}}(?:\.\d)?|{'|'.join(NUMBER_WORDS)})\s*-?\s*(?:(?P<year>years?|yrs?|saal|sal|साल|वर्ष)|months?|mnths?|mo|mahin\w+|mahne|maah|weeks?|hafte|days?|din|महीन\S*|माह|हफ्ते)(?![^\W\d])(?!\s*(?:ke |के )?(?:baad|bad|se|me|mein|ago|later|pehle|tak|andar|after|before|बाद|से|में|पहले|तक|अंदर)(?!\S))",
    re.IGNORECASE,
)
# Of whom it is, whatever age is told
ITS_CHILD = phrases(
    r"bab(?:y|ies)\w*", r"infants?", "toddlers?", "newborn", r"ba[ch]+[aeiou]\w*", r"bet[aie]", "kid", "child", "son", "daughter", "shishu", "weaning", "बच्च\\S*", "शिशु", "बेबी", "बेट[ाी]", "under (?:one|1) year",
)  # fmt: skip
# "Aur bachon ke liye kya accha hai"
FOR_A_CHILD = phrases(
    r"(?:for|to) (?:my |the )?(?:kids?|child(?:ren)?|son|daughter)", r"ba[ch]+[aeiou]\w* (?:ke liye|ko)(?: .{0,20})?", "बच्च(?:ों|े) (?:के लिए|को)(?: .{0,15})?",
)  # fmt: skip
# "Chatana" is how a baby is fed
FEEDS_A_BABY = phrases(r"chata+\w*", r"chtana", "चटा\\S*")
OLDEST_CHILD = 14


def concern(text: str) -> str:
    """Return whose health a message asks about: a key of CONCERNS, or ""."""
    said = plain(text)
    by_words = next((name for name, words in CONCERNS.items() if words.search(said)), "")
    return by_words if by_words not in ("", "child") else _of_a_child(said) or by_words


def _of_a_child(said: str) -> str:
    """Return "baby" for a child of up to a year, "child" for an older one, "" where no child has an age."""
    if FEEDS_A_BABY.search(said):
        return "baby"
    found = AGE.search(said) if CHILD.search(said) else None
    if not found or found["span"]:
        return ""
    count = NUMBER_WORDS.get(found["count"].lower()) or float(found["count"])
    if not found["year"] or count <= 1:
        return "baby"
    return "child" if count <= OLDEST_CHILD else ""


# So many answers about something else may stand between
MOST_BETWEEN = 2
# What the learnt reader knows, as CONCERNS names it
BY_READING = {"for_a_child": "child", "for_a_diabetic": "diabetes", "for_a_pregnant_woman": "pregnancy"}


def concern_of(parsed: ParsedMessage) -> str:
    """Return whose health a message asks about: by its words or, in a talk about food, by the learnt reader."""
    read = BY_READING.get(parsed.reading, "")
    if read == "child" and MONTHS.search(plain(parsed.text)):
        read = "baby"
    kind, memory = parsed.topic.get("kind"), parsed.chat.memory
    # "Bachche 2 saal ke kha sakte" after the rule for what is fresh: of what was spoken of before it
    just_before = kind == "article" and memory.get("since_product", MOST_BETWEEN + 1) <= MOST_BETWEEN
    of_food = parsed.found.products or kind in ("product", "sum", "health") or just_before
    read = read if of_food and not product_facts.asked_about(parsed.text) else ""
    return concern(parsed.text) or read


# "Which ones have peanut": all of them, or the one that is left out is eaten
WHICH_HAVE = phrases(
    r"(?:which|what all|what other)(?: .{0,30})? (?:have|has|having|contains?|containing|with)(?: .{0,20})?", r"(?:kis ?kis|kin|kaun ?(?:kaun )?s[aei]|kons[aei]|kya kya)(?: .{0,20})? (?:me|mein|m)(?: .{0,20})?", "(?:किस ?किस|किन|कौन ?(?:कौन )?स[ेी])(?: .{0,15})? में(?: .{0,15})?",
)  # fmt: skip
WITHOUT = phrases("no", "not", "without", "free", r"\w+n'?t", "bina", "nahi", "nahin", "nhi", "बिना", "नहीं")


def asks_which_have_it(text: str) -> bool:
    """Return whether a message asks which of the goods contain something, and not which are without it."""
    said = plain(text)
    return bool(WHICH_HAVE.search(said)) and not WITHOUT.search(said)


ALLERGEN = (
    ("peanut", phrases(r"pea ?nuts?", r"ground ?nuts?", r"m[ou]+ng ?f+ali", "मूंगफली")), ("gluten", phrases("gluten", "wheat", "celiac", "coeliac", "gehu", "गेहूं")),
    ("milk", phrases("milk", "dairy", "lactose", "doodh", "dudh", "दूध")), ("mustard", phrases("mustard", "sarson", "rai", "सरसों")), ("sesame", phrases("sesame", "til", "तिल")),
    ("soy", phrases("soya?")), ("egg", phrases("eggs?", "anda")), ("nuts", phrases(r"(?:tree |dry ?)?nuts?", "cashews?", "kaju", "walnuts?", "akhrot", "almonds?", "badam", "dry ?fruits?", "मेवे", "काजू", "अखरोट")),
)  # fmt: skip


def allergen_in(text: str) -> str:
    said = plain(text)
    return next((name for name, words in ALLERGEN if words.search(said)), "")


def allergen_of(about: str) -> bool:
    return any(about == name for name, _ in ALLERGEN)
