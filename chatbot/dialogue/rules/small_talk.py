"""Rules about the talk itself: the language, Villy himself, moods, "say that again", greetings."""

from chatbot import wording
from chatbot.nlu.cues import calls, himself, languages, trigger_phrases, turn_cues
from tickets.models import Category, Priority

from ...models import Chat
from .. import answers, memory
from ..answers import Reply
from ..message import ParsedMessage
from ..state import GRAVE

# "My phone number is wrong": theirs, not ours
CHANGING_MINE = turn_cues.phrases(
    "my",
    "mera",
    "mere",
    "meri",
    "change",
    "wrong",
    "update",
    "badal\\w*",
    "galat",
    "मेरा",
    "order",
    "delivery (?:boy|agent|guy|person)",
    "courier",
    "बदल\\S*",
)
OF_AN_ORDER = turn_cues.phrases(
    r"refu?n\w*",
    "orders?",
    "parcel",
    r"pais[ae]",
    "money",
    "replacement",
    "delivery(?! (?:boy|agent|guy))",
    r"deliver(?:ed|s|ing)?",
    "रिफंड",
    "ऑर्डर",
    "पार्सल",
    "पैस[ाे]",
)
ONLY_WHEN = turn_cues.phrases(
    r"(?:ok |aur |to |acha |mujhe )*(?:kab|when)(?: tak)?(?: (?:milega|milegi|milenge|aayega|aayegi|aayenge|bhejoge|dogi|doge))?(?: (?:mujhe|humein|ye|yeh|wo|naya|phir))*",
    "(?:मुझे )?कब(?: तक)?(?: (?:मिलेगा|मिलेगी|आएगा|आएगी))?(?: मुझे)?",
)
OF_HOURS = turn_cues.phrases(
    "insaan", "insan", r"agents?", "person", "people", "human", "log", "aap", "ap", "you", "u", "team", "support", "customer care", r"khul\w*", "open", "closed?", "available", "online", r"timings?", "hours?", "baat", "call", "reply", "jawab", "answer", "chat", "night", "raat", "sunday", "24 ?[x*/]? ?7", "kaam", "work\\w*", "baje", "they", "someone", "contact", "connect", "respond", "khula", "band",
    "लोग", "आप", "इंसान", "खुल\\S*", "बात", "बजे", "व्यक्ति", "जवाब", "समय",
)  # fmt: skip
# "Milte hain" sounds like millet, and is half of nothing
LEAST_NAMED = 0.3
SMALL_TALK = {"greeting": "greeting", "thanks_bye": "thanks", "feedback": "feedback"}


