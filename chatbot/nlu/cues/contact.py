# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""Whether a message asks how the shop can be reached: by what is left of it without small words."""

from functools import lru_cache

from .turn_cues import phrases, plain, words_of

# By what a shop is reached; a bare "number" may be that of an order
WAYS = set(
    "phone call calls calling telephone mobile helpline landline whatsapp email mail mails contact tollfree toll फोन कॉल व्हाट्सएप ईमेल मेल हेल्पलाइन संपर्क".split()
)
NUMBER = set("number no num id नंबर".split())
# Who is reached, and what is done there: says that a bare number is the shop's
OF_THE_SHOP = set(
    "talk speak baat reach care customer support shop store office company team your ur aapka aapki apka apki aapke tumhara tumhari dukan बात आपका आपकी दुकान कस्टमर केयर".split()
)
# Words that ask, and say nothing else
ASKING = set(
    "do does u you hv have has any a an the is are there i can could may we on by via over pe par se me mein ke ki ka ko for liye to of it where which what whats how some koi kuch kya hai h ho hain hota milega milegi mil sakta sakti sakte saku sakun hu hun hoon karu kar karo karna karni karne chahiye jispe jisme jispar jis jise kis kisi de dijiye dedo do dena batao bata share give me pls please get need want direct directly also bhi aur and free apna apni hi toh ji sir bhai wala aap ap tum log team available with someone person "
    "है हैं क्या कोई का की के को पर से में मिलेगा दीजिए दो बताइए करना करनी सकते सकता हो लिए चाहिए भी".split()
)
MOST_WORDS = 12
# "Call me", "mujhe call karo" wishes to be called; "mera number" is theirs
THEIR_OWN = phrases(
    r"(?:call|phone|ring|contact|mail|email|whatsapp)(?: back)? (?:me|us)", "call ?back", r"(?:mujhe|muje|mereko|hume|humko) (?:ek )?(?:call|phone|whatsapp|mail)", "my", "mer[aie]", "don'?t", "mat", "मुझे", "मेर[ाीे]", "मत",
)  # fmt: skip
ADDRESS = phrases(
    r"(?:your|ur|shop|store|office|company|dukan|dukaan|warehouse|godown|aapki shop|aapka|apka)(?: ka| ki| ke|'s)? (?:full |postal )?(?:address|adress|location|pata)(?: .{0,12})?",
    "(?:दुकान|आपका|आपकी|ऑफिस)(?: का| की)? (?:पता|एड्रेस)(?: .{0,8})?",
)


@lru_cache(512)
def asks_how_to_reach(text: str) -> bool:
    """Return whether a message only asks for a contact of the shop: "do u hv a phone no i can call"."""
    said = plain(text)
    words = words_of(said)
    if not words or len(words) > MOST_WORDS or THEIR_OWN.search(said):
        return False
    ways, numbers, of_shop = (WAYS & set(words), NUMBER & set(words), OF_THE_SHOP & set(words))
    if not (ways or (numbers and of_shop)) or set(words) - WAYS - NUMBER - OF_THE_SHOP - ASKING:
        return False
    # "Phone" or "mail" alone may answer a question of ours
    return len(words) > 1


@lru_cache(512)
def asks_for_the_address(text: str) -> bool:
    """Return whether a message asks where the shop is to be found or written to."""
    return bool(ADDRESS.search(plain(text))) and len(words_of(text)) <= MOST_WORDS
