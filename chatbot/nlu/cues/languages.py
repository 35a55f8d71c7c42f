# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""Which language a customer asks to be answered in, and which one they do not know."""

import re
from typing import NamedTuple

from .turn_cues import phrases, plain, spelt, words_of

DO = "karo|kar do|kijiye|likho|likhiye|bolo|boliye|batao|bataiye"
LANGUAGE_REQUESTS = {
    "hinglish": phrases(r"(?:in )?hinglish(?: (?:me+i?n?|mai|m|please|pls|plz))?", r"roman(?: (?:hindi|script|letters|me+i?n?|mai))+"),
    "hi": phrases(
        r"(?:in|to|into) (?:pure )?hindi", r"hindi (?:me+i?n?|mai|m)", r"speak hindi", r"(?:please|pls|plz) hindi", rf"hindi (?:then|chalega|hi|please|pls|plz|{DO})",
        r"हिंदी (?:में|मे)", r"हिन्दी (?:में|मे)",
    ),
    "en": phrases(
        r"(?:in|to|into) english", r"english (?:me+i?n?|mai|m)", r"speak english", r"(?:please|pls|plz) english", rf"english (?:then|please|pls|plz|only|{DO})",
        r"अंग्रेजी (?:में|मे)", r"अंग्रेज़ी (?:में|मे)", r"इंग्लिश (?:में|मे)",
    ),
}  # fmt: skip
ONLY_A_LANGUAGE = re.compile(
    r"\W*(?:(?:ok|okay|no|nahi|please|haan|acha|sorry|now|ab)\W+)*(hindi|hinglish|english|हिंदी|हिन्दी|अंग्रेजी|अंग्रेज़ी|इंग्लिश)(?:\W+(?:then|please|hi|only|ok|now|ab))*\W*",
    re.IGNORECASE,
)
NAMES_OF_LANGUAGES = {"hindi": "hi", "हिंदी": "hi", "हिन्दी": "hi", "hinglish": "hinglish"}
_NOT = r"(?:nahi|nahin|nhi|nai|nahee|not|kam|thodi kam)"
_KNOWS = r"(?:aati|aata|ati|samajh\w*|samjh\w*|smjh\w*|padh\w*|bol\w*)"


def _unknown(names: str, own: str) -> re.Pattern[str]:
    return phrases(
        rf"(?:{names}) (?:\w+ ){{0,3}}?(?:{_NOT} (?:\w+ )?{_KNOWS}|{_KNOWS} (?:\w+ )?{_NOT})(?: hai| hoon| hun| sakta| sakti)?",
        rf"(?:do ?n'?t|do not|dont|can ?n'?t|can ?not|cant) (?:really )?(?:know|read|speak|understand|get|follow) (?:{names})",
        rf"my (?:{names}) is (?:very |really )?(?:weak|poor|bad|not good)",
        rf"(?:{own}) (?:\S+ ){{0,2}}?नहीं (?:आती|आता|समझ\S*|पढ़\S*)",
    )


UNKNOWN_LANGUAGES = {
    "hi": _unknown("hindi", "हिंदी|हिन्दी"),
    "en": _unknown("english|angrezi|angreji|inglish", "अंग्रेजी|अंग्रेज़ी|इंग्लिश"),
}
# "…, mera pota padhega", "my hindi is weak": why, and nothing more that is asked
WHY_THE_LANGUAGE = phrases(
    rf"{_KNOWS}", r"(?:hindi|english|hinglish|angrezi)", r"(?:understand|get it|read|follow|weak|easier|easy|comfortable)", "(?:समझ|पढ़|हिंदी|अंग्रेजी|अंग्रेज़ी)\\S*",
)  # fmt: skip
ASKS = re.compile(
    r"\?|\d|\b(?:kya|kab|kitn\w+|kaise|kahan|kaun|kon\w*|kyu\w*|what|when|where|how|which|who|why)\b|(?:क्या|कब|कितन|कैसे|कहाँ|कौन|क्यों)",
    re.IGNORECASE,
)

OTHER_LANGUAGE = phrases(
    r"(?:in|speak|reply in) (?:tamil|telugu|kannada|malayalam|marathi|gujarati|bengali|bangla|punjabi|odia|urdu|assamese"
    r"|french|spanish|arabic|german|chinese)",
    r"(?:tamil|telugu|kannada|malayalam|marathi|gujarati|bengali|bangla|punjabi|odia|urdu|assamese)"
    r" (?:me+i?n?|madhe|please|pls|plz|la|lo|te|ma)",
)  # fmt: skip
AROUND_A_LANGUAGE = set(
    "please pls plz bol bolo boliye batao bata bataiye bataie batana samjhao samjha samjhaiye likho likhiye tell me reply "
    "answer explain speak talk can could you u say it that this again now kindly do karo karein baat kijiye kijie sir bhai "
    "ji kya aap ap mujhe mujhse to write chat in i want am not only me ok haan yes the same s all switch change language "
    "bro yaar sorry no nahi don't dont understand english hindi hinglish roman se type text only na yaar बताइए बताओ बताइये "
    "बताएं बोलो बोलिए बोलें कृपया प्लीज समझाइए समझाओ लिखिए लिखो कहिए कहो मुझे बात करो करें कीजिए जवाब दो दीजिए आप क्या सकते "
    "सकता है हैं हो में मे जी भाई दोबारा फिर से "
    .split()
)  # fmt: skip
AROUND_A_LANGUAGE |= set(map(spelt, AROUND_A_LANGUAGE))


class LanguageRequest(NamedTuple):
    """`language` is one of wording.LANGUAGES; `rest` what else the message says, "" when it is all."""

    language: str
    rest: str


def language_request(text: str) -> LanguageRequest | None:
    """Return the language that the message asks to be answered in."""
    text = plain(text)
    if alone := ONLY_A_LANGUAGE.fullmatch(text):
        return LanguageRequest(NAMES_OF_LANGUAGES.get(alone[1].lower(), "en"), "")
    for language, asked in LANGUAGE_REQUESTS.items():
        if found := asked.search(text):
            return LanguageRequest(language, _rest(text[: found.start()], text[found.end() :]))
    for language, unknown in UNKNOWN_LANGUAGES.items():
        if found := unknown.search(text):
            # "English samajh nahi aati" in Latin letters is answered in those
            instead = "en" if language == "hi" else "hinglish" if text.isascii() else "hi"
            return LanguageRequest(instead, _rest(text[: found.start()], text[found.end() :]))
    return None


def _rest(before: str, after: str) -> str:
    """Return what else a message asks beside a language; the reason for the wish is nothing else."""
    if WHY_THE_LANGUAGE.search(after) and not ASKS.search(after):
        after = ""
    rest = f"{before} {after}".strip()
    return rest if any(word not in AROUND_A_LANGUAGE for word in words_of(rest)) else ""
