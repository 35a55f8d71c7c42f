"""Find the order that a message means: by its number, its item, "the other one", its state. And the words of orders."""

import re

from django.utils import timezone

from chatbot.nlu.cues import issue_cues
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.nlu.text.needed_letters import quick_search
from chatbot.sources import orders
from chatbot.sources import products as catalogue
from tickets.models import Category, Order, OrderStatus

from ... import flows
from ...message import ParsedMessage
from ...reading.affected import is_same, telling

# --- Cues -----------------------------------------------------------------------

MINE = phrases(
    "my", "mine", "i", "i'?ve", "i'?m", "me", "mera", "meri", "mere", "mujhe", "maine", "humara", "hamara", "hamare", "apna", "our", "we", "this order", "yeh order", "ye order", "the order",
    "मेरा", "मेरी", "मेरे", "मुझे", "मैंने", "हमारा", "अपना",
)  # fmt: skip
# Of one order that is theirs: "can i cancel an order after it shipped" asks for the rule
MY_ORDER = phrases(
    r"(?:my|mera|meri|mere|this|the|that|our|apna|hamara) (?:last |latest |recent |whole )?(?:order|parcel|package|saman|shipment|booking)", "mera", "meri", "mere", "my", "isko", "ise", "this one", "मेरा", "मेरी", "मेरे", "इसे", "इसको", "yeh order", "ye order",
)  # fmt: skip
REFUND = phrases(r"(?:mera|mere|my) (?:paisa|paise|money) (?:kaha|kahan|kab|where|kidhar|abhi|ka kya)\w*", r"where(?:'?s| is| did| has)(?: all)? my money", r"(?:return|sen[dt]|g[ai]ve|credit|release|transfer)\w*(?: me)?(?: back)? (?:my|the) money", "मेर[ाे] पैस[ाे] (?:कहां|कहाँ|कब)", r"refu?n?d\w*", "rifund", r"re+fund\w*", "money back", r"pais[ae] (?:.{0,12})?(?:wapas|vapas|wapis|return)", r"(?:wapas|vapas) (?:.{0,8})?pais[ae]", "रिफ(?:ं|न्)ड", "रिफ़ंड", "पैसे (?:.{0,10})?वापस", "पैसा (?:.{0,10})?वापस", "amount (?:credited|back|returned)")  # fmt: skip
STANDING = phrases(
    "status", "where", "whr", "when", "kab", "kb", "kahan", "kaha", "kidhar", "track", "update", "pending", "initiated?", "processed", "credited", "reflect\\w*", "still", "yet", "abhi tak", "ab tak", "stuck", "aaya kya", "kya hua", "hua kya", "hua ya nahi", "aa gaya kya",
    r"(?:not|nahi|nhi|nahin) (?:.{0,12})?(?:come|came|received|recieved|credited|got|aaya|aya|mila|aaye|aya|hua)", r"(?:aaya|aya|mila|hua) (?:nahi|nhi|nahin|kya)", "कब", "कहां", "नहीं (?:आया|मिला|हुआ)", "स्थिति", "स्टेटस", "अभी तक", r"did (?:you|i|u)", r"have (?:you|i)", r"has (?:my|it|the)", "kitne din", "confirm", "check", r"(?:never|not|did ?n'?t|have ?n'?t|has ?n'?t|no) (?:.{0,8})?(?:got|get|received?|recieved?|come|came|credited|refund\w*)", "waiting", "where'?s", "kyu\\w* nahi", "when'?s", r"will (?:i|it|my|the)", "today", "aaj", r"happen(?:ing|ed)", "news", "going on", "scene", "progress", "कि नहीं", "या नहीं",
)  # fmt: skip
THE_RULE = re.compile(r"^\W*(?:(?:and|aur|ok|to|और)\s+)?(?:how (?:long|many days|do|does|much time)|(?:what is|what'?s)(?! (?:happen|going on|up\b|the (?:status|update|news|progress)|my ))|in how many|(?:refund|return) (?:policy|rule|kaise|me kitn)|policy|(?:refund )?kitne din(?:o)? me(?:in)?(?: .{0,20})? (?:hota|milta|aata)|रिफंड कैसे)", re.IGNORECASE)  # fmt: skip
CANCELS = phrases(
    r"cance?l\w*",
    "cancle",
    "cancell?",
    r"radd?",
    r"band kar\w*",
    r"kensal\w*",
    r"कैंसि?ल",
    "कैंसल",
    "रद्द",
    "कैन्सल",
)
SUBSCRIBED = phrases(r"subscri\w+", "सब्सक्रिप्शन", "monthly", "auto ?delivery", "account", "id")
ADDS = phrases(
    r"add(?:ed|ing)?", "include", r"jod\w*", r"jor (?:do|dena)", r"d[a]+l(?: do| dijiye| dena| sakte)", "put", r"remove", r"hata\w*", "increase", "decrease", "reduce", r"(?:change|update|modify) (?:the )?(?:quantity|qty|items?|flavou?r)", r"quantity", r"ek aur", r"one more", r"aur ek", "extra", "edit", "modify", "badha\\w*",
    "ghata\\w*", "जोड़\\S*", "डाल\\S*", "हटा\\S*", "बढ़ा\\S*", "merge", "club", "combine",
)  # fmt: skip
SAME_ORDER = phrases(
    r"(?:in|into|to|with|from) (?:the |my |this |that )?(?:same|existing|current|previous|last|running|placed)?\s*(?:order|parcel|box|shipment|package)", r"same (?:order|parcel|box)", r"(?:usi|isi|us|is|mere|wahi|same|order|pichle) (?:order |parcel |box )?(?:me(?:in)?|mai|ke saath)", "order me(?:in)?", "ऑर्डर में", "उसी (?:ऑर्डर|में)", r"my order", r"(?:mera|mere) order", r"order #?\d+", "isme", "usme", r"vp-? ?\d+", r"(?:to|in|with|into) the (?:one|order|parcel) (?:coming|that|which|arriving|on its way|reaching)(?: .{0,12})?", r"(?:aane|jo aa\w*) (?:wale|rahe) (?:order |parcel )?(?:me(?:in)?|ke saath)",
)  # fmt: skip
ADDRESS = phrases(r"addr?ess\w*", "adress", r"pata(?! (?:nahi|chal|kar|karo|hai kya|nhi))", "pin ?code", "landmark", r"(?:phone|mobile|contact) (?:no|number|num)", "location", "पता(?! (?:नहीं|चल|कर))", "पते", "पिन", "flat", "house number", "delivery (?:address|name|number)", "ghar ka number")  # fmt: skip
CHANGES = phrases(r"chang\w+", r"chnge?", r"updat\w+", r"badal\w*", r"badl\w*", r"edit", r"modify", r"correct", "wrong", "galat", r"shift\w*", "different", "doosre", "dusre", "new", "naya", "naye", "nayi", "instead", "replace", "बदल\\S*", "गलत", "ग़लत", "सही कर\\S*", "नया", "नए", "redirect", "forgot", "missing", "incomplete", "moved", "theek kar\\w*", "thik kar\\w*", "another")  # fmt: skip
# "Chai nahi chahiye, hata do", of an order that is spoken of
DROPS = phrases(
    r"hata\w*", "remove", r"(?:nahi|nahin) chahiye", r"(?:don'?t|dont|do not) want", "हटा\\S*", "नहीं चाहिए"
)
TOGETHER = phrases(
    r"(?:usi|isi|us|is|same)(?: (?:order|parcel|box))? (?:ke|k) sa+th (?:.{0,10})?(?:bhej|send|aa|mil|de|pack)\w*(?: .{0,12})?",
    r"(?:send|ship|pack|deliver) (?:it |them |both |all )*together(?: .{0,15})?",
)
FEWER = phrases(
    r"cancel (?:just|only) (?:the )?\w+",
    r"order\w*.{0,30}(?:want|need|chahiye) (?:only|just|sirf) (?:\d|one|two|ek|do)",
    r"order\w*.{0,30}(?:only|just|sirf) (?:\d|one|two|ek|do) (?:want|need|chahiye)\w*",
)
ANOTHER_DAY = phrases(
    r"(?:not|won'?t|wont|nahi|nahin|nhi|no ?one|never) (?:be |at |.{0,12})?(?:home|ghar|available|there to receive)(?: .{0,20})?", r"(?:ghar|home) (?:par |pe |me |mein )?(?:nahi|nahin|nhi|koi nahi|na (?:rah|ho|mil)\w*)(?: .{0,10})?", r"out of (?:town|station)", r"(?:tell|ask|inform|instruct|request) (?:the |your |to )?(?:courier|delivery|driver|rider|him to|them to|her to)(?: .{0,50})?", r"(?:courier|delivery|driver|rider)(?: \w+){0,2} (?:ko )?(?:bol|keh|kah|bata)\w*(?: .{0,15})?", r"gate (?:is |will be )?(?:closed|band|locked|number|no)(?: .{0,12})?", r"(?:call|ring|phone)(?: me| us)? (?:before|once|when|on|after) (?:.{0,15})?(?:com|reach|deliver|arriv)\w*", r"delivery instructions?", r"(?:come|deliver|bring) (?:it )?(?:before|after|by|between) (?:\d|noon|lunch|evening).{0,12}", r"re-?schedul\w*", r"postpon\w*", r"(?:deliver|bring|come|send|bhej\w*|delivery)(?: (?:it|karo|kar do|karna|please|on|kijiye|my order))* (?:tomorrow|kal|later|next week|day after|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|after \d.{0,10}|evening|another day|parso)(?: .{0,12})?", r"(?:kal|parso|tomorrow|another day|some other day|later) (?:ko |deliver|bhej|laana|lana|dena|delivery)\w*(?: .{0,12})?",
    r"(?:change|shift|move|delay|push)(?: the| my| this)? (?:delivery|it|order|parcel)(?: date| day| time)? (?:to|for|till|until|on) (?:tomorrow|kal|later|next week|the weekend|weekend|\w+day|evening|another day|parso)(?: .{0,12})?",
    r"(?:leave|drop|keep|give|handover|hand over|de do|rakh do|chhod do|chod do) (?:it |the parcel |my order |.{0,10})?(?:with|at|to|near|outside) (?:the |my |a )?(?:guard|security|neighbou?r\w*|gate|door|reception|watchman|shop)", r"(?:guard|security|padosi|watchman|neighbou?r|gate|reception) (?:ko|ke paas|pe|par|ke) (?:de|rakh|chhod|chod|dena|delivery)\w*(?: .{0,10})?", "घर (?:पर|में)? ?(?:नहीं|कोई नहीं)(?: .{0,10})?", "(?:कल|परसों) (?:डिलीवर|भेज|लाना|देना)\\S*", "गार्ड (?:को|के पास)(?: .{0,10})?",
)  # fmt: skip
SENT_BACK = phrases(
    r"(?:return|wapas|vapas) (?:kiya|kar diya|kia|bheja|de diya)(?: (?:tha|hai|hu))?",
    r"(?:i|we) (?:have |had |already )?(?:returned|sent (?:it|them) back)(?: .{0,20})?",
    "वापस (?:किया|भेजा|कर दिया)(?: था| है)?",
)
CANCELLED = phrases(r"cancell?ed (?:by|automatically|without)", r"auto(?:matically)? cancell?ed", r"(?:was|got|is|has been|been|why) (?:.{0,12})?cancell?ed", r"cancel (?:ho gaya|hua|kyu|kyun|kyon)", r"apne aap cancel", "कैंसल (?:हो गया|क्यों)")  # fmt: skip
WANTS_ONE = phrases(
    r"refund (?:me|it|my|us|karo|kar do|kijiye)",
    r"(?:want|need|claim|request|ask(?:ing)? for|give me|demand|chahiye|looking for|get me|process) (?:a |my |the |full )*(?:refund|money back)",
    r"(?:refund|paisa|paise) (?:(?:wapas|vapas) )?(?:chahiye|kar do|karo|de do|dijiye|wapas karo|kijiye|karwa\w*)",
    "(?:रिफंड|पैसे|पैसा) (?:वापस )?(?:चाहिए|कर दो|वापस कर\\S*|दे दो)",
)
# "If it doesn't come today i want a refund": nothing is to come back yet
IF_NOT_COME = phrases(
    r"(?<!pasand )(?:nahi|nahin|na|nhi) (?:aaya|aya|aayi|mila|mili|pahuncha) (?:to|toh) (?:.{0,12})?(?:refund|pais[ae])(?: .{0,15})?",
    r"(?:if|agar|in case) .{0,25}(?:not|n'?t|nahi|nahin|na) .{0,12}(?:come|came|aaye|aaya|aata|mile|mila|reach|arrive|deliver)\w*",
    "अगर .{0,20}नहीं (?:आया|मिला|आए)",
)
# "Naam nahi pata uska" wishes nothing
NOT_KNOWN = phrases(
    r"(?:nahi|nahin|nhi) (?:pata|malum|maloom|yaad)(?: .{0,8})?", r"(?:pata|malum|maloom|yaad) (?:nahi|nahin|nhi)(?: .{0,8})?",
    r"(?:do ?n'?t|dont|do not) (?:know|remember)(?: .{0,20})?", "no idea", "(?:नहीं पता|पता नहीं|याद नहीं)",
)  # fmt: skip
TO_THE_COURIER = phrases(
    r"(?:tell|ask|inform) (?:him|them|her|(?:the |your |ur )?(?:courier|driver|rider|delivery)(?: (?:guy|boy|man|person|agent|partner|wala|\w+))?) (?:to|ki|that) (?:\w+ ){0,2}?(?:call|come|leave|wait|bring|deliver|ring|hand|keep|give|drop)(?: .{0,30})?"
)
WRONG_PLACE = phrases(
    "wrong",
    "galat",
    "other",
    "another",
    "different",
    "someone",
    "somebody",
    r"neighbou?r\w*",
    "kisi aur",
    "dusre",
    "doosre",
    "गलत",
)
RETURNS = phrases(
    r"return\w*",
    "retrun",
    r"wapas",
    r"vapas",
    r"wapis",
    r"send (?:it )?back",
    r"give (?:it )?back",
    "pick ?up",
    "लौटा\\S*",
    "वापस",
    "वापसी",
    "रिटर्न",
)
EXCHANGES = phrases(r"exchang\w*", r"swap\w*", "replace\\w*", r"badal\w*", "बदल\\S*", "एक्सचेंज")
OTHER_ONE = phrases(
    r"(?:the |my |an?)?other (?:one|order|parcel|1)s?", r"(?:and|aur|what about|how about)? ?(?:the |my )?other\W*$", r"another (?:one|order)", r"(?:doo?sr[aei]|dusr[aei]|dusara)(?: (?:wala|wali|order|vala|ka|kab))?", r"(?:the |my )?old (?:one|order|parcel|wal[aei])", r"second (?:one|order|parcel)", r"2nd (?:one|order)", r"(?:previous|earlier|older|prior|before) (?:one|order)", r"(?:one|order) before(?: that)?", r"(?:and|aur|what about) before (?:that|this|it)",
    r"(?:pichl[aei]|purana|purani|pehle (?:wala|wali)|pahle (?:wala|wali)|usse pehle)(?: (?:wala|wali|order))?", "दूसर[ाेी](?: (?:वाला|वाली|ऑर्डर))?", "पिछल[ाेी](?: (?:वाला|ऑर्डर))?", "पुराना", "remaining (?:one|order)", "baaki (?:wala|order)", "next one",
)  # fmt: skip
ALL_OF_THEM = phrases(r"(?:all|both)(?: of)?(?: my| the| mere)? orders?", r"(?:sab|saare|sare|dono)(?: mere)? orders?", r"(?:mere )?(?:saare|sare|sab) order", r"my (?:orders|order history)", r"order history", "(?:सभी|सारे|दोनों) ऑर्डर", r"how many orders", r"list (?:of )?(?:my )?orders", r"kitne order", r"both of them", "dono ka", "orders")  # fmt: skip
NEWEST = phrases(
    r"(?:latest|newest|most recent|recent|last) (?:one|order)",
    r"(?:naya|latest|aakhri|last) (?:wala|order)",
    "नया (?:वाला|ऑर्डर)",
)
BY_STATE = (
    (phrases(r"(?:delivered|received|arrived) (?:one|order)", r"jo (?:pehle |pahle )?(?:mil (?:gaya|chuka|gayi)|aa (?:gaya|chuka|chuki|gayi)|aaya|mila|deliver hua|pahunch gaya)", r"(?:one|order) (?:that|which|i) (?:was |is |has been |already |got |i )*(?:delivered|received|arrived|came)", "जो (?:पहले )?(?:मिल गया|आ गया|आया)", r"mila hua", r"delivered wala"), {OrderStatus.DELIVERED}),
    (phrases(r"cancell?ed (?:one|order|wala)", r"jo cancel (?:hua|kiya)(?: tha)?", r"(?:one|order) (?:that |which )?(?:i |was |got )*cancell?ed", "कैंसल (?:वाला|किया)", "the order i cancell?ed"), {OrderStatus.CANCELLED}),
    (phrases(r"(?:refunded|returned) (?:one|order|wala)", r"jo (?:return|wapas) kiya(?: tha)?", r"(?:one|order) (?:that |which )?(?:i |was |got )*(?:returned|refunded)"), {OrderStatus.RETURNED, OrderStatus.REFUNDED}),
    (phrases(r"(?:one|order) (?:that(?:'s| is)? |which is )?(?:still |not yet |yet to )?(?:on (?:the|its) way|coming|come|in transit|pending|arriv\w+|undelivered)", r"jo (?:wala |order |parcel |abhi |aaj |kal |nahi |aane |aana |raste |nahin )*(?:aa rah[aei]|aa rha|aane|aana|aaya|mila|raste|pahuncha)(?: (?:hai|wala|wali|mila|aaya|me|mein))*", r"(?:pending|undelivered|shipped|running|current) (?:one|order|wala)", "aane wala", r"aaj (?:wal[aei]|aane wal[aei])", r"orders? (?:is |are |abhi )?(?:still )?(?:pending|left|baaki|remaining|on the way|active)"), orders.UNDER_WAY),
)  # fmt: skip


