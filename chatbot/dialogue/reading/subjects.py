"""The subject of a talk, and what a message asks of it: one notion for all rules.

A follow-up names no subject: "charges?" after a return asks what the pick-up costs, after a place what the delivery
costs. So the subject is taken from the open issue, or from the answer before, as long as the message names none of
its own; and what the message asks (cost, days, where, how often, ...) is looked for in what the shop wrote about it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from chatbot.nlu.cues.turn_cues import phrases

from . import troubles

# Of what is wrong: the issue names it, and no word of a follow-up has to
NEVER_NAMED = re.compile(r"(?!)")
OF_A_FAULT = ("return", "refund", "exchange", "delivery")


@dataclass(frozen=True)
class Subject:
    # Slugs of what the shop wrote about it, the likelier first
    articles: tuple[str, ...]
    # Words that name it
    named: re.Pattern
    # The flow that does it for an order
    flow: str = ""
    # Subjects whose words are part of this one: "and the refund?" of a return
    covers: tuple[str, ...] = ()


SUBJECTS = {
    "return": Subject(
        ("returns", "exchange", "refund-timing"),
        # "Wapas kab aayega" speaks of the money
        phrases(r"return\w*", "retrun", r"(?:wapas|vapas)(?! (?:kab |kitn\w+ (?:din|time) (?:me |mein )?)?(?:aa|mil|aay|ho ja)\w*)", "pick ?up", "वापस(?! (?:कब |मिल|आ))", "लौटा\\S*", "रिटर्न"),
        "return",
        ("refund", "exchange", "delivery"),
    ),
    "exchange": Subject(
        ("exchange", "returns", "refund-timing"),
        phrases(r"exchang\w*", r"swap\w*", r"replac\w*", r"badal (?:kar|ke|do|dijiye|sakt)\w*", "badle", "बदल (?:कर|के|दो|सकत)\\S*"),
        "exchange",
        ("return", "refund"),
    ),
    "refund": Subject(
        ("refund-timing",),
        phrases(r"refu?n?d\w*", "money back", "pais[ae]", "money", r"(?:wapas|vapas) (?:kab |kitn\w+ (?:din|time) (?:me |mein )?)?(?:aa|mil|aay|ho ja)\w*", "वापस (?:कब |मिल|आ)\\S*", "रिफ़?ंड", "पैस[ेा]"),
        "refund_status",
    ),
    "cancel": Subject(
        ("cancel-order", "refund-timing"),
        phrases(r"cance?l\w*", "cancle", "radd?", "कैंसल", "रद्द"),
        "cancel",
        ("refund", "delivery"),
    ),
    "address": Subject(
        ("change-address", "missed-delivery"),
        phrases(r"addr?ess\w*", "landmark", "pin ?code", "पता", "पते", "पिन"),
        "change_address",
    ),
    "another day": Subject(
        ("missed-delivery", "change-address"),
        phrases(r"re-?schedul\w*", r"(?:another|other|dusre|agle) (?:day|din)", "not (?:at )?home"),
        "another_day",
        ("address", "delivery"),
    ),
    "items": Subject(
        ("change-items",),
        phrases(r"(?:new|second|dusra|naya) order", "same order", "order me(?:in)?"),
        "change_items",
    ),
    "payment": Subject(
        ("upi-failed", "charged-twice"),
        phrases(r"pay(?:ment|ing|ed)?", r"debit\w*", r"deduct\w*", "utr", "पेमेंट", "भुगतान"),
        "payment",
        ("refund",),
    ),
    "coupon": Subject(
        ("coupons",),
        phrases(r"coupons?", r"promo(?: ?codes?)?", "voucher", "discount", "offers?", "code", "कूपन", "छूट"),
        "coupon",
    ),
    "invoice": Subject(
        ("invoice-gst",), phrases(r"invoice\w*", "bill", r"gst\w*", "बिल", "जीएसटी"), "invoice"
    ),
    "ways to pay": Subject(
        ("cod", "payment-methods", "shipping-charges"),
        phrases("cod", "cash", r"cards?", "upi", "emi", "wallet", "netbanking", "amex", "कैश", "कार्ड", "सीओडी", "यूपीआई"),
    ),
    "delivery": Subject(
        ("shipping-charges", "shipping-time", "pincode-check"),
        phrases(r"(?<!out for )deliver\w*", "delivry", r"reach\w*", r"arriv\w*", r"pahunch\w*", r"shipping", "courier", "parcel", "डिलीवरी", "कूरियर"),
    ),
    "account": Subject(
        ("account-otp", "account-details", "delete-account"),
        phrases("otp", r"log ?in", r"sign ?in", "account", "password", "ओटीपी", "अकाउंट"),
    ),
    "gift": Subject(
        ("gift-wrap", "bulk-gifting"), phrases(r"gift\w*", r"wrap\w*", "गिफ्ट", "तोहफा"), covers=("bulk",)
    ),
    "bulk": Subject(("bulk-gifting", "gift-wrap"), phrases("bulk", "corporate", "wholesale"), covers=("gift",)),
    "subscription": Subject(("subscriptions",), phrases(r"subscri\w+", "monthly", "सब्सक्रिप्शन")),
    "stock": Subject(("out-of-stock",), phrases(r"stock\w*", "sold out", "स्टॉक")),
    "abroad": Subject(("international-shipping",), phrases("abroad", "dubai", "outside india", "videsh", "nri")),
    "a person": Subject(
        ("contact-hours", "complaints"),
        phrases("customer care", "agent", "human", "insaan", "support", "manager", "इंसान"),
    ),
    "complaint": Subject(("complaints", "contact-hours"), phrases(r"complain\w*", "shikayat", "शिकायत")),
    # What is wrong, by its kind: see of_the_issue
    "damaged": Subject(("damaged-items", "returns", "refund-timing"), NEVER_NAMED, covers=OF_A_FAULT),
    "wrong item": Subject(("wrong-item", "returns", "refund-timing"), NEVER_NAMED, covers=OF_A_FAULT),
    "missing": Subject(("missing-items", "returns", "refund-timing"), NEVER_NAMED, covers=OF_A_FAULT),
    "unfit": Subject(("expired-or-stale", "returns", "refund-timing"), NEVER_NAMED, covers=OF_A_FAULT),
    "not received": Subject(("marked-delivered-not-received", "refund-timing"), NEVER_NAMED, covers=("refund", "delivery", "return")),
    "late": Subject(("late-delivery", "refund-timing"), NEVER_NAMED, covers=("refund", "delivery", "return")),
}  # fmt: skip
MARKED = phrases(
    r"(?:marked|says?|shows?|showing|bata\w*|dikha\w*|likha|status)(?: \w+){0,3} deliver\w*", r"deliver\w*(?: \w+){0,3} (?:bata|dikha|likha|show|mark|but|par|lekin)\w*", "डिलीवर\\S* (?:दिखा|बता|लिखा|पर)\\S*",
)  # fmt: skip
FAULTS = {SUBJECTS[key].articles[0]: key for key in ("damaged", "wrong item", "missing", "unfit")}
# What each of them says first of all: its own rule, before that of returns
OWN_RULE_FIRST = {*FAULTS.values(), "late", "not received"}
# What the shop wrote about goods that are sealed and not wanted: not for what came broken or wrong
NOT_WANTED = ("returns", "exchange")

BY_FLOW = {subject.flow: key for key, subject in SUBJECTS.items() if subject.flow} | {
    "company_bill": "invoice"
}
BY_ARTICLE = {
    slug: key
    for key, subject in reversed(SUBJECTS.items())
    # The first of its articles is what it is named after
    for slug in reversed(subject.articles)
} | {subject.articles[0]: key for key, subject in reversed(SUBJECTS.items())}
BY_INTENT = {
    "payment_problem": "payment", "account_problem": "account", "cancel_order": "cancel", "change_address": "address",
    "refund_return": "refund", "talk_to_human": "a person", "complaint": "complaint", "delivery_delay": "late",
}  # fmt: skip

_DAYS = r"\d+\s*(?:[–-]\s*\d+\s*)?(?:working |कार्य )?(?:days?|hours?|minutes?|weeks?|din|ghant\w+|minute|hafte|दिन|दिवस|घंट\S*|मिनट|हफ्ते)"
DURATION = re.compile(
    rf"{_DAYS}|(?:the )?same (?:day|or the next)|usi din|agle working day|उसी दिन|one month|ek mahin\w+|एक महीने",
    re.IGNORECASE,
)
# What may be asked of any subject: how it is asked, and by what a text is seen to answer it
ASPECTS = {
    "cost": (
        phrases(
            r"(?:extra )?(?:charges?|fees?|cost)", "free", "muft", "extra", r"sast[aei]", r"deduct\w*", r"how much(?! time)",
            r"kitn[aei] (?:charge|paisa|paise|lag\w*|kat\w*|pad\w*|deduct|milega|dena|kam|off)(?: .{0,10})?",
            r"(?:pais[ae]|charge) (?:lag|kat|dene|pad)\w*", "शुल्क", "चार्ज", "कितन[ाे] (?:पैस[ाे]|लग\\S*|कट\\S*)", "मुफ्त",
        ),
        re.compile(r"₹|\d ?%|free|nothing to pay|full refund|poora refund|muft|मुफ़्त|मुफ्त|पूरा रिफंड", re.IGNORECASE),
    ),
    "days": (
        phrases(
            r"how (?:long|many days|much time|soon|fast)(?: .{0,25})?", r"kitn[aei] (?:din|time|der)(?: .{0,20})?", r"kab(?! se| .{0,12}(?:tha|thi|hua|bheja|mila|aaya))(?: tak)?(?: .{0,20})?",
            r"by when(?: .{0,15})?", r"when (?:will|can|do|would|is it)(?: .{0,25})?", r"when\W*$", "कितने दिन(?: .{0,15})?", "कब(?! से)(?: तक)?(?: .{0,15})?",
            r"(?:\d{1,2}|one|two|three|ek|do|teen|char) (?:days?|din)(?: .{0,12})?", "(?:\\d{1,2}|दो|तीन) दिन(?: .{0,10})?",
        ),
        DURATION,
    ),
    "times": (
        phrases(r"how many times", r"kitn[ei] ba+r", "कितनी बार"),
        re.compile(r"\d (?:times|baar)|once|twice|\d बार", re.IGNORECASE),
    ),
    "limit": (
        phrases(
            r"min(?:imum)?", r"max(?:imum)?", "limit", "kam se kam", r"up ?to", r"kitn[ei] (?:tak|ka|ke|pe|par)(?: .{0,12})?",
            r"(?:if |agar )?(?:₹|rs\.? ?)?\d{3,5}(?: ?(?:rs|rupees|rupaye|₹))? (?:ka|ke|ki|se|worth|or)(?: .{0,15})? ?(?:ho|hua|hai|order|upar|zyada|jyada|above|more)(?: .{0,12})?",
            r"(?:if|agar|above|over|more than|below|under|cart|bill|total) .{0,20}\d{3,5}(?: .{0,10})?",
        ),
        re.compile(r"₹|\d ?%|minimum", re.IGNORECASE),
    ),
    "where": (
        phrases(r"where(?: .{0,20})?", r"kah?an?(?: .{0,20})?", "kidhar", "कहां(?: .{0,12})?"),
        re.compile(r"\bMy [A-Z]|e-mail|SMS|UPI|page|\bchat|@|\bcart\b|\bcheckout", re.IGNORECASE),
    ),
    "by what": (
        phrases(r"(?:which|what|kis|konse|kaunse|kaun ?s[aei]|kons[aei]) (?:account|bank|card|upi|link|app|page|mode|mail|id)(?: .{0,12})?", r"(?:pais[ae]|refund|money) kis ?(?:me|mein|pe|par)(?: .{0,12})?", r"kis ?(?:me|mein|pe|par) (?:aay|mil|bhej|aa ?jay|doge|denge|refund)\w*(?: .{0,10})?", "किस (?:खाते|बैंक)(?: .{0,8})?"),
        re.compile(r"\blink\b|UPI|e-mail|SMS|\bcard|लिंक|कार्ड", re.IGNORECASE),
    ),
    "hour": (
        phrases(
            r"kitn[ei] baje(?: .{0,15})?", r"(?:what|which|kis|kaun ?se) (?:time|timings?|slot|samay)(?: .{0,15})?", r"(?:shaam|evening|subah|morning|dopahar|afternoon|raat|noon)(?: \w+)? (?:tak|ko|se pehle|me|mein)(?: .{0,12})?",
            r"(?:by|in the|before|after|till) (?:evening|morning|noon|afternoon|night|\d{1,2} ?(?:am|pm)?)(?: .{0,10})?", r"\d{1,2} baje(?: .{0,15})?", "कितने बजे(?: .{0,10})?", "(?:शाम|सुबह) तक(?: .{0,8})?",
        ),
        re.compile(r"\d ?(?:am|pm|baje|बजे)|(?:subah|सुबह) \d|(?:raat|रात) \d", re.IGNORECASE),
    ),
    "shipped": (
        phrases(r"(?:already|ab to|pehle hi|it'?s|its|it is)? ?(?:shipped|dispatched|out for delivery|packed)(?: .{0,12})?", r"(?:ship|pack|dispatch) ho (?:gaya|chuka)(?: .{0,8})?", r"nikal (?:gaya|chuka)(?: .{0,8})?", r"(?:if|agar|once|when|after)(?: \w+){0,2} (?:ships|leaves|goes out|ship ho|nikal)(?: .{0,25})?"),
        re.compile(r"ship|bhej|शिप", re.IGNORECASE),
    ),
    # The parcel is not taken at the door
    "refused": (
        phrases(
            r"(?:do ?n'?t|do not|dont|not|refuse to|will not|won'?t) (?:take|accept|receive|open the door)(?: .{0,30})?", r"refus\w+(?: .{0,20})?", r"(?:parcel |lene se |darwaze par )*mana kar\w*(?: .{0,12})?",
            r"(?:parcel|delivery|order)? ?(?:na|nahi|nahin) (?:lu|lun|loon|lenge|liya|le|lein)(?: .{0,12})?", "(?:मना कर|नहीं ल[िेू])\\S*(?: .{0,10})?",
        ),
        re.compile(r"refuse|mana kar|मना", re.IGNORECASE),
    ),
    "opened": (
        phrases(
            r"(?:un)?open(?:ed)?(?: .{0,15})?", r"(?:un)?sealed?(?: .{0,15})?", r"seal (?:toot|khul|band|tod|nahi)\w*(?: .{0,12})?", r"(?:khol|khul)\w*(?: .{0,15})?",
            r"(?:used|tasted|tried)(?: .{0,12})?", "(?:खोल|खुल|सील)\\S*(?: .{0,12})?",
        ),
        re.compile(r"opened|sealed|khul|खुल|सील", re.IGNORECASE),
    ),
    # Whether the wrong or broken thing goes back
    "send back": (
        phrases(
            r"(?:send|give|return|ship)(?:ing)? (?:it |this |that |them |the \w+ )?back(?: .{0,12})?", r"(?:do|should|must) (?:i|we) (?:have to |need to )?return(?: .{0,15})?",
            r"(?:wapas|vapas|return) (?:karn[aei]|den[aei]|bhejn[aei]|karu|du|bheju)(?: .{0,15})?", "वापस (?:नहीं )?(?:कर|दे|भेज)ना(?: .{0,10})?",
            r"lauta\w*(?: .{0,12})?", r"(?:what about |and |aur )?(?:the )?(?:old|broken|puran[aei]|toot[aei]|khar[a]b|galat)(?: (?:one|jar|pack\w*|bottle|item|piece|box|saman|wal[aei]))?(?: (?:ka kya|rakh|wapas|phe+nk|de|keep|throw)\w*)(?: .{0,12})?", r"(?:what about|and) the (?:old|broken|wrong) \w+", "लौटा\\S*(?: .{0,10})?",
        ),
        re.compile(r"send back|sent back|keep the wrong|keep what|throw|wapas (?:kuch )?(?:bhej|nahi|na)|rakh|वापस|रख", re.IGNORECASE),
    ),
    # A new one or the money
    "choice": (
        phrases(
            r"(?:refund|money|pais[ae])(?: (?:milega|hoga|back|wapas))? (?:or|ya) (?:.{0,20})?", r".{2,20} (?:or|ya) (?:refund|money|pais[ae])(?: .{0,15})?", r"(?:i'?d |i would |id )?(?:rather|prefer)(?: .{0,25})?",
            r"(?:mujhe |muje |bas |ab )?(?:my |mera |mere |pura |poora )?(?:refund|money|pais[ae])(?: hi)? (?:wapas|vapas|back|chahiye|do|de do|kar do|dedo)(?: .{0,15})?", r"(?:want|need|give me)(?: back)? (?:my |the |a |full )*(?:refund|money)(?: .{0,25})?",
            r"(?:refund|replacement|new one|nay[aie]|dusr[aei])(?: \w+)? (?:hoga|milega|possible|doge|denge|please|pls|chahiye)(?: .{0,12})?", "(?:रिफंड|पैसे|नया) (?:या|मिलेगा|चाहिए)(?: .{0,12})?",
        ),
        re.compile(r"you choose|as you like|\bor\b.{0,15}refund|refund.{0,25}\bor\b|\bya\b|या", re.IGNORECASE),
    ),
    # Until when it can be told
    "deadline": (
        phrases(
            r"too late", r"(?:der|late) (?:ho ga\w+|to nahi)(?: .{0,10})?", r"time limit", r"within how (?:long|many \w+)(?: .{0,15})?", r"kitn[ei] (?:time|din|ghante|der) (?:ke andar|tak bata\w*)(?: .{0,12})?", r"(?:till|until|by) when(?: .{0,15})?", r"kab tak (?:bata|bol|complain|return|wapas)\w*(?: .{0,12})?",
            r"(?:it )?(?:came|arrived|delivered|aaya|mila) (?:.{0,15})?(?:days?|din|hours?|ghant\w+|weeks?|haft\w+)(?: .{0,20})?", "(?:देर हो|कितने समय)\\S*(?: .{0,12})?",
        ),
        re.compile(r"within|ke andar|के अंदर|के भीतर", re.IGNORECASE),
    ),
    "again": (
        phrases(r"(?:order|pay|try)\w* again", r"(?:dobara|dubara|phir se|fir se) (?:order|pay|payment|try|kar)\w*(?: .{0,8})?", "दोबारा(?: .{0,12})?"),
        re.compile(r"again|dobara|phir se|दोबारा|फिर से", re.IGNORECASE),
    ),
}  # fmt: skip


def of_the_issue(issue: dict) -> str:
    """Return the subject of the open issue, or ""."""
    if issue.get("why") == "human":
        return "a person"
    if issue.get("intent") == "delivery_delay" and MARKED.search(issue.get("words", "")):
        return "not received"
    if issue.get("intent") == "item_problem" and issue.get("flow") in ("damaged", "", None):
        told = " ".join([issue.get("words", ""), *issue.get("details", [])])
        kind = FAULTS.get(troubles.article_for(told), "")
        return "unfit" if troubles.is_unfit(told) else kind
    return BY_FLOW.get(issue.get("flow", ""), "") or BY_INTENT.get(issue.get("intent", ""), "")


def articles_of_the_issue(issue: dict) -> tuple[str, ...]:
    """Return the slugs of what the shop wrote about the open issue, the likelier first."""
    subject = SUBJECTS.get(of_the_issue(issue))
    return subject.articles if subject else ()


def of_the_answer(topic: dict) -> str:
    """Return the subject of the answer before, or ""."""
    if topic.get("kind") == "article":
        return BY_ARTICLE.get(topic.get("aspect", ""), "")
    return BY_FLOW.get(topic.get("aspect", ""), "") if topic.get("kind") == "order" else ""


# Several rules ask for the same message, and there are dozens of patterns
@lru_cache(512)
def named_in(said: str) -> frozenset[str]:
    """Return the subjects that a message names itself."""
    return frozenset(key for key, subject in SUBJECTS.items() if subject.named.search(said))


def names_another(said: str, than: Iterable[str]) -> bool:
    """Return whether a message names a subject that is none of these, nor a part of one of them."""
    here = set(than)
    return bool(named_in(said) - here - covered_by(here))


def covered_by(about: Iterable[str]) -> set[str]:
    """Return the subjects that are part of these: a refund of a return."""
    return {part for key in about for part in SUBJECTS[key].covers}


def articles_of(about: Iterable[str], said: str) -> list[str]:
    """Return the slugs of what the shop wrote about these subjects; first of the part that the message names."""
    about = list(about)
    named = [key for key in named_in(said) if any(key in SUBJECTS[each].covers for each in about)]
    slugs = list(dict.fromkeys(slug for key in (*named, *about) for slug in SUBJECTS[key].articles))
    faults = [key for key in about if key in FAULTS.values()]
    if not faults:
        return slugs
    own = SUBJECTS[faults[0]].articles[0]
    # "Wapas bhejna padega" of what came broken: its own rule, and none for what is not wanted
    rest = [slug for slug in slugs if slug not in NOT_WANTED and slug != own]
    return [own, *rest] if named != ["refund"] else [*rest, own]


@lru_cache(512)
def asked_in(said: str) -> frozenset[str]:
    """Return what a message asks of its subject: keys of ASPECTS."""
    return frozenset(key for key, (asked, _) in ASPECTS.items() if asked.search(said))


def answers_it(body: str, asked: Iterable[str]) -> bool:
    """Return whether a text has what answers one of these aspects: an amount, days, a place."""
    return any(ASPECTS[key][1].search(body) for key in asked)


# Words that ask on about an article that was told, though they name other things as well
ASKS_ON = {
    "subscriptions": phrases(
        r"(?:cancel|pause|stop|skip|change|band|rok)\w*(?: .{0,15})?",
        r"(?:kitna|kitne|how much|any|kya) (?:off|discount|chhoot|kam)(?: .{0,15})?",
        r"(?:kab|when|how)(?: .{0,20})?",
    ),
    "bulk-gifting": phrases(
        r"(?:kitna |what |how much |any |koi |aur )*(?:discount|off|chhoot|kam)(?: .{0,20})?",
        r"(?:if |agar )?(?:i |we )?(?:take|order|buy|need|lu|lun|le) \d+(?: .{0,12})?",
        r"\d+ (?:lu|lun|le|chahiye)(?: .{0,12})?",
        r"(?:logo|brand|print)\w*(?: .{0,20})?",
        r"(?:by when|when|kab(?: tak)?|kitn[ei] din(?: pehle)?|how (?:early|soon|many days))(?: .{0,30})?",
    ),
    "coupons": phrases(
        r"(?:ab |abhi |phir |please )?(?:laga|lagao|apply|add|use|jod)\w*(?: .{0,15})?",
        r"(?:next|agle|dusre|doosre|second|another) (?:order|time|baar)(?: .{0,20})?",
        r"(?:minimum|min|kam se kam|kitne (?:ka|ke|tak|pe|par)|kitna off|how much)(?: .{0,20})?",
        r"(?:pe|par|on|with)(?: bhi)?\W*$",
        r"(?:pe|par|on|with)(?: bhi)? (?:lag|chal|mil|valid|work|apply)\w*(?: .{0,8})?",
        r"(?:and|aur|what about) .{2,20} (?:pe|par|on)(?: bhi)?",
        r"(?:pehli|pahli|first) (?:baar|time)(?: .{0,15})?",
        r"(?:not|nahi|nahin) .{0,12}(?:first|pehla|pehli)(?: .{0,12})?",
        "(?:अगले|दूसरे) ऑर्डर(?: .{0,10})?",
    ),
}
