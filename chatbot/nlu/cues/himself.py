"""What a message asks about Villy himself: bot or human, name, languages, hours, phone, privacy."""

from functools import lru_cache

from . import contact
from .turn_cues import phrases, plain

# "Raat ko bhi koi insaan milega", "is a person there on sundays"
_AT_WHAT_TIME = r"(?:raat|night|sunday|sundays|weekends?|itwar|ravivar|holidays?|chhutti|subah|late|din bhar|hamesha|24 ghante|रात|रविवार|छुट्टी|सुबह|हमेशा)"
_A_PERSON = r"(?:insaan|insan|human|humans|agents?|a person|real person|koi (?:banda|aadmi|admi|se baat)|customer care|team|staff|aap log|support|इंसान|व्यक्ति|कस्टमर केयर|एजेंट|आप लोग)"

ABOUT_HIMSELF = {
    "bot": phrases(
        r"(?:are|r) (?:you|u|ya) (?:even |really |actually )?(?:a |an |the )?(?:real |actual |live |human )?(?:bot|robot|human|person|ai|a\.i\.|machine|"
        r"chatbot|computer|man|woman|girl|boy|being|real|assistant|chatgpt|gpt|software|program)(?: or (?:a |an )?\w+(?: \w+)?)?",
        r"(?:is|am i|m i) (?:this|it|that|talking|chatting|speaking)(?: to| with)? (?:a |an )?(?:real |actual |live )?(?:bot|robot|human|person|ai|machine|chatbot|computer|auto ?reply)(?: or (?:a |an )?\w+(?: \w+)?)?",
        r"(?:bot|robot|human) (?:or|ya) (?:a )?(?:bot|robot|human|person|insaan|insan)\??",
        r"(?:tum|aap|ap|tu|yeh|ye|kya aap|kya tum|koi) (?:ek |koi )?(?:bot|robot|insaan|insan|machine|computer|ai|aadmi|admi|human)(?: (?:ho|hai|hain|h|ya|se)(?: .{0,25})?)?\??$",
        r"(?:tum|aap|ap|tu) (?:asli|sach me|sachme|nakli|real)(?: .{0,12})? (?:ho|hai|hain|ya|machine|insaan)(?: .{0,15})?", r"(?:bot|robot|insaan|insan|machine|computer|human|ai) (?:ho|hain) (?:kya|ya|aap|tum)", r"(?:bot|robot) se baat", r"^\W*(?:so |oh |then |ok |to |matlab )*(?:you'?re |u r |you are |ur |its |it'?s |tum |aap )?(?:not|nahi|nahin) (?:a |an |real |asli )*(?:human|person|insaan|real)(?: ho| then| hai)?\W*$", r"^\W*(?:matlab |to |so )*(?:insaan|insan|human) (?:nahi|nahin|not)(?: ho| hai)?\W*$",
        r"(?:आप|तुम|यह|ये|क्या आप) (?:एक |कोई )?(?:बॉट|बोट|रोबोट|इंसान|मशीन|आदमी|कंप्यूटर)(?: (?:हो|हैं|है|से|या).{0,25})?",
        r"you(?:'re| are|r)? (?:just |only )?(?:a |an )?(?:bot|robot|machine|computer|ai)(?: right| na| aren'?t you)?",
    ),
    "name": phrases(
        r"what(?:'?s| is) (?:your|ur) (?:good )?name", r"(?:your|ur) name\??$", r"who (?:are|r) (?:you|u|this)", r"who is this",
        r"who am i (?:talking|chatting|speaking) (?:to|with)", r"(?:aap|ap|tum)(?:ka|kaa|hara|haara)? (?:naam|nam|name) (?:kya|kia)",
        r"(?:aapka|apka|tumhara|tera|tumhaara|apna|aap ka|tum apna) (?:naam|nam|name)", r"^\W*(?:naam|nam|name) (?:kya|kia|batao|bata|bolo|to batao)(?: .{0,20})?\W*$", r"(?:aap|ap|tum|tu) (?:kaun|kon) (?:ho|hai|hain|h)",
        r"(?:kaun|kon) (?:ho|hain|bol raha|bol rahe)(?: (?:aap|tum))?", r"(?:आपका|तुम्हारा) नाम", r"(?:आप|तुम) कौन", r"कौन (?:हो|हैं|बोल)",
        r"who is villy", r"villy kaun", r"(?:what|who) is (?:a )?villy",
    ),
    "languages": phrases(
        r"(?:which|what|how many) (?:all )?languages?", r"(?:do|can|does) (?:you|u|villy) (?:speak|understand|know|talk|read|reply in) (?:in )?(?:hindi|english|hinglish|tamil|telugu|"
        r"marathi|bengali|gujarati|kannada|malayalam|punjabi|urdu|any other language|other languages|my language)",
        r"(?:hindi|english|hinglish|tamil|marathi|bengali|gujarati) (?:aati|aata|samajh|samajhte|samjhte|jaante|jante|bolte|aate)(?: .{0,20})?",
        r"(?:kaun|kon) ?si (?:bhasha|language)", r"कौन ?सी भाषा", r"कौनसी भाषा", r"(?:हिंदी|अंग्रेजी|हिन्दी|तमिल|मराठी) (?:आती|समझते|जानते|बोलते)",
        r"what language do",
    ),
    "abilities": phrases(
        r"what (?:all )?(?:can|do) (?:you|u|villy) do(?! (?:if|when|with|about|for(?! (?:me|us))|in case))", r"what (?:can|could) (?:you|u) help(?: me)?(?: with)?", r"how can (?:you|u) help(?: me)?",
        r"what (?:are )?(?:your|ur) (?:capabilities|features|services)", r"what do (?:you|u) know", r"(?:kya|kia) (?:kya )?(?:kar|kr) (?:sakte|skte|sakta|sakti|lete|leti|leta) (?:ho|hai|hain|h)",
        r"(?:aap|ap|tum) (?:kya|kia) (?:karte|krte|kar|kr)(?: (?:ho|sakte|skte).{0,8})?", r"(?:kya|kis cheez me|kaise) (?:help|madad) (?:kar|kr) (?:sakte|skte)(?: ho| hain)?",
        r"(?:आप|तुम) क्या (?:क्या )?कर (?:सकते|सकती)", r"क्या मदद कर सकते", r"what is this chat(?: for)?", r"how does this (?:chat|work)\??$",
    ),
    "hours": phrases(
        r"(?:are|r) (?:you|u|agents?|people|your (?:team|agents|people)|humans?) (?:available|there|online|open|working)(?: (?:now|24.?7|at night|on sunday.?|today|right now|tonight|tomorrow|all day|on weekends?|late|after .{1,8}|.{0,20}))?",
        r"(?:what|which) (?:are|r|is)? ?(?:your |the |ur )?(?:support |customer care |working |business |office |opening |chat |call )?(?:hours|timings?|time slot)",
        r"(?:working|business|office|opening|support|customer care|call) (?:hours|timings?|time)", r"(?:when|what time|till when|until when|till what time|from when) (?:are|do|does|is|will|can) .{0,30}(?:available|open|close|closed|start|online|answer|talk to (?:a |some ?)(?:person|one)|reach (?:you|u|out|some|a |an |customer|support)|call)",
        r"(?:kitn[ei] (?:time|der|din) me(?:in)?|how (?:soon|long|fast)) (?:.{0,12})?(?:reply|jawab|respond|answer)(?: .{0,15})?", r"(?:kitne baje|kab|kis time) (?:tak |se )?(?:koi |aap log |insaan )?(?:available|khula|khulta|khulte|band|online|baat|open|milte|milega|log)(?: .{0,20})?", r"when will (?:they|some(?:one|body)|a person|you|customer care|the team|an agent) (?:reply|respond|answer|call|contact|get back|connect)(?: .{0,15})?", r"kab (?:tak )?(?:reply|jawab|call|contact) (?:karenge|aayega|milega|karoge|aayegi|denge)(?: .{0,10})?", r"24 ?[x*/] ?7", rf"{_AT_WHAT_TIME}(?: ko| me| mein| bhi| par| pe| tak)* (?:kaam|kam|reply|jawab|chat|baat|help|service|available|online|chalu|open|khul\w*)(?: .{{0,20}})?", r"(?:do|will|are|can) (?:you|u) (?:work|working|reply|answer|chat|there|awake|sleep)\w* (?:at night|at midnight|late|on \w+days?|all night|all day|24.{0,8}|on holidays?)", r"(?:aaj|sunday|raat ko|itwar ko|abhi|holiday) (?:.{0,15})(?:khula|open|available|chalu|band) (?:hai|ho|hoga|rahega|h)(?: kya)?",
        r"(?:support|customer care|log|team|insaan) (?:kab|kitne baje)(?: .{0,25})?", rf"{_AT_WHAT_TIME}(?: .{{0,20}})? {_A_PERSON}(?: .{{0,30}})?", rf"{_A_PERSON}(?: .{{0,20}})? {_AT_WHAT_TIME}(?: .{{0,30}})?", r"(?:कितने बजे|कब) (?:तक |से )?(?:लोग |आप लोग |कोई |इंसान )?(?:खुल|उपलब्ध|बंद|बात|मिल(?!ेग|[ाी])).{0,12}", r"(?:timing|timings) (?:kya|batao|bata|please|of)(?: .{0,20})?", r"support timings?", r"समय क्या है",
    ),
    "phone": phrases(
        r"^\W*(?:apna |aapka |koi )?(?:number|no|phone) (?:do|de do|dedo|dijiye|batao|bata do|milega|chahiye)(?: (?:phone|call|mobile|whatsapp|contact|baat)(?: ka| ke liye| karne ka)?)?(?: koi| na| ji| please)?\W*$",
        r"^\W*(?:e-?mail(?: id)?|contact(?: number)?|mail id|helpline)\W*$", r"(?:e-?mail|mail)(?: id)? (?:do|de do|dijiye|batao|bata do|share|dena)(?: .{0,8})?",
        r"(?:your |ur |support |shop |customer ?care |helpline |contact |toll ?free )+(?:phone|mobile|contact|call(?:ing)?|whatsapp|helpline|toll ?free|customer ?care)? ?(?:number|no|num)(?: .{0,15})?", r"(?:customer ?care|helpline|support|contact|whatsapp|toll ?free) (?:number|no|num|email|e-?mail)(?: .{0,12})?", r"(?:phone|contact|mobile|call) (?:number|no) (?:do|dijiye|batao|bata|please|pls|kya|of|chahiye|dena)(?: .{0,10})?",
        r"(?:can|how (?:can|do)) i (?:call|phone|ring|email|mail|whatsapp) (?:you|u|someone|the shop|customer care|them)(?: .{0,15})?", r"(?:your|ur|aapka|apka) (?:e-?mail|mail id|email id|whatsapp)(?: .{0,12})?", r"(?:aapka|apka|shop ka|dukan ka) (?:phone|number|contact)(?: .{0,12})?", "(?:आपका|कस्टमर केयर का) (?:फोन|फ़ोन|नंबर)(?: .{0,10})?", r"(?:call|phone) (?:kar|kr|pe) (?:sakte|sakta|sakti|baat)(?: .{0,12})?",
    ),
    "place": phrases(
        r"where (?:are|r) (?:you|u)(?: guys| people| all)? (?:based|located|from)(?: .{0,10})?", r"(?:where|which (?:city|place|state)) (?:is|are) (?:your|ur|the) (?:shop|store|office|company|warehouse)(?: .{0,15})?",
        r"(?:aap|ap|tum)(?: log)? (?:kahan|kaha|kidhar)(?: se| ke| ki)? (?:ho|hai|hain|h)", r"(?:aapki|apki|aapka|shop|dukan|dukaan|office) (?:dukan |shop |office )?(?:kahan|kaha|kidhar)(?: par| pe)?(?: hai| h)?", r"(?:your|ur) (?:shop|store|office) (?:address|location)",
        "(?:आप|आप लोग) (?:कहां|किधर)(?: से| के)? (?:हो|हैं)", "(?:आपकी )?दुकान (?:कहां|किधर)(?: है)?",
    ),
    "privacy": phrases(
        r"(?:is|are|will) (?:my|this|our|the) (?:chat|chats|data|details|information|info|number|phone|conversation|address|personal data)(?: .{0,20})? (?:safe|private|secure|recorded|stored|saved|shared|sold|kept|confidential|encrypted|being recorded)",
        r"(?:do|will|can|does) (?:you|u|villy|anyone|anybody|people|they|someone|the shop) (?:store|save|keep|record|sell|share|read|see|use|collect|look at) (?:my|this|these|our|the|all|what) (?:.{0,20})?(?:chats?|data|details|info|information|number|conversations?|messages?|i (?:type|write|say))",
        r"(?:meri|mera|mere|ye|yeh|hamari|humari|yahan ki)? ?(?:chat|chats|baat|baatein|messages?|msgs?|details?|data|number)(?: ko)? (?:koi|kaun|kon|aur koi|dusra koi)(?: .{0,10})? (?:padh|dekh|pad|sun|use|share)\w*(?: .{0,15})?", r"(?:kaun|kon|koi)(?: \w+)? (?:padh|dekh|pad)(?:ta|te|ti|ega|enge|egi)(?: .{0,8})? ?(?:meri|mera|yeh|ye|chat|message)?(?: .{0,12})?", r"who (?:can |else |all |will )?(?:reads?|sees?|see|has access to|gets) (?:this|my|these|the)(?: .{0,25})?", r"privacy(?: policy)?", r"(?:mera|meri|mere|yeh|ye) (?:data|chat|number|details|baat|info)(?: .{0,15})? (?:safe|surakshit|share|bech|bechte|save|record|private|secure|kaun)(?: .{0,20})?",
        r"(?:मेरा|मेरी|मेरे|यह|ये) (?:डेटा|डाटा|चैट|नंबर|जानकारी|बात)(?: .{0,15})? (?:सुरक्षित|सेव|शेयर|बेच|रिकॉर्ड|कौन).{0,12}", r"data (?:safe|secure|private|ka kya)(?: .{0,12})?", r"what (?:happens to|do you do with) my (?:data|chat|number|details|info|information)",
    ),
    "made_by": phrases(r"who (?:made|created|built|owns|developed|programmed) (?:you|u|villy)", r"(?:kisne|kis ne) (?:banaya|bnaya)(?: .{0,12})?", r"(?:तुम्हें|आपको) किसने बनाया"),
}  # fmt: skip
WANTS_A_PERSON = phrases(
    r"(?:want|need|connect|talk|speak|transfer|give me|get me|let me|can i|could i|chahiye|karao|karwao|karwa do|kara do|karni hai|karna hai|चाहिए|करनी|कराइए|कराओ)"
)


@lru_cache(512)
def about_himself(text: str) -> str:
    """Return what the message asks about Villy himself: a key of ABOUT_HIMSELF, or ""."""
    text = plain(text)
    if len(text.split()) > 16:
        return ""
    found = next((kind for kind, asked in ABOUT_HIMSELF.items() if asked.search(text)), "")
    # "I don't want a bot, connect me to a person" asks for the person
    if found == "bot" and WANTS_A_PERSON.search(text):
        return ""
    if not found and contact.asks_how_to_reach(text):
        return "phone"
    return "place" if not found and contact.asks_for_the_address(text) else found
