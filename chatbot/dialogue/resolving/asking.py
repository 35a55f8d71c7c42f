"""Decide whether a message asks or tells, by one weighing of evidence for every rule beside an issue.

A question word or a mark decides most messages. Typed on a phone both are left out ("48 ghante ka kya chakkar h",
"aaj hi aayega na"), so the mood of the verb, a tag at the end and the learnt reader count as well, and a past tense
or a "don't have" counts against it.
"""

from typing import TYPE_CHECKING

from chatbot.nlu import asked
from chatbot.nlu.cues.issue_cues import ASKS_FOR_WORDS, QUESTION
from chatbot.nlu.cues.turn_cues import phrases, plain

if TYPE_CHECKING:
    from ..message import ParsedMessage

# From here on a message is taken for a question
ASKS = 1.0
# "Ka kya matlab", "kitna time", "kaunse din": a question word anywhere
WORDS = phrases(
    r"(?<!pata nahi )(?<!nahi pata )(?:kya|kyaa)(?! (?:bol|bata|kah|bakwas|faltu|ghatiya)\w*)", r"ky(?:u|o)n?", r"kab(?! se)", "kaise", "kese", r"kitn[aei]", r"kah?an?", "kidhar", r"ka?un ?s?[aei]?", r"kons?[aei]", "kis(?:ko|se|ka|ke|ki|ne|me)?",
    r"(?:is|are|will|can|do|does|should|would) (?:that|it|this|i|we|you|they)(?: .{0,25})?\W*$", "what", "when(?! (?:i|we|it|they|you|the|he|she|my))", "where", "which", "who(?:se|m)?", "why", "how",
    "क्या", "क्यों", "कब(?! से)", "कैसे", "कितन[ाेी]", "कहां", "कौन(?: ?स[ाेी])?", "किस(?:का|की|के|को|से|ने|में)?",
)  # fmt: skip
# "Aaj aayega na", "it is coming today right", "paise to nahi lagenge"
TAG = phrases(
    r"na\W*$", r"(?:hai|h|hain|tha|thi|the|gay[aei]|hua) na(?: \w+){0,4}\W*$", r"(?:right|correct|no|yes|or not|isn'?t it|ain'?t it|ya nahi|ki nahi|ya na)\W*$", r"to(?:h)? nah?in? .{0,14}g[aei]\W*$", "(?:है |था )?ना\\W*$", "(?:सही|या नहीं)\\W*$", "तो नहीं .{0,14}ग[ाेी]\\W*$",
)  # fmt: skip
# What may be, will be or is wanted to know, said of a thing: "mil sakta h", "lagega", "bhej du", "chalega"
MOOD = phrases(
    r"s[ak]*kt[aei](?: (?:h|hai|hain|hu|hoon|ho))?\W*$", r"\w{2,}(?:eg[aei]|og[ei]|engg?[ei]|eng[ei])(?: (?:mujhe|mere|isme|usme|ab|phir|kya|to))?\W*$", r"(?:kar|kr|de|bhej|rakh|le|rak|kha|dal|daal) ?(?:du|dun|lu|lun|loon|doon)\W*$", r"(?:kar|bhej|rakh|de|kha|le)u+n?\W*$", r"\w+na (?:padega|padegi|hoga|hai kya|h kya)\W*$",
    "सक(?:ता|ते|ती)(?: (?:हूं|हैं|है))?\\W*$", "\\S+(?:ेगा|ेगी|ेंगे|ोगे|एगा|एगी|एंगे)\\W*$", "(?:दूं|लूं|करूं|भेजूं|रखूं)\\W*$",
)  # fmt: skip
# "Khula ho to chalega", "and if it already left"
CONDITION = phrases(
    r"(?:and |but |aur |par )?(?:what )?(?:if|agar)(?! you)(?: .{2,40})",
    r".{2,40} to(?:h)? \S+(?:eg[aei]|og[aei]|enge)(?: .{0,8})?\W*$",
    "अगर .{2,40}",
    ".{2,40} तो \\S+(?:गा|गी|गे)\\W*$",
)
# ... which a customer says of themselves as well: "main karunga", "complaint karunga"
OWN_WILL = phrases(
    r"(?:main|mai|mein|hum|i|we)(?: .{0,30})? \w+(?:ung[ai]|enge)", r"\w+ung[ai]\W*$", "\\S+ूंग[ाी]\\W*$"
)
# What has happened, or is so, is told
PAST = phrases(
    r"(?:\w+ )?(?:tha|thi|the|kiya|kiye|diya|di|liya|gay[aei]|hua|hui|hue|aa?y[aei]|mil[aie]|nikl[aie]|bataya|laga|lagi)(?: (?:hai|h|tha|thi|the|hain|maine|mujhe))?\W*$", r"(?:went|happened)(?: .{0,40})?", r"(?:i|we|he|she|they|it|my \w+) (?:have|had|has|was|were|did|got|sent|paid|checked|called|tried|ordered|received|told|took|gave|saw|found|opened)",
    "(?:था|थी|थे|किया|दिया|लिया|गया|गई|गए|हुआ|हुई|आया|आई|मिला|मिली)(?: (?:है|हैं|था|थी))?\\W*$",
)  # fmt: skip
HAS_NONE = phrases(
    r"(?:i )?(?:do ?n'?t|dont|do not|nahi|nahin|nhi) (?:have|know|remember|hai|h|pata|yaad)(?: .{0,30})?", r"(?:pata|yaad|mere paas)(?: \w+)? (?:nahi|nahin|nhi)(?: .{0,8})?", "(?:पता|याद|पास) नहीं(?: .{0,8})?",
)  # fmt: skip
MARK, WORD, OF_TAG, OF_CONDITION, OF_MOOD, OF_PAST, OF_NONE = 1.5, 1.0, 1.0, 1.0, 0.6, -0.7, -1.0
# So much the learnt reader weighs, times its chance
OF_READER = 0.7
# What it reads that is told as often as asked: "khul gaya tha", "kal hi aaya"
TOLD_AS_WELL = frozenset(
    {"opened", "deadline", "refused", "choice", "paid", "in_the_order", "a_person", "a_photo", "courier"}
)
MOST_WORDS = 14


def weight(parsed: "ParsedMessage") -> float:
    """Return how much speaks for a question; from ASKS on it is one."""
    said = plain(parsed.text)
    if QUESTION.search(said) or ASKS_FOR_WORDS.search(said) or parsed.text.rstrip().endswith("?"):
        return MARK
    if len(said.split()) > MOST_WORDS:
        return 0.0
    total = WORD if WORDS.search(said) else 0.0
    total += OF_TAG if TAG.search(said) else 0.0
    total += OF_CONDITION if CONDITION.search(said) else 0.0
    if MOOD.search(said) and not OWN_WILL.search(said):
        total += OF_MOOD
    if parsed.reading and parsed.reading not in TOLD_AS_WELL:
        total += OF_READER * asked.asked(parsed.text).sure
    total += OF_PAST if PAST.search(said) and not TAG.search(said) else 0.0
    return total + (OF_NONE if HAS_NONE.search(said) else 0.0)


def asks(parsed: "ParsedMessage") -> bool:
    """Return whether a message asks, by its words, its verb, its mark or the learnt reader."""
    return weight(parsed) >= ASKS