NO_NUMBER = phrases(
    r"(?:he|she|they|friend|husband|wife|brother|sister|son|mother|father|papa|mummy) (?:has|have|had|knows?)(?: (?:it|that|the (?:order )?(?:number|id)))?", r"(?:unke|uske|friend ke|husband ke) paas(?: .{0,12})?",
    r"(?:don'?t|do not|dont|didn'?t|no|not|lost|forgot|can'?t find|cannot find) (?:.{0,18})?(?:number|num|id|no)", r"(?:don'?t|do not|dont) (?:have|know|remember)(?: it| that)?", r"(?:number|no|id|num) (?:.{0,8})?(?:nahi|nahin|nhi|bhool|bhul|kho|lost|yaad)\w*(?: .{0,10})?", "yaad nahi(?: hai)?", r"(?:pata|maloom) nahi", "नंबर (?:.{0,8})?(?:नहीं|याद|भूल)\\S*",
)  # fmt: skip


# By when it is needed: a festival, guests
NEEDED_BY = phrases(r"(?:need|want|chahiye|required?|zaroorat|wedding|function|party|pooja|puja|birthday|shaadi|festival|guests?|mehmaan|event|ज़रूरत|पूजा|शादी|चाहिए).{0,40}(?:today|tomorrow|tonight|kal|aaj|weekend|sunday|saturday|monday|morning|subah|shaam|कल|आज)", r"(?:today|tomorrow|tonight|kal|aaj|कल|आज).{0,40}(?:need|want|chahiye|wedding|function|party|pooja|puja|birthday|shaadi|festival|guests?|mehmaan|event|पूजा|शादी|चाहिए)", "for (?:the |a |my )?(?:pooja|puja|wedding|birthday|party|function)")  # fmt: skip


