"""What a message tells of something that is wrong: a detail, a question about it, that it is solved. Pure patterns."""

import re

from .turn_cues import phrases

SOLVED = re.compile(
    r"\W*(?:(?:ok|okay|oh|sorry|no|wait|haan|ji|acha|accha|actually|hey|arre|bhai|never ?mind|all|is|its?|it'?s|the|i|we|have|ho|just|now|abhi|order|parcel|package|refund|paisa|paise|money|otp|wo|woh|yes|has)[\s,.!]+)*"
    r"(?:found(?: it| them)?|(?:it )?(?:came|arrived|has come|is here|works|worked|got delivered)(?: now)?|got (?:it|the (?:order|parcel|refund|otp|money)) now|received it|mil gay[aei]|aa gay[aei]|pahunch gay[aei]|ho gaya(?: theek)?|theek ho gaya|thik ho gaya|solved|sorted|resolved|fixed|fine now|ok(?:ay)? now|working now|good now|मिल गय[ाीे]|आ गय[ाीे]|ठीक हो गया)"
    r"(?:[\s,.!]+(?:now|abhi|thanks|thank|you|it|order|parcel|mujhe|already|hai|h|sorry|so|much|in|my|the|bag|box|ji|bhai|no|need|shukriya|dhanyawad|धन्यवाद|है|था|under|paper))*\W*",
    re.IGNORECASE,
)
QUESTION = re.compile(
    r"\?|^\W*(?:(?:right|so|ok|okay|then|but|and|well|oh|acha|accha|achha)[\s,]+)*(?:what|when|where|how|which|who|why|can|could|should|shall|may|would|am|do|does|is|are|will|kya|kab|kahan|kaha|kaise|kitn\w+|kaun|kon|kyu\w*|क्या|कब|कहां|कैसे|कितन\S+|कौन|क्यों)(?![\w\u0900-\u097F])|\b(?:kya|kab|kaise|kitn\w+|kahan)\W*$|\b(?:kab(?! se)|kaise|kitn(?:a|e|i)|kahan|kidhar|kaun ?s[aei]|kons[aei]|kis|what|how) (?!bhi\b)\w+|(?<![\u0900-\u097F])(?:कब(?! से)|कैसे|कितने|कितना|कहां|किस|कौन)(?![\u0900-\u097F])",
    re.IGNORECASE,
)
DETAIL = phrases(
    r"(?:i )?(?:do ?n'?t|dont|do not|nahi|nahin) (?:have|know|remember)(?: .{0,40})?", r"order (?:number|no|id|num)(?: .{0,30})?", r"photos?", r"pictures?", r"pics?", r"videos?", "screenshot", "yesterday", "today", "kal", "aaj", "morning", "parso", "just now", r"(?:my |by )?(?:husband|wife|son|daughter|mother|father|brother|sister|friend|papa|mummy|pati|patni|bhai|family|neighbou?r)\b.*",
    r"it'?s(?: .{0,60})?", r"it (?:was|is|had|has|came|looks|smells|happened)(?: .{0,60})?", r"\d+ (?:pieces?|packets?|packs?|bottles?|jars?|out of)\b.*", r"instead of", "ki jagah", "ke badle", r"ordered", "mangaya tha", "mangwaya", "order kiya tha", "सुबह", "कल", "आज", "फोटो", r"batch(?: no| number)?", "sealed?", "opened?", "khula", "leak\\w*", "smell\\w*", "only one", r"(?:ek hi|sirf ek|only (?:one|1)|just (?:one|1)) order(?: .{0,12})?", "both", "all of them", "dono", "sab", "half", "aadha", "the lid", "the box", "dabba", "packing", "because", "kyunki", "wo", "woh", "also", "utr", "transaction", "ref(?:erence)?(?: no| number| id)?", "amount", "rs", "₹", "नंबर नहीं", "नहीं है", "number nahi", "nahi pata", "pata nahi",
)  # fmt: skip
# "Ghee rakhna hai": which of the items stay
KEEPS = phrases(
    r"(?:rakhna|rakhni|rakhenge|rakh (?:lunga|lungi|lenge|lo)|rakhunga|rakhungi)(?: .{0,8})?",
    r"(?:i )?(?:want to|will|'ll|am)? ?keep(?:ing)?(?: .{0,20})?",
    "रख(?:ना|नी|ेंगे|ूंगा|ूंगी)(?: .{0,6})?",
)
# "Papad only", "sirf ghee": which of the items
ONLY_THAT = phrases("only", "just", "sirf", "keval", "bas", "केवल", "सिर्फ", r"\w+ hi")
# "For the makhana order"
OF_WHICH = phrases(
    r"(?:for|of|about|from|on) (?:the |my )?[\w ]{3,25} (?:order|parcel|one)",
    r"[\w ]{3,25} wal[aei] (?:order|parcel)(?: ka| ki| ke| ke liye| hai)?",
)
# "Sorry, wo dusri shop ka tha": no order of ours at all
NOT_OURS = phrases(
    r"(?:wo|woh|vo|ye|yeh|it|that|this)(?: was| is| to| toh|'s| order)* (?:.{0,10})?(?:dusr[ie]|doosr[ie]|kisi aur|another|a different|some other|other) (?:shop|site|website|app|store|company|dukaan|dukan|seller)(?: .{0,12})?",
)
# What was said to no purpose takes no details
OF_NOTHING = ("out_of_scope", "unknown", "greeting", "thanks_bye")
NOT_THERE = phrases(
    r"(?:don'?t|do not|dont|not|nahi|nahin|can'?t) (?:see|show\w*|reflect\w*|dikh\w*|find|there|in my|credited|aaya)(?: .{0,20})?",
    r"(?:which|kis|konse|kaunse) (?:account|bank|card|upi)(?: .{0,12})?",
    "नहीं (?:दिख|आया)\\S*",
)
# "My address has changed since": told of the parcel that would come, and no wish for another order
HAS_MOVED = phrases(
    r"(?:address|number|phone|place)(?: \w+){0,2} (?:has |have |is )?(?:changed|different|new)(?: .{0,20})?",
    r"(?:address|number|phone|pata)(?: \w+){0,2} (?:badal (?:gaya|chuka)|naya hai|alag hai)(?: .{0,10})?",
    r"(?:i|we) (?:have |'ve )?(?:moved|shifted)(?: .{0,20})?",
    "(?:पता|नंबर) बदल गया(?: है)?",
)
# "Its from last week's order": goes on about the same thing
OF_IT = re.compile(
    r"(?:its|it'?s|it is|it was|they are|they were|yeh|ye|wo|woh|from the|i (?:bought|ordered|got) (?:it|this|that))\b(?! (?:ok|okay|fine|late|not (?:come|here)|still not))",
    re.IGNORECASE,
)
# "It's been 2 weeks", "3 din ho gaye": how long, which is no wish of its own
SINCE = phrases(
    r"(?:it'?s|it has|its|already|its already|it's already)? ?been (?:.{0,15})(?:days?|weeks?|months?|hours?|hrs|long)", r"(?:\d+|ek|do|teen|char|paanch|kitne|itne|kai|one|two|three|four|five) (?:din|hafte|hafta|mahine|mahina|ghante|week|days?|weeks?|months?) (?:ho gaye?|ho chuke|ho gaya|se|ago|back|now|already|hogye|hue)",
    r"since (?:\w+ ){1,3}", r"(?:दिन|हफ्ते|हफ़्ते|महीने|घंटे) (?:हो गए|हो गये|से|पहले)",
)  # fmt: skip
WAY_TO_PAY = re.compile(
    r"(?:(?:by|via|through|using|with|it was|paid|i paid|maine|from|my|se|kiya|kiya tha|payment|tha) )*(?:upi|g ?pay|google pay|phone ?pe|paytm|card|credit card|debit card|cod|cash|net ?banking|amazon pay|bhim|wallet|यूपीआई|कार्ड)(?: (?:se|through|payment|kiya|kiya tha|tha|thi|wallet|id|app|hai))*",
    re.IGNORECASE,
)
AN_ADDRESS = re.compile(
    r"\b(?:phone|number|naam|name|pin|address)\b.{0,12}\b(?:same|wahi|vahi|wohi)\b|\d{6}|\b(?:road|rd|street|st|nagar|colony|sector|flat|floor|house|h\.?no|lane|gali|marg|apartments?|society|near|opp(?:osite)?|landmark|behind|block|phase|tower|plot)\b|[+]?\d{10}|(?:रोड|नगर|गली|सेक्टर|मकान|फ्लैट|पास)",
    re.IGNORECASE,
)
# It asks how another order stands
HOW_IT_STANDS = phrases(
    "status", "where", "kahan", "kaha", "track", r"kab (?:aa|mil|deliver|pahunch)\w*", "स्थिति", "कहां", "कब"
)
# "Nahi, sirf ghee": which of the items, put right
NOT_THAT = re.compile(
    r"^\W*(?:(?:sorry|oops|oh|wait|arre|are|actually)[\s,.!-]+)*(?:no+|nahi|nahin|nhi|nai|not|na|नहीं)(?![\w\u0900-\u097F])",
    re.IGNORECASE,
)
# "Ref number do", "koi sample milta hai", "can you send it on mail": nothing that is told
ASKS_FOR_WORDS = re.compile(
    r"\?\W*$|^\W*(?:koi|any|kuch)\b.{3,30}\b(?:hai|hain|milta|milega|h)\W*$|\bsakt[aei]\s*(?:ho|hai|hain|hu|hoon|hun|h)?\W*$|^\W*(?:what|when|where|how|which|who|why|can|could|will|would|do|does|is|are)\b"
    r"|\b(?:number|no|id|link|details?|naam|name|proof|contact)\s+(?:do|de do|dijiye|batao|bata do|bhejo|bhej do|please|pls|chahiye)\W*$|(?:क्या|कब|कहां|कैसे|कौन).{0,30}$",
    re.IGNORECASE,
)
# "One out of two", "sirf ek": how many of the item that was told
OUT_OF = phrases(
    r"(?:only |just |sirf |bas )?(?:one|1|ek|two|2|do) (?:out of|of|me(?:in)? se)(?: .{0,12})?", r"(?:only|just|sirf|bas) (?:one|1|ek)(?: .{0,12})?",
    r"(?:one|1|ek)(?: \w+)? (?:only|hi|just)(?: .{0,20})?", "(?:सिर्फ|केवल) एक(?: .{0,10})?",
)  # fmt: skip
# "Dusra flavour aa gaya": of the wrong item, and of no other order
ANOTHER_CAME = phrases(
    r"(?:dusr[aei]|doosr[aei]|dusara|other|another|different|galat|wrong)(?! (?:order|parcel|wal[aei]|one))(?: \w+){0,2} (?:aa ga\w+|aa?y[aie]\w*|mil[aie]|bhej\w*|nikl[aie]|de di\w+|came|was sent|received)(?: .{0,10})?",
    r"(?:got|received|sent)(?: (?:me|the|a|an))* (?:other|another|different|wrong)(?: .{0,15})?", "दूसर[ाेी](?: \\S+)? (?:आ गय|आय|मिल|भेज)\\S*(?: .{0,8})?",
)  # fmt: skip
# "He is fine now", of the person who ate it
FEELS_FINE = phrases(
    r"(?:he|she|they|i|we|kid|baby|son|daughter|bac+ha|bet[ai]|sab|wo|woh)(?:'?s|'?m| is| am| are| to| ab)* (?:.{0,8})?(?:fine|ok|okay|theek|thik|better|all right)(?: .{0,10})?", "(?:वो|बच्चा|सब) (?:अब )?ठीक(?: .{0,8})?",
)  # fmt: skip
# "All three packs", "sab ke sab": how many of it
ALL_OF_IT = phrases(
    r"(?:all|both|every|each|sab|saare|sare|teeno|dono|charo)(?: (?:of|them|it|the|ke|hi|sab|\d|two|three|four|five|packs?|packets?|pkts?|jars?|bottles?|pieces?|items?))*", "(?:सब|सारे|दोनों|तीनों)(?: (?:के|सब|ही|पैकेट|पैक))*",
)  # fmt: skip
# How it was paid, told beside what is wrong
PAID_BY = phrases(
    r"(?:cash|cod|upi|card|nakad|online)(?: \w+){0,2} (?:diy[aei]|di|kiya|paid|pay kiya)(?: (?:tha|thi|the))?", r"(?:i |we )?paid(?: \w+){0,4} (?:by|in|with|through|via) (?:cash|cod|upi|card)", "(?:नकद|कैश|कार्ड|यूपीआई)(?: \\S+)? (?:दिए|दिया|किया)(?: (?:थे|था))?",
)  # fmt: skip
