"""What a message asks of an order: when, who brings it, what was paid, what is in it. Pure patterns."""

from .turn_cues import phrases

ARRIVES = phrases(
    r"when",
    "where",
    "kab",
    "kahan",
    "kaha",
    "come",
    "came",
    "coming",
    "arriv\\w+",
    "deliver\\w*",
    "reach\\w*",
    "aaya",
    "aayi",
    "aayega",
    "ayega",
    "mila",
    "milega",
    "status",
    "track\\w*",
    "कब",
    "कहां",
    "आया",
    "आएगा",
    "pahunch\\w*",
)
A_LIST_OF_ORDERS = phrases(
    r"(?:show|list|see|view|give|tell)(?: me)?(?: all)?(?: of)? (?:my|the|mere|all)(?: .{0,8})? orders",
    r"(?:which|what|how many) orders (?:do i|have i|i have|i placed|are mine)(?: .{0,12})?",
    r"(?:mere|apne|saare|sare|sab|mera) (?:.{0,8})?orders? (?:dikha|batao|bata do|list|kaun|kitne|kya kya)\w*(?: .{0,12})?",
    r"(?:मेरे|सारे|सब) ऑर्डर (?:दिखा|बता)\S*",
)
WHEN_OR_WHERE = phrases(
    r"kis (?:time|samay|waqt)(?: .{0,10})?", r"kitn[ei] (?:din|time|der|ghante|baje)(?: .{0,20})?", r"kab (?:tak|aayega|ayega|milega|aa raha|pahunchega|tk)?(?: .{0,12})?", r"when(?: .{0,25})?", r"how (?:long|many days|much (?:more )?time|soon)(?: .{0,25})?", r"where is it(?: now)?", r"(?:abhi )?(?:kahan|kaha) (?:hai|pahuncha|tak|h)(?: .{0,10})?", r"(?:what'?s the |any )?(?:eta|status|update|tracking)(?: (?:number|id|link|no))?",
    r"(?:aaj|kal)(?: hi)? (?:aa|mil|pahunch|deliver)\w*(?: .{0,20})?", r"today\??", r"aaj (?:aayega|aa jayega|milega|ayega)(?: .{0,8})?", r"will it (?:come|arrive|reach|be)(?: .{0,25})?", "कब(?: तक)?(?: .{0,12})?", "कितने दिन(?: .{0,12})?", "(?:बताओ |बताइए |अभी )*(?:कहां|किधर)(?: (?:है|तक|पहुंचा|पहुंची|अभी|मेरा|ऑर्डर|पार्सल))*", r"(?:batao |bata do |bas )*(?:kahan|kaha) (?:pahuncha|pahucha|tak pahuncha)(?: .{0,10})?", r"which courier|courier (?:kaun|name|kon)(?: .{0,8})?", r"delivery (?:date|day|time)", "what time", r"track (?:it|karo|kar do)?", "kab tak",
)  # fmt: skip
DRIVER = phrases(r"(?:their|his|unka|uska|inka|iska) (?:phone |mobile |contact )?(?:number|no|num|contact)(?: .{0,10})?", r"(?:delivery|courier) (?:boy|guy|man|person|agent|partner|wala|wale|executive)(?:'?s| ka| ki)?(?: .{0,25})?", r"(?:driver|rider|courier)(?:'?s| ka| ki)? (?:phone|number|no|contact|mobile)(?: .{0,10})?", "(?:डिलीवरी|कूरियर) (?:बॉय|वाले|वाला)(?: .{0,15})?")  # fmt: skip
WHICH_IS_IT = phrases(
    r"(?:and |ok |aur )?(?:which|konsa|kaun ?sa|kon ?sa|konse|कौन ?सा)(?: (?:one|order|wala|parcel))*(?: (?:is|was|are|hai|h|tha|है))?(?: (?:it|that|this|this one|yeh|ye|you talking about))?"
)
ASKS_WHAT = phrases(
    "what", "which", "kya", "kaun ?sa", "where", "kahan", "confirm", "check", "क्या", "कौन सा"
)
TRACKING = phrases(
    r"who(?:'?s| is| are)? (?:the |my )?(?:courier|deliver\w*|bringing it)(?: .{0,12})?",
    r"(?:which|what|kaun ?s[aei]|kons[aei]|kaun|kis|name)(?: \w+)? courier(?: .{0,8})?",
    r"courier (?:name|kaun(?: ?s[ai])?|kon(?:s[ai])?|company|partner|details|hai)(?: .{0,8})?",
    r"^courier\W*$",
    "tracking",
    "track",
    "awb",
    "link",
)
CALLS = phrases("number", "num", "no", "contact", "phone", "call", "mobile", "नंबर", "फोन", "name")
PAID = phrases(
    r"(?:anything|something|nothing|kuch) (?:left )?(?:to pay|to be paid|due)(?: .{0,12})?|(?:kuch|paise) (?:dena|dene) (?:hai|hoga|padega)(?: kya)?|(?:what (?:did|have) (?:i|we) pa(?:y|id)(?: for (?:it|that|this))?|how much (?:was|did) (?:it|that)(?: cost)?|how (?:did|was) (?:i|it) pa(?:y|id)|payment (?:mode|method|type|status)|paid or (?:not|cod)|is it (?:paid|prepaid|cod)|(?:kitna|kitne|how much) (?:.{0,10})?(?:pay|paid|dena|diya|total|hua|tha|kharch\w*)|total(?: (?:amount|bill|price|was|tha|hua|kitna))*|kitn[ei] (?:ka|ke|ki|me(?:in)?) (?:pada|padi|pade|aaya|aayi|tha|thi|liya)|amount|bill amount)",
    # "Uska payment maine kaise kiya tha"
    r"(?:pay|payment|paise|bhugtan)(?: \w+){0,2} kaise (?:kiy|diy|hu)\w*(?: .{0,8})?",
    r"kaise (?:pay|payment|bhugtan) (?:kiy|hu)\w*(?: .{0,8})?",
    "(?:पेमेंट|भुगतान)(?: \\S+){0,2} कैसे (?:किया|हुआ)(?: .{0,8})?",
)
ITEMS = phrases(
    r"(?:how many|kitn[ei]) (?:packets?|packs?|items?|things?|pieces?|products?|cheeze?i?n?)(?: .{0,25})?",
    r"what(?:'?s| is| all| did| was)? (?:.{0,12})?(?:in it|in that|in this|in the order|inside|items?|i order\w*|products?)",
    r"(?:kya kya|kya) (?:.{0,10})?(?:hai|tha|order kiya|mangaya|aana hai)(?: .{0,8})?",
    r"which (?:items?|products?)",
    "items?",
    r"(?:kya kya|kya) (?:tha|thi|the)(?: (?:usme|isme|us me|is me))?",
    r"(?:isme|usme|ismein|usmein) kya",
    "क्या क्या",
)
PAID_ALREADY = phrases(
    r"^(?:ok |acha |and |so )*(?:by |via |through |was it |is it |ye |yeh |kya )+(?:upi|card|cod|cash|netbanking|wallet)(?: (?:se|hai|tha|kya|ye|yeh|it|wala|order))*\W*$",
    r"^(?:ok |acha |and |so )*(?:upi|card|cod|cash|netbanking|wallet) (?:hai|tha|kya|ye|yeh)(?: (?:hai|tha|kya|ye|yeh|it|order))*\W*$",
    r"(?:it|that|this|i) (?:was |have |had )?paid (?:by|via|through|with|on) (?:upi|card|cod|cash|netbanking|wallet)(?: .{0,10})?",
    r"(?:was|is) (?:it|that|this)(?: paid)?(?: by| via| through)? (?:upi|card|cod|cash)(?: or (?:upi|card|cod|cash))?",
    r"(?:upi|card|cod|cash) (?:se |tha |thi |hai )*(?:ya|or) (?:upi|card|cod|cash)(?: .{0,10})?",
    r"(?:already|pehle (?:hi|se)|pahle (?:hi|se)) (?:.{0,12})?(?:pay|paid|payment|diya|de diya|kar diya)(?: .{0,15})?",
    r"(?:pay|paid|payment) (?:.{0,10})?(?:already|kar diya|kar chuk[aei]|ho gaya|ho chuka|kiya (?:tha|hai))(?: .{0,8})?",
    "पहले (?:ही|से) .{0,12}(?:दे|पे|भुगतान)\\S*",
)
# Then the money is what is wrong, and no question about the order
MONEY_TROUBLE = phrases(
    r"(?:not|nahi|nahin|n'?t|twice|double|do baar|2 baar|extra|zyada|jyada|kat\w*|deduct\w*|debit\w*|fail\w*|stuck|galat|wrong|but|lekin|par|phir bhi|still|नहीं|दो बार|कट\S*)"
)
TO_BE_PAID = phrases(
    r"(?:anything|something|nothing|kuch) (?:left )?(?:to pay|to be paid|due)(?: .{0,12})?|(?:kuch|paise) (?:dena|dene) (?:hai|hoga|padega)(?: kya)?|(?:anything|something|nothing|kuch) (?:left )?(?:to pay|dena|to be paid|due|baaki)(?: .{0,12})?",
    r"(?:do|will|would|should|must|have to|need to) (?:i|we) (?:have to |need to )?pay",
    r"(?:i|we) (?:have|need|will have) to pay",
    r"(?:dena|dene|bharna) (?:hoga|honge|padega|padenge|hai)",
    "(?:देना|देने) (?:होगा|होंगे|पड़ेगा|पड़ेंगे)",
)
# "Kaunse order ka bol rahe ho?"
WHICH_ORDER = phrases(
    r"(?:ok |aap |you |acha )*(?:kaun ?s[aei]|kons[aei]|kaunsi|which)(?: \w+)? (?:order|parcel)(?: .{0,30})?",
    "(?:आप )?कौन(?: |-)?स[ाे] ऑर्डर(?: .{0,20})?",
)
IN_IT = phrases(
    r"(?:usme|usmein|isme|us order me(?:in)?) kitn[aei] .{2,25}(?:hai|h|tha|the|thi)(?: .{0,6})?",
    r"(?:usme|usmein|isme|ismein|us me|is me|us order me(?:in)?|is order me(?:in)?|is it|does it|order me(?:in)?) .{2,30}(?:hai|h|tha|thi|bhi|included?|na)(?: (?:na|kya))?",
    r"(?:is|was|are) .{2,25} (?:in (?:it|that|this|there|the box|the order)|included)",
    r"(?:does|do|did|will) (?:it|that|this|they) (?:have|include|contain|come with|has) .{2,30}",
    "(?:उसमें|इसमें) .{2,25}(?:है|था|थी)(?: (?:ना|क्या))?",
)
WHAT_WAS_ORDERED = phrases(
    r"(?:mere |meri |apne |is |us |mera )?(?:order|parcel|package) (?:me|mein|main) (?:kya kya|kya|kaun kaun)(?: (?:hai|tha|h|aa raha|aana|items?|cheez\w*|sa|se|saman|hain))*\W*$",
    r"what(?:'?s| is| all is| all)? (?:.{0,6})?(?:in|inside) (?:my|the|this|that) (?:order|parcel|package)(?: .{0,12})?",
    "(?:मेरे )?ऑर्डर में क्या(?: क्या)?(?: .{0,6})?",
    r"(?:maine|mene|humne|hamne|i|we)(?: .{0,20})? (?:kya kya|kya|what|which)(?: .{0,12})? ?(?:manga\w*|mangwa\w*|order kiya|order ki|liya|kharida|bought|ordered|buy|order)(?: .{0,12})?",
    r"what (?:all |else )?(?:did|have) (?:i|we) (?:order|buy|bought|ordered|get)(?: .{0,15})?",
    r"(?:my )?(?:last|previous|past) (?:purchases?|items)",
    "(?:मैंने|हमने)(?: .{0,15})? क्या(?: क्या)? (?:मंगाया|मंगवाया|ऑर्डर किया|लिया)(?: .{0,6})?",
)
# Nothing but a word for it: "n items", "total was?", "courier?"
ONLY_ITEMS = phrases(
    r"(?:how many|kitn[ei]) (?:packets?|packs?|items?|things?|pieces?|products?|cheeze?i?n?)(?: .{0,25})?",
    r"(?:and |n |aur |ok |the )*(?:items?|products?|kya kya)(?: (?:in it|usme|isme|the|tha|thi|hai|were|was|kya))*",
)
# When or where it is, asked of an order
HOW_IT_STANDS = phrases(
    "when", "where", "status", "track", "on time", r"time (?:pe|par)", r"(?:still )?coming", r"(?:aa|mil|pahunch) (?:jayega|jayegi|raha|rahi)", "आ (?:जाएगा|रहा)", "kab(?! se)", "kahan", "kaha", "kidhar", r"pahu[n]?ch\w*", r"reach\w*", r"arriv\w*", r"(?:aaya|aayi|mila|deliver hua) (?:kya|ya nahi)",
    "कब", "कहां", "स्थिति", "पहुंच\\S*",
)  # fmt: skip
OF_AN_ORDER = phrases(
    "order", "parcel", "package", "delivery", r"wal[aei]", "one", "jo", "my", "mera", "meri", r"o?dusr[aei]", r"doosr[aei]", "other", "ऑर्डर", "पार्सल", "वाला", "मेरा", "दूसर[ाेी]",
)  # fmt: skip
# "When did i order it"
PLACED = phrases(
    r"when (?:did|have|was) (?:i|we|it|this|that)(?: .{0,6})? (?:order\w*|buy|bought|place[d]?|purchase[d]?)(?: .{0,15})?", r"(?:kab|kis din) (?:order|manga\w*|mangwa\w*|kharid\w*)(?: .{0,20})?", r"(?:order|purchase) date(?: .{0,10})?",
    r"(?:maine |humne |ye |yeh )?kab (?:order|book) (?:kiya|ki|hua)(?: .{0,8})?", "(?:मैंने )?कब (?:ऑर्डर|मंगा)\\S*(?: .{0,12})?",
)  # fmt: skip
# "Delivered on which date does it say"
WHICH_DAY = phrases(
    r"deliver\w*(?: \w+){0,2} (?:which|what|kis) (?:date|day|din)(?: .{0,15})?",
    r"(?:which|what|kis) (?:date|day|din)(?: \w+){0,3} deliver\w*(?: .{0,10})?",
)
# The order that the talk is about, or was
THE_ORDER = phrases(
    r"(?:wo|woh|us|uss|that|this|is|ye|yeh|my|mera|mere|the) (?:wal[aei] )?(?:order|parcel)",
    "(?:वो|उस|इस|मेर[ाे]|यह) (?:ऑर्डर|पार्सल)",
)