# --- Which one ------------------------------------------------------------------


def of_items(parsed: ParsedMessage) -> tuple[list[Order], bool]:
    """Return the person's orders with an item that the message names, and whether it names one at all.

    A product that the shop knows by this name comes before words that only sound alike.
    """
    known, found = parsed.known_orders, parsed.found
    said = telling(parsed.text)
    if (ordered := what_was_ordered(parsed.text)) and (named := catalogue.look_up(ordered)).share:
        # "Classic ki jagah masala aaya": the order has the classic
        found, said = named, telling(ordered)
    names = set()
    # "499 se upar hai" names a price, and no product at that price
    if not found.is_vague and found.share:
        names = {product.name for product in found.products} | {product.sku for product in found.products}
    fitting = orders.with_items(known, names) if names else []
    counted = {order.pk: _named_words(order, said) for order in known}
    if not fitting:
        fitting = [order for order in known if counted[order.pk]]
    if len(fitting) > 1:
        best = max(counted[order.pk] for order in fitting)
        fitting = [order for order in fitting if counted[order.pk] == best]
    return fitting, bool(found.products and not found.is_vague and found.share)


ORDERED = quick_search(
    re.compile(
        r"(?P<one>.{3,40}?)\s+(?:ki jagah|ke badle|की जगह|के बदले)\s"
        r"|\b(?:ordered|asked for|wanted|paid for)\s+(?P<two>.{3,30}?)(?:,|\s+(?:but|and|i|you|got|received|came))"
        r"|(?P<three>.{3,30}?)\s+(?:mangaya|mangayi|mangwaya|order kiya|order ki|chahiye)\s+(?:tha|thi|the)\b"
        r"|\binstead of\s+(?:the |my )?(?P<four>.{3,30}?)\W*$",
        re.IGNORECASE,
    )
)


