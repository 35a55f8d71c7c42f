"""What a message does in a conversation: take something back, correct, ask again.

Pure functions over text, in English, Hinglish and Hindi; no request, no database.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple, cast

from ..text.needed_letters import quick_search
from ..text.typos import respelt

_EDGE = r"[\w\u0900-\u097F]"


class Phrases:
    """A compiled pattern that is compiled when something first asks it.

    There are hundreds, of which a command of the shell asks none: together they take a tenth of its start.
    The server compiles them all before it listens.
    """

    METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "split", "pattern", "flags")
    waiting: ClassVar[list["Phrases"]] = []

    def __init__(self, alternatives: tuple[str, ...]):
        self._alternatives = alternatives
        self.waiting.append(self)

    def __getattr__(self, name: str) -> Any:
        if name not in self.METHODS:
            raise AttributeError(name)
        either = spelt("|".join(self._alternatives))
        pattern = re.compile(rf"(?<!{_EDGE})(?:{either})(?!{_EDGE})", re.IGNORECASE)
        # As own attributes, so that a search costs what it costs with `re`
        vars(self).update({method: getattr(pattern, method) for method in self.METHODS})
        self.search = quick_search(pattern)
        return vars(self)[name]


def phrases(*alternatives: str) -> re.Pattern:
    """Return a pattern of alternatives that match as whole words, in either script, in `plain` text."""
    return cast(re.Pattern, Phrases(alternatives))


def compile_phrases() -> None:
    """Compile what nothing has asked yet."""
    while Phrases.waiting:
        Phrases.waiting.pop().pattern  # noqa: B018


NUKTA = "\u093c"


def spelt(text: str) -> str:
    """Return the text with one spelling of Hindi letters that have several: no dot below, one nasal sign."""
    return unicodedata.normalize("NFC", text).replace(NUKTA, "").replace("ँ", "ं")


# What a message does stands in its first words; an essay only takes time
LONGEST = 300


@lru_cache(512)
def plain(text: str) -> str:
    """Return the beginning of a text in one spelling of letters that have two, with single blanks."""
    text = spelt(text[: 2 * LONGEST]).replace("’", "'")
    text = RUN.sub(r"\1\1\1", " ".join(text.split()))
    text = TYPED_SHORT.sub(_in_full, text)[:LONGEST]
    return LATIN_WORD.sub(lambda found: respelt(found[0]), text)


LATIN_WORD = re.compile(r"(?<![\w@.])[A-Za-z]{3,14}(?![\w@])")


# As it is typed on a phone
IN_FULL = {
    "kb": "kab", "tk": "tak", "bje": "baje", "aega": "aayega", "ayga": "aayega", "aaega": "aayega", "nhi": "nahi", "nai": "nahi", "nhin": "nahi", "rhne": "rehne", "rehn": "rehne", "krna": "karna", "krni": "karni",
    "kr": "kar", "kro": "karo", "krdo": "kar do", "kardo": "kar do", "krte": "karte", "krwa": "karwa", "h": "hai", "hn": "haan", "cancl": "cancel", "cncl": "cancel", "cncel": "cancel", "cancal": "cancel", "cancle": "cancel", "canel": "cancel", "refnd": "refund", "rfnd": "refund",
    "refud": "refund", "ordr": "order", "odr": "order", "oder": "order", "orde": "order", "ordar": "order", "mra": "mera", "mre": "mere", "mri": "meri", "whr": "where", "wher": "where", "whre": "where", "whn": "when", "wen": "when", "hw": "how", "wat": "what", "wht": "what",
    "ktna": "kitna", "ktne": "kitne", "chaiye": "chahiye", "chahie": "chahiye", "chaie": "chahiye", "chiye": "chahiye", "btao": "batao", "bta": "bata", "mjhe": "mujhe", "muje": "mujhe", "adress": "address", "addres": "address", "adrs": "address", "addrs": "address",
    "chnge": "change", "wapis": "wapas", "vapis": "wapas", "waps": "wapas", "vapas": "wapas", "chng": "change", "retrn": "return", "retun": "return", "retern": "return", "delivry": "delivery", "delvry": "delivery", "dlivery": "delivery", "delivary": "delivery", "dilivery": "delivery", "deliverd": "delivered", "delivred": "delivered",
    "recived": "received", "recieved": "received", "recvd": "received", "brokn": "broken", "pymnt": "payment", "paymnt": "payment", "gya": "gaya", "gyi": "gayi", "rha": "raha", "rhi": "rahi", "skte": "sakte", "skta": "sakta", "smjh": "samajh", "abi": "abhi", "abhe": "abhi", "kyo": "kyun",
    "dmged": "damaged", "damged": "damaged", "thx": "thanks", "abt": "about", "anythng": "anything", "smthng": "something", "smth": "something", "pkt": "packet", "pkts": "packets", "dlvry": "delivery", "dlvery": "delivery", "pls": "please", "plz": "please", "plss": "please", "trck": "track", "stats": "status", "sttus": "status", "k liye": "ke liye", "tdy": "today", "tmrw": "tomorrow", "tmr": "tomorrow", "tomorow": "tomorrow",
}  # fmt: skip


def _in_full(found: re.Match) -> str:
    return IN_FULL[found[0].lower()]


TYPED_SHORT = re.compile(
    rf"(?<![\w\u0900-\u097F'])(?:{'|'.join(sorted(IN_FULL, key=len, reverse=True))})(?![\w\u0900-\u097F'])",
    re.IGNORECASE,
)


# "....." and "!!!!!" say no more than three of them
RUN = re.compile(r"([^\w\s])\1{3,}")


# --- Taking back and correcting ----------------------------------------------------

_SOFT = r"(?:(?:fine|its ok(?:ay)?|it's ok(?:ay)?|its fine|it's fine|no problem|no issues?|koi nahi|koi baat nahi|theek hai|thik hai|theek|thik|abhi ke liye|abhi|ab to|ab|chalo|chal|ठीक है|कोई बात नहीं|no|nahi|nahin|na|nope|ok|okay|acha|accha|achha|sorry|oh|wait|arre|are|hey|actually|haan|yes|well|hmm|thanks|please|नहीं|अरे|अच्छा|सॉरी)[\s,.!…-]*){0,4}"
LEAVE_IT = re.compile(
    spelt(
        rf"^\W*{_SOFT}(?:leave(?=\W*$)|leave (?:it|that|this)(?! (?:at|with|by|near|outside|in|on|behind))|never ?mind|nvm|forget (?:it|about it|that|this|about that)"
        r"|(?:rehne|rahne|rhne|rehn) (?:do|dijiye|de|dena|den)|(?:chhodo|chodo|chhod do|chod do|chhodiye|chodiye|choro)(?! (?:ghar|gate|guard))|jaane do|jane do"
        r"|let it be|let it go|drop it|skip it|(?:do ?n'?t|do not|dont|mat) call(?: me)?|call mat kar\w*|ignore (?:it|that|my (?:last|previous).{0,12})|don'?t (?:bother|worry about it)|(?:i )?changed my mind"
        r"|(?:ab )?(?:zaroorat|zarurat|jarurat) (?:nahi|nahin)(?: hai)?|(?:it'?s |its )?not needed(?: now| anymore)?|no need(?: now| anymore)?(?=\W*$)|not now(?=\W*$)|not (?:right now|today)(?=\W*$)|abhi nahi(?: karna)?(?=\W*$)|baad me(?:in)? (?:karta|karti|dekhta|dekhti|karenge|dekhenge)\w*(?: hu\w*| hai)?(?=\W*$)"
        r"|(?:i )?(?:don'?t|do not|dont) (?:want|need) (?:to cancel|to return|it cancell?ed|to change|to exchange|that|to do that)(?: .{0,20})?(?: anymore| any more| now)?"
        r"|cancel (?:mat|nahi) (?:karo|karna|kijiye|karni)(?: hai)?|(?:mat|nahi) karo cancel"
        r"|(?:do ?n'?t|do not|dont) cancel(?: it| the order| my order)?|(?:do ?n'?t|do not|dont) (?:return|change|exchange)(?: it| anything)?"
        r"|रहने (?:दो|दीजिए|दें|दे)|छोड़ो|छोड़िए|छोड़ दो|छोड़ दीजिए|छोडो|जाने दो|जाने दीजिए|ज़रूरत नहीं|जरूरत नहीं(?: है)?)(?![\w\u0900-\u097F])"
    ),
    re.IGNORECASE,
)
AFTER_LEAVING = re.compile(
    r"^(?:[\s,.;:!-]|(?:and|just|bas|then|aur|now|ab|please|instead|but|par|और|बस|अब)(?![\w\u0900-\u097F]))+",
    re.IGNORECASE,
)


def taken_back(text: str) -> str | None:
    """Return what a message says after "leave it"; "" when that is all, None when it takes nothing back."""
    text = plain(text)
    found = LEAVE_IT.match(text)
    return AFTER_LEAVING.sub("", text[found.end() :]).strip() if found else None


_I_MEAN = r"(?:i (?:meant|mean|wanted|want|need|was asking(?: about| for)?|am asking(?: about| for)?|asked(?: about| for)?)(?: to)?|meant|mera matlab|matlab|mtlb|मेरा मतलब|मतलब|but|rather|instead|par|balki|बल्कि|lekin)"
CORRECTIONS = (
    # "sorry not cancel, i meant change the address"; "not the ghee, the honey"
    re.compile(rf"^\W*{_SOFT}not (?P<not>[^,.;]{{2,40}}?)\s*(?:[,.;-]|\bbut\b)\s*(?:{_I_MEAN}\s*)?(?P<new>.{{2,}})$", re.IGNORECASE),
    re.compile(rf"^\W*{_SOFT}not (?P<not>[^,.;]{{2,40}}?)\s+{_I_MEAN}\s+(?P<new>.{{2,}})$", re.IGNORECASE),
    # "cancel nahi, address badalna hai"
    re.compile(rf"^\W*(?:(?:sorry|arr?e+y?|oh+|nahi|no|सॉरी|अरे)[\s,]+)*(?P<not>[^,.;]{{2,30}}?)\s+(?:nahi|nahin|nhi|नहीं|नही)(?:\s+(?:hai|tha|karna|karni|karo|chahiye|है|करना|चाहिए))?\s*[,.;-]\s*(?:{_I_MEAN}\s*)?(?P<new>.{{2,}})$", re.IGNORECASE),
    re.compile(r"^\W*(?:(?:sorry|arr?e+y?|oh+|nahi|no|सॉरी|अरे)[\s,]+)*(?P<not>\S+(?:\s\S+)?)\s+(?:nahi|nahin|nhi|नहीं|नही)\s+(?P<new>\S+(?:\s\S+){0,6})$", re.IGNORECASE),
    # "i meant the masala one", "mera matlab refund"
    re.compile(rf"^\W*{_SOFT}(?:i (?:meant|mean)|mera matlab|mera mtlb|मेरा मतलब)(?:\s+(?:tha|hai|था|है|to say|that))?[\s,:]+(?P<not>)(?P<new>.{{2,}})$", re.IGNORECASE),
    # "no, the address"; "no the other order"
    re.compile(r"^\W*(?:no+|nahi|nahin|nope|wrong(?! (?:one|item|product|pack))|galat(?! (?:wal|item|product|saman|pack))|oops|sorry|actually|wait|नहीं)(?:[\s,.!-]+(?:no+|actually|wait|sorry|nahi))*[\s,.!-]+(?P<not>)(?P<new>(?:the|my|about|for|woh|wo|wala|mera|meri|order|it'?s|its|i (?:said|asked|want|need|wanted)|maine|मेरा|मेरी|वो)\b.{2,})$", re.IGNORECASE),
)  # fmt: skip
# What a "nahi" in the middle usually is: a plain denial, no correction
DENIALS = phrases(
    "mila", "mili", "mile", "aaya", "aayi", "aaye", "aya", "ayi", "hua", "hui", "ho raha", "ho rahi", "chal", "chal raha", "chal rahi", "kar raha",
    r"kyu\w*", "kyon", "why", "hoga", "hogi", "honge", "pata", "hai", "tha", "thi", "raha", "rahi", "rahe", "received", "aa raha", "aa rahi", "dikh", "dikh raha", "mil raha", "mil rahi", "pahuncha",
    "pahunchi", "kiya", "khula", "khul", "khul raha", "sakta", "sakte", "sakti", "lag", "laga", "liya", "diya", "gaya", "gayi", "ja raha",
    "मिला", "मिली", "आया", "आई", "हुआ", "हुई", "हो रहा", "है", "रहा", "रही", "पता", "था", "थी", "चल रहा", "गया", "दिया", "लिया", "kiye", "bheja",
    "wapas", "chahiye", "karna", "karni", "karo",
)  # fmt: skip


class Correction(NamedTuple):
    """The rejected part of a correction (may be "") and the corrected one."""

    denied: str
    meant: str


def correction(text: str) -> Correction | None:
    """Return what a message corrects: "sorry not cancel, i meant change the address"."""
    text = plain(text)
    if len(text.split()) > 18:
        return None
    for place, pattern in enumerate(CORRECTIONS):
        if not (found := pattern.match(text)):
            continue
        denied, meant = found["not"].strip(), found["new"].strip(" .!?।")
        bare_denial = place == 3 and (
            DENIALS.match(meant) or len(denied.split()) > 2 or DENIALS.search(denied)
        )
        if bare_denial or (place == 2 and DENIALS.search(meant.split()[0])) or not meant:
            continue
        return Correction(denied, meant)
    return None


WITHIN = re.compile(
    rf"^(?P<before>.{{2,}}?)[\s,.;!-]+(?:sorry|oops|no wait|wait no|nahi nahi|arre nahi|no no)[\s,]+(?:not (?P<not>[^,.;]{{2,30}})[\s,]+(?:but\s+)?)?(?:{_I_MEAN}\s+)?(?P<new>.{{3,}})$",
    re.IGNORECASE,
)


def corrected_within(text: str) -> str:
    """Return what is meant by a message that corrects itself: "honey. sorry not honey, jaggery"; "" for any other."""
    text = plain(text)
    found = WITHIN.match(text)
    if not found or len(text.split()) > 18:
        return ""
    before, denied, meant = found["before"], found["not"], found["new"].strip()
    if denied and denied.casefold() in before.casefold() and len(meant.split()) <= 3:
        place = before.casefold().index(denied.casefold())
        return f"{before[:place]}{meant}{before[place + len(denied) :]}"
    return meant if denied or len(meant.split()) >= 2 else ""


AFTER_A_NO = re.compile(
    r"^\W*(?:no+|nahi|nahin|nope|नहीं)[\s,.!-]+(?P<rest>\S+(?:\s\S+){0,3})$", re.IGNORECASE
)


def after_a_no(text: str) -> str:
    """Return the few words after a no: "nahi, phone number" -> "phone number"; "" for anything else."""
    found = AFTER_A_NO.match(plain(text))
    return found["rest"] if found else ""


# "10264 nahi, jo abhi aaya", "not 10264 but 10266"; "10264 nahi mila" is about 10264
_NUMBER = r"(?:order |vp ?-?|#){0,2}(?<!\d)\d{4,6}(?!\d)"
DENIED_NUMBER = re.compile(
    rf"{_NUMBER}\s*(?:wala |wali |order )?(?:nahi|nahin|nhi|नहीं)\s*(?:hai|है)?\s*(?:[,.;!]|$)|\bnot\s+(?:the |order )*{_NUMBER}(?!\s*(?:received|delivered|come|mila|aaya))",
    re.IGNORECASE,
)


def without_denied_numbers(text: str) -> str:
    """Return a text without the order numbers that it says are not meant."""
    if len(text) > LONGEST or not any(map(str.isdigit, text)):
        return text
    return DENIED_NUMBER.sub(" ", text)


# --- Once more -----------------------------------------------------------------

AGAIN = re.compile(
    r"\W*(?:(?:sorry|pardon|kya|what)\W+)?(?:say (?:that|it) again|repeat(?: (?:that|it|please|again|once more))*|come again|once more|again(?: please| pls| plz)?|pardon(?: me)?"
    r"|(?:i )?(?:did ?n'?t|do ?n'?t|dint|dont|didnt|not) (?:get|understand|understood|follow|got)(?: (?:it|that|you|this|u|your answer|what you said|anything))?"
    r"|what do you mean(?: by that)?|explain(?: (?:that|it|again|please|more|properly))*|what\??|kya\??|huh\??|matlab\??|mtlb\??|meaning\??"
    r"|(?:phir|fir) se (?:bolo|boliye|batao|bataiye|bata do|kaho|likho)|dobara (?:bolo|batao|bataiye|likho)|(?:samajh|samjh|samaj|smjh) (?:nahi|nhi|nahin|ni)(?: (?:aaya|aya|aayi|aa raha))?"
    r"|(?:mujhe |kuch )?(?:samajh|samjh) me(?:in)? nahi(?: aaya| aya)?|nahi samjha|nahi samjhi|फिर से (?:बोलो|बोलिए|बताओ|बताइए|कहिए)|दोबारा (?:बोलो|बताओ|बताइए|बोलिए)|समझ (?:में )?नहीं आया|नहीं समझा|क्या कहा|मतलब)(?:\W|please|pls|plz|sir|bhai|ji)*",
    re.IGNORECASE,
)


def asks_again(text: str) -> bool:
    """Return whether the message asks for nothing but the last answer once more."""
    return bool(AGAIN.fullmatch(plain(text)))


# --- Feelings without words ---------------------------------------------------------

ANGRY_SIGNS = re.compile("[😡😠🤬👿💢🖕😤🤮🤢👊😾]")
SAD_SIGNS = re.compile("[😭😢😞😔☹🙁😟😩😫💔😣😖😿]")
GLAD_SIGNS = re.compile("[👍🙏😊😀😃😄🙂❤💚💛🎉👏😍🥰😁👌✅🤝☺💯🤗]")
SWEARING = phrases(
    r"f+u+c+k\w*", r"f\*+k\w*", r"fck\w*", r"wtf+", r"stfu", r"bull ?shit\w*", r"shit\w*", r"crap+y?", r"bastards?", r"bitch\w*", r"ass ?holes?", r"damn(?: it| you)?",
    r"b\.?h?c\.?", r"m\.?c\.?", r"bkl", r"bsdk\w*", r"bhosd\w*", r"chu+t+i?y\w*", r"madar ?ch?od\w*", r"m[a]*d[a]*rch[o]*d", r"bhe?n ?ch?od\w*", r"behe?n ?ch?od\w*", r"g[a]+nd\w{0,3}",
    r"har[a]+m[i]+\w*", r"ha?ramkhor\w*", r"kamin[aei]+\w*", r"ku[t]+[eai]+y?", r"sa+l[aeo]+", r"gadh[aeo]+", r"ullu\w*(?: ke pat+he)?", r"bakch?od\w*", r"l[ao]u?d[ae]\w*", r"jhant\w*",
    "चूतिया", "मादरचोद", "बहनचोद", "भोसड़ी\\S*", "हरामी", "हरामखोर", "कमीने", "कमीना", "साले", "साला", "कुत्ते", "गधे", "उल्लू", "गांड\\S*",
)  # fmt: skip


def mood(text: str) -> str:
    """Return the mood of signs and swear words: "angry", "sad", "glad" or ""."""
    text = text[:LONGEST]
    if ANGRY_SIGNS.search(text) or SWEARING.search(plain(text)):
        return "angry"
    if SAD_SIGNS.search(text):
        return "sad"
    return "glad" if GLAD_SIGNS.search(text) else ""


# --- The parts of a message -----------------------------------------------------------

OPENING = re.compile(
    r"^\W*(?:(?:hi+|hello+|hey+|hlo|hii+|helo|namaste|namaskar|namaskaram|good (?:morning|afternoon|evening|day)|gm|greetings|dear|sir|mam|ma'?am|madam|team|villy|bhai|bhaiya|bro|there|"
    r"नमस्ते|नमस्कार|हेलो|हैलो|हाय|सर|thank(?:s| you| u)?(?: (?:you|u))?(?: (?:so|very) much| a lot| a ton)?|thx|thnx|thank ?u|dhanyawad|dhanyavad|shukriya|धन्यवाद|शुक्रिया|ok(?:ay)?|okk+|k|great|cool|nice|perfect|got it|fine|acha|accha|achha|theek hai|thik hai|ठीक है|अच्छा|alright|"
    r"jai shree? ram|ram ram|salaam|assalamu? ?alaikum|sat sri akal|kem cho|how (?:are|r) (?:you|u)(?: doing)?|hope (?:you are|you're|u r) (?:well|fine|doing well|good)|kaise (?:ho|hain|hai)(?: aap)?|"
    r"one (?:more )?(?:thing|question|doubt)|another (?:thing|question)|quick question|(?:and )?by the way|btw|also|ek (?:aur )?(?:baat|sawal)(?: (?:batao|bataiye|puchni thi|puchna tha))?|एक बात|waise)(?![\w\u0900-\u097F'])[\s,.!।:;-]*)+",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"[\s,.!-]+(?:thanks?(?: (?:you|u|a lot|in advance|so much))?|thx|thank ?u|dhanyawad|shukriya|धन्यवाद|शुक्रिया|please|pls|plz|sir|madam|mam|ma'?am|bhai|bhaiya|bro|ji|regards)\W*$",
    re.IGNORECASE,
)
LEAST_CONTENT = 2


def content(text: str) -> str:
    """Return a message without the small talk around it; all of it when nothing else is left."""
    if len(text) > LONGEST:
        return text
    stripped = OPENING.sub("", " ".join(text.split()), count=1)
    while (shorter := CLOSING.sub("", stripped)) != stripped:
        stripped = shorter
    stripped = stripped.strip()
    if sum(word[0].isalpha() for word in words_of(stripped)) >= LEAST_CONTENT or re.search(
        r"\d{4}", stripped
    ):
        return stripped
    return text


BETWEEN_PARTS = re.compile(
    r"(?<=[?!।])\s+|\n+|(?<=[a-z\u0900-\u097F]{2})(?<!\bno)(?<!\brs)(?<!\bvs)\.\s+|\s*[;]\s*|\s*,?\s+(?:and also|(?<!\bi )(?<!\bu )(?<!you )(?<!we )(?<!can )(?<!will )also|and|aur|और|plus|as well as|saath me|saath hi|one more (?:thing|question)|ek aur baat|btw|by the way|n(?= (?:how|hw|what|wat|when|whn|where|whr|can|is|do|i|also))|तथा|एवं)[,:]?\s+|\s*&\s*|,\s+(?=(?:how|what|when|where|is|are|do|does|can|will|kya|kab|kitn|kaise|kahan|क्या|कब|कितन|कैसे|कहां))|,\s+(?=[^,]{3,60}\b(?:kya|kitn\w+|kab|kaise|how|when|do you)\b)",
    re.IGNORECASE,
)
MOST_PARTS = 4


def parts(text: str) -> list[str]:
    """Return the questions that a message may be made of, in their order; one for a plain message."""
    if len(text) > LONGEST:
        return [text]
    found = [
        part.strip(" ,.;") for part in BETWEEN_PARTS.split(text.strip()) if part and part.strip(" ,.;?!")
    ]
    if len(found) > 1:
        found = [found[0], *(_with_the_verb(found[0], part) for part in found[1:])]
    return found if 1 < len(found) <= MOST_PARTS else [text]


ONLY_A_NUMBER = re.compile(r"(?:the |order |number |no |#|vp)*[\s#-]*\d[\d -]{2,9}", re.IGNORECASE)
ITS_NUMBER = re.compile(r"(?:#|vp[ -]?)?\d[\d -]{2,9}\d", re.IGNORECASE)


def _with_the_verb(first: str, part: str) -> str:
    """Return a part that is a number only with what the first part says of its own: "cancel 10266 and 10264"."""
    if ONLY_A_NUMBER.fullmatch(part) and ITS_NUMBER.search(first):
        return ITS_NUMBER.sub(lambda _: part.strip(), first, count=1)
    return part


WORD = re.compile(r"[^\W_][\w'\u0900-\u097F]*")


def words_of(text: str) -> list[str]:
    return list(_words_of(text))


@lru_cache(512)
def _words_of(text: str) -> tuple[str, ...]:
    return tuple(WORD.findall(plain(text).lower()))
