# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""The language to answer in: that of the message, and where its words say little, that of the talk."""

import re

from chatbot.models import Chat
from chatbot.nlu import classifier
from chatbot.nlu.cues import turn_cues
from chatbot.sources import articles
from tickets.settings.in_force import current

MOSTLY_HINDI = re.compile(r"^[^A-Za-z]*[\u0904-\u0939][^A-Za-z]*$")
# Words of one language only. "To", "me", "do", "is", "the" and "no" are of both
HINGLISH = set(
    "aur ka ki ke kya hai hain bhi wala wali wale nahi kitna kitne kitni kab kahan kaha kidhar mera meri mere mujhe chahiye mein batao bata milega milegi karo karna karni karu kyu kyun kaise kese yeh woh chalega chalegi hoga hogi honge dono dusra doosra lelu dena lena kaunsa konsa isme usme iska iski uska uski sakte sakta sakti liye abhi tak phir fir raha rahi rahe gaya gayi gaye hua hui tha thi kar krna se par pe wapas paisa paise agar lekin koi kuch sab kis kisi aap hum maine jo".split()
)
ENGLISH = set(
    "are my i you your what when where how which of with can does it this that have has my will would could should any it's i'm don't didn't there they from if by been being did whether until after without near not our we tell show get got give them".split()
)
# Two words that are of both languages, and together of one
ENGLISH_PAIRS = turn_cues.phrases(
    r"(?:is|are|was|in|to|of|on|do|does) (?:the|it|this|that|there|you|u|a|your|my|i|we|they)"
)
# Said in every language: a nod, a courtesy, a call
SAID_IN_ALL = set(
    "ok okay k acha accha achha acchha haan han ha ji yes no nahi theek thik hmm thanks thank please sorry hi hello bhai bhaiya sir madam bye great good hai".split()
)
# So many words of three letters and more weigh less than the talk so far
SHORT, FEW_WORDS = 5, 2
# What the classifier has to say, in its own measure (above 0 is Hinglish), against a talk in another language
AGAINST_ENGLISH, AGAINST_HINDI = 1.5, -6.0
LEAST_LETTERS = 3


def answered_in(chat: Chat, text: str, library: articles.Library) -> str:
    """Return the language to answer in, of those that the shop offers."""
    return current().language(_said_in(chat, text, library))


def _said_in(chat: Chat, text: str, library: articles.Library) -> str:
    if wanted := chat.memory.get("language"):
        return wanted
    if MOSTLY_HINDI.search(text):
        # Vowel signs are no letters: "घी का जार" has no word of three
        return "hi"
    long = [word for word in text.split() if sum(map(str.isalpha, word)) >= LEAST_LETTERS]
    if not long or library.titled(text):
        return chat.language
    if classifier.is_devanagari(text):
        return "hi"
    words = set(turn_cues.words_of(text))
    hindi, english = words & HINGLISH, words & ENGLISH or ENGLISH_PAIRS.search(turn_cues.plain(text))
    if words <= SAID_IN_ALL and chat.memory.get("last"):
        return chat.language
    if hindi and not english:
        # "Aur masala makhana": the names are the same in both
        return "hinglish"
    # Typed short ("cancel krdo") it is read as it would be in full
    score = classifier.hinglish_score(turn_cues.plain(text))
    if english and not hindi and score < AGAINST_ENGLISH:
        return "en"
    return "hinglish" if score > _against(chat, len(long)) else _unless_hinglish(chat, score, len(long))


def _against(chat: Chat, said: int) -> float:
    """Return what the score of a message must be above to be Hinglish in this talk."""
    is_later = bool(chat.memory.get("last"))
    return AGAINST_ENGLISH if is_later and said <= SHORT and chat.language == "en" else 0.0


def _unless_hinglish(chat: Chat, score: float, said: int) -> str:
    """Return the language of a message that is not clearly Hinglish: "refund?" is said in every language."""
    few = said <= SHORT and score > AGAINST_HINDI and chat.memory.get("last")
    return chat.language if few or said <= FEW_WORDS else "en"
