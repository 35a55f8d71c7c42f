"""Words of what is to be done with an order: its invoice, a coupon, money, a swap."""

from chatbot.nlu.cues.turn_cues import phrases, plain

# "Honey ki jagah ghee bhej do": no wrong item that came
SWAPS = phrases(
    r".{3,25} (?:ki jagah|ke badle|instead of|in place of) .{3,30} (?:bhej|de|kar|daal|dal|pack|chahiye)\w*(?: (?:do|dijiye|dena|sakt\w+|hai|hain|ho|kya))*\W*$",
    r"(?:can (?:you|u|i)|please|want to) (?:swap|replace|change|send) .{3,30} (?:with|for|to|instead of|in place of) .{3,30}",
    ".{3,20} (?:की जगह|के बदले) .{3,20} (?:भेज|दे|कर)\\S*(?: दो| दीजिए)?",
)
MONEY = phrases("pais[ae]", "money", "amount", r"refund\w*", "पैस[ाे]", "रिफंड")
THE_REFUND = phrases(r"(?:the|that|this) refu?nd", r"refu?nd (?:for|of)")
INVOICE = phrases(r"gst\w*", r"invoice\w*", "bill", "hsn", "बिल", "जीएसटी")
GSTIN = phrases(
    "gstin",
    r"(?:my|our|mer[aie]|apn[aie]|hamar[aie]) gst(?! (?:bill|invoice))",
    r"gst (?:no|number|num)",
    r"compan(?:y|ies)",
    "firm",
    "business",
    "कंपनी",
)
SENDS = phrases(
    "send", "bhej\\w*", "chahiye", "need", "download", "get", "resend", "do", "dijiye", "mail", "चाहिए", "भेज\\S*",
)  # fmt: skip
COUPON = phrases(
    r"coupons?", r"promo(?: ?codes?)?", "discount", "voucher", r"offer code", "welcome10", "कूपन", "डिस्काउंट"
)
ASKS_TO_DO = phrases(
    r"kar do", r"karo", r"kar dijiye", r"kardo", "karna hai", "karni hai", "please", "pls", "plz", "can (?:you|u|i|we)", "want to", "could you", "sakte", "sakta", "jod do", "add", "करो", "कर दो", "करना है", "सकते",
)  # fmt: skip
# "Aaj wala order", "today's order", "mera order"
THAT_ORDER = phrases(
    r"(?:my|mer[aie]|this|that|is|us|wal[aei]|vala|today'?s|latest|last|abhi ka|aaj ka|naya|new) (?:\w+ )?orders?",
    "(?:मेर[ाे]|इस|उस|वाल[ाे]|आज का) (?:\\S+ )?ऑर्डर",
)
CHANGED_MIND = phrases(
    r"(?:man|mann|mood|irada|mind) (?:hi )?(?:badal|chang)\w*(?: (?:gay[aei]|gya|liya|diya|hai|h))*", r"chang\w* (?:my|our|his|her) mind", "(?:मन|मूड|इरादा) बदल\\S*(?: (?:गया|लिया|दिया|है))*",
)  # fmt: skip
OF_A_STATE = phrases(r"(?:cancell?ed|returned|refunded) (?:one|order|wala|orders)")


def wish_in(text: str, most_words: int | None = None) -> str:
    """Return what a message says without words that only sound like a wish: "the cancelled one", "man badal gaya".

    The state of an order is left out of messages of at most so many words.
    """
    said = CHANGED_MIND.sub(" ", plain(text))
    return OF_A_STATE.sub(" ", said) if most_words is None or len(text.split()) <= most_words else said