def what_was_ordered(text: str) -> str:
    """Return what a message says was ordered, where another thing came; "" for any other message."""
    found = ORDERED(plain(text))
    return next(filter(None, found.groups()), "") if found else ""


def _named_words(order: Order, said: tuple[str, ...]) -> int:
    """Return how many words of the message name an item of this order."""
    names = {word for item in order.items.all() for word in telling(item.name)}
    return sum(any(is_same(word, name) for name in names) for word in set(said))


def which(parsed: ParsedMessage, key: str) -> tuple[Order | None, str]:
    """Return the order that the message means for a flow, and the flow's state when it is none of them.

    By its number, its item, "the other one", its state; else the one spoken of, if its state
    fits, else the newest that fits. An item that is in several of them, or in none, is asked about.
    """
    known, flow = parsed.known_orders, flows.all_flows()[key]
    if parsed.order or not known:
        return parsed.order, ""
    if other := the_other(parsed):
        return other, ""
    if key == "late" and MARKED.search(plain(parsed.text)):
        return orders.likely(known, Category.PRODUCT_ISSUE), ""
    fitting, names_item = of_items(parsed)
    if fitting and key not in OF_NO_ITEM:
        return _best(fitting, flow.orders), ""
    if names_item and key in ("damaged", "return"):
        return None, flows.WHICH_ORDER if flow.step(flows.WHICH_ORDER) else ""
    by_state = next((states for said, states in BY_STATE if said.search(plain(parsed.text))), None)
    if by_state and (fitting := [order for order in known if order.status in by_state]):
        return fitting[0], ""
    spoken_of = order_spoken_of(parsed)
    if spoken_of and (spoken_of.status in flow.orders or THAT_ONE.search(plain(parsed.text))):
        return spoken_of, ""
    if (
        spoken_of
        and key == "refund_status"
        and not STANDING.search(plain(parsed.text))
        and parsed.chat.memory.get("issue")
    ):
        # "Refund le lunga" of what is late: that one's, and not one that was paid back long ago
        return spoken_of, ""
    fitting = [order for order in known if order.status in flow.orders]
    if key == "damaged":
        order = orders.likely(known, Category.PRODUCT_ISSUE)
        return order, "" if order else flows.WHICH_ORDER
    if key == "late" and not fitting:
        return orders.likely(known, Category.PRODUCT_ISSUE), ""
    return (
        fitting[0]
        if fitting
        else spoken_of or (known[0] if key in ("refund_status", "change_items") else None)
    ), ""