def another_language(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Tamil me bolo": one that Villy does not speak."""
    if not languages.OTHER_LANGUAGE.search(turn_cues.plain(parsed.raw)) or len(parsed.raw.split()) > 8:
        return None
    reply = answers.text_reply("another_language", parsed, "unknown")
    reply.offer_agent, reply.category, reply.priority = True, Category.OTHER, Priority.MEDIUM
    return reply


ALSO_HIMSELF = {
    "bot": turn_cues.phrases(
        r"(?:real |asli )?(?:person|human|insaan|insan|aadmi|banda|banda|agent) (?:ya|or|ho ya|hai ya|hain ya) (?:a |koi |ek )?(?:robot|bot|machine|computer|ai)(?: .{0,12})?",
        r"(?:robot|bot|machine|computer|ai) (?:ya|or|ho ya|hai ya|hain ya) (?:a |koi |ek )?(?:real |asli )?(?:person|human|insaan|insan|aadmi)(?: .{0,12})?",
        "(?:इंसान|व्यक्ति) (?:हो |हैं )?या (?:रोबोट|बॉट|मशीन)(?: .{0,10})?",
    ),
    "languages": turn_cues.phrases(
        r"(?:kons|kaun ?s|kitn)[ie] (?:kons[ie] )?(?:languages?|bhasha\w*)(?: .{0,20})?"
    ),
    "abilities": turn_cues.phrases(
        r"(?:kaun kaun|kya kya|kis kis|kons[ie]|kaun) ?(?:s[aei]|me|cheez)? ?(?:.{0,10})?(?:help|madad)(?: .{0,8})? (?:sakte|sakta|skte)(?: .{0,8})?"
    ),
}


def about_himself(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """Bot or human, name, languages, what he can do, hours, privacy."""
    kind = himself.about_himself(parsed.raw)
    if not kind:
        kind = next(
            (key for key, asked in ALSO_HIMSELF.items() if asked.search(turn_cues.plain(parsed.raw))), ""
        )
    if (
        not kind
        or parsed.reason in GRAVE
        or (
            kind in ("hours", "abilities")
            and parsed.is_issue
            and parsed.intent != "talk_to_human"
            and parsed.confidence > 0.8
        )
    ):
        return None
    if kind in ("hours", "phone", "place") and parsed.found.share >= LEAST_NAMED:
        return None
    if (
        kind == "hours"
        and (chat.memory.get("issue") or parsed.topic.get("kind") == "order")
        and ONLY_WHEN.fullmatch(turn_cues.plain(parsed.raw).strip(" ?.!"))
    ):
        # "Kab milega mujhe" of what is missing asks for no opening hours
        return None
    about_something = chat.memory.get("issue") or parsed.topic.get("kind") in ("order", "product", "sum")
    if kind == "hours" and about_something and not OF_HOURS.search(turn_cues.plain(parsed.raw)):
        # "Naya kab milega" beside an issue
        return None
    if kind == "hours" and OF_AN_ORDER.search(turn_cues.plain(parsed.raw)):
        # "Kab tak milega refund" asks for no opening hours
        return None
    if kind == "phone" and CHANGING_MINE.search(turn_cues.plain(parsed.raw)):
        return None
    article = parsed.library.by_slug.get(
        {
            "hours": "contact-hours",
            "phone": "contact-hours",
            "privacy": "delete-account",
            "place": "about-us",
        }.get(kind, "")
    )
    if kind == "place" and not article:
        return None
    reply = answers.text_reply(f"about_{kind}", parsed, "greeting", sure=0.95)
    if article:
        reply.text = f"{reply.text} {article.body_in(parsed.language)}"
        reply.sources = [{"type": "article", "id": str(article.pk), "title": article.title}]
    reply.is_sure = True
    return _with_chips(reply, parsed, *(("products", "order", "human") if kind != "abilities" else ()))


def only_calls(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Bhai", "ek baat batao": nothing is said yet, and nothing is misunderstood."""
    if parsed.surely("greeting") or parsed.reason in GRAVE or not calls.only_calls(parsed.raw):
        return None
    return answers.text_reply("go_on", parsed, "greeting", sure=0.9)


def no_words(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """Nothing but emoji, stops or tags: anger and grief need no words."""
    if any(character.isalnum() for character in parsed.text):
        return None
    mood = turn_cues.mood(parsed.raw)
    if mood == "angry":
        return answers.offer(chat, parsed, "angry", *_triage(chat))
    if mood == "sad":
        reply = answers.text_reply("what_happened", parsed, "complaint")
        reply.offer_agent, (reply.category, reply.priority) = True, _triage(chat)
        reply.suggestions = answers.chips(parsed, "damaged", "missing", "late", "refund", "human")
        return reply
    if parsed.is_nod or trigger_phrases.verdict(parsed.text):
        return None
    return _with_chips(
        answers.text_reply("thanks" if mood else "no_words", parsed, "thanks_bye" if mood else "greeting"),
        parsed,
    )


def _triage(chat: Chat) -> tuple[str, str]:
    issue = chat.memory.get("issue", {})
    return issue.get("category", Category.FEEDBACK), issue.get("priority", Priority.MEDIUM)


PRAISE = turn_cues.phrases(
    r"(?:you|u|villy)(?:'re| are| r|re)? (?:so |very |really |too |the )?(?:awesome|great|best|amazing|helpful|sweet|nice|cool|good|kind|superb)(?: .{0,12})?", "good bot", r"(?:great|awesome|amazing|excellent|superb|good|nice) (?:service|help|work|job|bot|support|products?)(?: .{0,15})?", "well done", "awesome", "superb", r"(?:bahut|bohot|bhot) (?:ach+h?a|badhiya|mast)(?: .{0,15})?", "badhiya", "mast", r"(?:बहुत|बड़ा) (?:अच्छ|बढ़िया)\S*(?: .{0,10})?",
)  # fmt: skip
# "Papad bahut acche the": of what they had, and no question about papad
PRAISED = turn_cues.phrases(
    r"(?:bahut|bohot|bhot|bahot|very|so|really|too|kaafi|sach me) (?:hi )?(?:ach+h?[aei]|tasty|good|nice|fresh|mast|badhiya|yummy|delicious|great) (?:the|tha|thi|hai|hain|lag[aei]|nikl[aei])",
    r"(?:was|were) (?:very |so |really |too )?(?:tasty|good|nice|fresh|great|yummy|delicious|awesome|amazing)", r"(?:loved|enjoyed|love) (?:the|your|it|this)(?: .{0,20})?", "(?:बहुत|काफी) (?:अच्छ[ाेी]|स्वादिष्ट|बढ़िया) (?:था|थे|थी|है|हैं|लग[ाेी])",
)  # fmt: skip
UNDERSTOOD = turn_cues.phrases(
    r"(?:ok(?:ay)?|fine|alright|acha|accha|theek hai|thik hai|cool|no problem)?[, ]*(?:thanks|thank you|thx|shukriya|dhanyawad)?[, ]*(?:i |i'?ll |main |mai |we )?(?:will|'ll|shall)? ?(?:wait|check|see|try (?:that|it)|do (?:it|that)|think about it|let you know|come back|dekhta hu\w*|dekhti hu\w*|wait karta hu\w*|try karta hu\w*)(?: then| now| again| later| for it| and see)?",
    r"(?:(?:hmm+|ok(?:ay)?|oh)[ ,.]+)*(?:i'?m |i am |very |so )*(?:sorry|my bad|apologies|apologi[sz]e|maaf (?:karna|kijiye|karo))(?: (?:for|about|ki) .{2,25})?", "(?:माफ|क्षमा) (?:करना|कीजिए|करें)",
    r"(?:ok |okay |theek hai |thik hai |acha )*(?:baad me(?:in)?|later|phir kabhi|kal) (?:lunga|lungi|lenge|leta hu\w*|order kar\w*|karunga|karungi|buy|order)(?: .{0,10})?", r"(?:will|i'?ll) (?:buy|order|take|get) (?:it |them )?(?:later|tomorrow|next time)",
    r"(?:no|nahi|nope|ok)?[, ]*(?:i'?ll|i will|i can|let me|we can|main|mai)? ?(?:just |yahi |yahin |here )?(?:chat|type|message|likh)(?: (?:here|only|hi|karunga|karungi|kar lunga|kar lungi|instead|is fine|theek hai|dunga|dungi))*", r"(?:ok(?:ay)?|theek hai|thik hai|acha|fine)?[, ]*(?:i'?ll|i will|main|mai)? ?(?:call|phone|mail|email|whatsapp|contact)(?: (?:you|u|them|kar|karke|pe|par|unko|then|tomorrow|kal|baat))*(?: (?:lunga|lungi|karunga|karungi|karta hu|karti hu|kar lunga|kar lungi))", r"(?:ok(?:ay)?|fine)?[, ]*(?:i'?ll|i will) (?:call|phone|mail|email|whatsapp)(?: (?:you|u|them|then|tomorrow|later|on that number))*", "no problem", "no worries", "koi baat nahi", "that'?s (?:fine|ok(?:ay)?|great|good)", "its? (?:fine|ok(?:ay)?)", "it'?s (?:fine|ok(?:ay)?)", "got it", "understood", "samajh ga(?:ya|yi)", "makes sense", "समझ गय[ाीे]", "कोई बात नहीं",
)  # fmt: skip
NEGATED = turn_cues.phrases("not", r"\w+n'?t", "nahi", "never", "but", "lekin", "no", "नहीं")


DO_IT = turn_cues.phrases(
    r"(?:ok|okay|yes|haan|ha|theek hai|please|pls)?,? ?(?:please |pls )?(?:do it|do that|go ahead|proceed|kar do|kardo|karo|kar dijiye|kijiye)(?: (?:please|pls|then|phir|na|ji))?",
    "(?:हां |ठीक है )?(?:कर दो|कर दीजिए|कीजिए)",
)


def pleasantries(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "You are awesome", "ok, will wait": nothing is asked, and nothing is beyond him."""
    said = turn_cues.plain(parsed.raw).strip(" .!")
    if len(said.split()) > 7 or "?" in said or parsed.numbers:
        return None
    if chat.memory.get("issue") and DO_IT.fullmatch(said):
        # The wish is still open: Villy does nothing himself, a person does
        reply = answers.text_reply("tap_to_connect", parsed, "talk_to_human", sure=1.0)
        reply.offer_agent, (reply.category, reply.priority) = True, memory.triage_so_far(chat.memory)
        return reply
    if parsed.found.products:
        praised = PRAISED.search(said) and not NEGATED.search(said) and not parsed.is_issue
        return (
            _with_chips(answers.text_reply("feedback", parsed, "feedback", sure=0.9), parsed)
            if praised
            else None
        )
    if UNDERSTOOD.fullmatch(said):
        return _with_chips(answers.text_reply("understood", parsed, "thanks_bye", sure=0.9), parsed)
    if (
        PRAISE.search(said)
        and not NEGATED.search(said)
        and not (parsed.is_issue and parsed.confidence > 0.8)
    ):
        return _with_chips(answers.text_reply("feedback", parsed, "feedback", sure=0.9), parsed)
    return None


def small_talk(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    if parsed.is_nod:
        return _with_chips(answers.text_reply("nod", parsed, "thanks_bye"), parsed)
    issue = chat.memory.get("issue") or {}
    if parsed.surely("thanks_bye") and issue and not issue.get("declined") and issue.get("why") != "human":
        # The button is in the widget since it was offered
        return answers.text_reply("thanks_open", parsed)
    if parsed.surely(*SMALL_TALK):
        return _with_chips(answers.text_reply(SMALL_TALK[parsed.intent], parsed), parsed)
    return None


def _with_chips(reply: Reply, parsed: ParsedMessage, *keys: str) -> Reply:
    reply.suggestions = wording.chips(parsed.language, *keys)
    return reply