# "Mera order kahan hai" after a refund was spoken of is a question of its own
ASKS_WHERE = phrases(
    r"(?:mera|meri|apna|my|the) (?:order|parcel|package) (?:kaha\w*|kidhar)(?: .{0,12})?",
    r"(?:kaha\w*|kidhar) (?:hai )?(?:mera|meri|apna) (?:order|parcel|package)(?: .{0,12})?",
    r"where(?:'?s| is)? (?:my|the) (?:order|parcel|package)(?: .{0,12})?",
    r"track (?:my |the )?(?:order|parcel|package)",
    r"when (?:will|does|is|would) (?:my|the|our) (?:parcel|order|package)(?: \w+){0,3}",
    r"मेरा (?:ऑर्डर|पार्सल) कहां(?: .{0,12})?",
    # "It's coming today, right?", "aa to jayega na"
    r"(?:coming|arriving|reaching|comes|reaches|will (?:come|arrive|reach|be here))(?: .{0,20})?,? (?:right|correct|na|yes|no)\W*$",
    r"(?:aa|mil|pahunch) (?:to |hi )?(?:jaa?e?ye?ga|jaega|raha hai|rha h(?:ai)?)(?: .{0,12})? (?:na|naa|right)\W*$",
)
THAT_ONE = phrases(
    "it", "that", "this", "ise", "isko", "use", "usko", "that one", "this one", "इसे", "उसे", "इसको"
)
# "It says delivered": the one that is not on its way by our data
MARKED = phrases(
    r"(?:says?|said|marked|showing|shows?|status|updated?|app me|dikha\w*|likha|bata\w*|likh)(?: \w+){0,3} deliver\w*",
    r"deliver\w*(?: \w+){0,3} (?:dikha\w*|bata\w*|likha|show\w*|ho gaya bol\w*|bol\w*)",
    r"डिलीवर(?:्ड)? (?:दिखा|बता|लिखा)\S*",
    r"deliver\w* (?:to|at|in|on) (?:the |a |some )?(?:wrong|other|another|different|someone|somebody|neighbou?r)\w*",
    r"(?:galat|kisi aur|dusre|doosre) (?:address|jagah|ghar|pate|ko|ke) .{0,12}(?:deliver|de diya|de gaya|chala|pahunch)\w*",
    "गलत (?:पते|जगह|घर) .{0,10}(?:डिलीवर|दे)\\S*",
)

# What is to be added is in none of them yet
OF_NO_ITEM = ("change_items",)


def _best(fitting: list[Order], states: tuple[str, ...]) -> Order:
    return next((order for order in fitting if order.status in states), fitting[0])


def order_spoken_of(parsed: ParsedMessage) -> Order | None:
    pk = parsed.chat.memory.get("order")
    return next((order for order in parsed.known_orders if str(order.pk) == pk), None)


# ... which was placed before the one spoken of
OLDER = phrases(
    "previous", "earlier", r"old(?:er)?", "prior", r"before(?= (?:that|this|it|one|order)\b|\W*$)", r"pichl[aei]", r"puran[aei]", r"(?:pehle|pahle) (?:wala|wali)", "usse pehle", "पिछल[ाेी]", "पुरान[ाेी]",
)  # fmt: skip
THE_OLD = phrases("old", r"puran[aei]", "पुरान[ाेी]")
OF_A_WHOLE_ORDER = phrases(r"orders?", "parcel", "ऑर्डर", "पार्सल")
OF_AN_ORDER = phrases(r"orders?", "parcel", "delivery", r"wal[aei]", "one", "ऑर्डर", "पार्सल", "वाल[ाेी]")


def means_an_older(parsed: ParsedMessage) -> bool:
    """Return whether an older order is meant; "purana packet" of broken goods means the broken packet."""
    said = plain(parsed.text)
    of_a_fault = (parsed.chat.memory.get("issue") or {}).get("intent") == "item_problem"
    # ... "purana wala lautana hai kya", "and the old one?" as well
    whole = OF_A_WHOLE_ORDER if RETURNS.search(said) or THE_OLD.search(said) else OF_AN_ORDER
    return bool(OLDER.search(said)) and not (of_a_fault and not whole.search(said))


PLACES = (
    (phrases("first", "1st", r"pehl[aei]", "पहल[ाेी]"), 0), (phrases("second", "2nd", r"dusr[aei]", r"doosr[aei]", "दूसर[ाेी]"), 1),
    (phrases("third", "3rd", r"te+sr[aei]", "तीसर[ाेी]"), 2), (phrases("fourth", "4th", r"chauth[aei]", "चौथ[ाेी]"), 3), (phrases("last", "aakhri", "आखिरी"), -1),
)  # fmt: skip


def of_the_list(parsed: ParsedMessage) -> Order | None:
    """Return the order that "the second one" is in the list that was shown last."""
    ids = parsed.topic.get("ids", []) if parsed.topic.get("kind") == "order" else []
    place = next((place for cue, place in PLACES if cue.search(plain(parsed.text))), None)
    if len(ids) < 2 or place is None or place >= len(ids):
        return None
    return next((order for order in parsed.known_orders if str(order.pk) == ids[place]), None)


# How many days ago it was placed or delivered: at least, at most
BY_TIME = (
    (phrases(r"(?:last|previous) month", r"pichl[aei] (?:mah?ine|month)", r"(?:ek|1|a|one) (?:month|mah?in[ae]) (?:ago|back|pehle|pahle|purana)", "पिछले महीने"), (20, 62)),
    (phrases(r"(?:last|previous) week", r"pichl[aei] (?:haf?te|hafta|week)", r"(?:ek|1|a|one) (?:week|haft[ae]) (?:ago|back|pehle|pahle)", "पिछले हफ्ते"), (4, 14)),
    (phrases(r"(?:came|got|received|arrived|delivered|mila|aaya|aayi)(?: .{0,12})? yesterday", r"yesterday'?s", r"kal (?:jo |hi )?(?:aaya|aayi|mila|mili|deliver hua|aa gaya|mil gaya)", r"kal wal[aei]", "कल (?:आया|मिला|वाला)"), (0, 2)),
)  # fmt: skip
CAME_LATELY = 2
OLDEST = phrases(
    "oldest",
    r"sabse (?:puran[aei]|pehl[aei]|pahl[aei])(?: wal[aei])?",
    r"(?:my |the )?(?:very )?first(?: ever)? order(?: i (?:made|placed))?",
    "सबसे (?:पुरान[ाेी]|पहल[ाेी])",
)


def by_time(parsed: ParsedMessage) -> Order | None:
    """Return the order that "the oldest", "pichle mahine wala" or "the one that came yesterday" is."""
    said = plain(parsed.text)
    if OLDEST.search(said):
        return parsed.known_orders[-1] if parsed.known_orders else None
    for cue, (least, most) in BY_TIME:
        if cue.search(said):
            # What came yesterday is no order that is on its way
            came = most <= CAME_LATELY
            fitting = [
                order
                for order in parsed.known_orders
                if least <= _days_ago(order) <= most and (order.delivered_at or not came)
            ]
            named = [order for order in fitting if _named_words(order, telling(parsed.text))]
            others = [order for order in parsed.known_orders if _named_words(order, telling(parsed.text))]
            # "The ghee i got last week": the item says more than the days
            return next(iter(named or ([] if others else fitting)), None)
    return None


def _days_ago(order: Order) -> int:
    return (timezone.now() - (order.delivered_at or order.placed_at)).days


MOST_WORDS_OF_THE_NEWEST = 5
TO_COME = phrases(
    "when", "kab", r"aa?ye?g[aie]", r"mileg[aie]", "come", "arrive", "reach", "कब", r"आएग[ाी]"
)
LATEST = phrases(r"(?:latest|newest|most recent)(?: (?:one|wal[aei]|order))?", "सबसे नया")
NOT_THAT = phrases("not", "nahi", "nahin", "no", "नहीं")


def the_other(parsed: ParsedMessage) -> Order | None:
    """Return the order that "the other one" means beside the one spoken of: "the second one" of a list, an older one."""
    said = plain(parsed.text)
    if found := by_time(parsed) or of_the_list(parsed):
        return found
    newest = next(iter(parsed.known_orders), None)
    if newest and LATEST.search(said) and len(said.split()) <= MOST_WORDS_OF_THE_NEWEST:
        # "Nahi wo nahi, latest wala"
        return newest
    if not OTHER_ONE.search(said) or issue_cues.ANOTHER_CAME.search(said):
        # "Dusra flavour aa gaya" tells what came
        return None
    if OLDER.search(said) and not means_an_older(parsed):
        return None
    fitting, names_item = of_items(parsed)
    if names_item and len(fitting) == 1 and not NOT_THAT.search(said):
        # "The old one with masala makhana": its item says which one
        return fitting[0]
    known, spoken_of = parsed.known_orders, order_spoken_of(parsed)
    if spoken_of and OLDER.search(said):
        return next(iter(known[known.index(spoken_of) + 1 :]), None)
    # Of none that was spoken of, "mera dusra order" is the one before the newest
    rest = (
        [order for order in known if not spoken_of or order.pk != spoken_of.pk]
        if spoken_of or TO_COME.search(said)
        else known[1:] or known
    )
    return rest[0] if rest else None
