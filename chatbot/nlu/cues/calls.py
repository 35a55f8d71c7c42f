# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""Whether a message only calls ("bhai", "sir ji") before it says anything: by what is left of it without small words."""

from functools import lru_cache

from .turn_cues import phrases, plain, words_of

CALLS = set(
    "bhai bhaiya bro sir madam mam ma'am didi ji suno suniye listen dear भाई भैया सर मैडम जी सुनो सुनिए दीदी".split()
)
# A wish to ask, without what
TO_ASK = set(
    "baat sawal sawaal question query doubt puchna puchni poochna poochni puchu poochu ask बात सवाल पूछना पूछनी पूछूं".split()
)
AROUND = set(
    "hello hi hey helo hlo are arre arey ek 1 one a kuch something some thing chhoti choti si small quick i have hv had want wanted to may can could me mujhe muje mereko tha thi hai h do dena batao bataiye bata please pls zara jara toh ye yeh let you u aapse aap se there just only "
    "नमस्ते हेलो एक कुछ मुझे है थी था दो ज़रा जरा आपसे बताइए बताओ".split()
)
TELLS_US = set("batao bataiye bata बताइए बताओ".split())
IS_THERE = phrases(
    r"(?:hello |hi |hey |arre )*(?:is |are )?(?:there )?(?:any ?one|any ?body|some ?one)(?: (?:is|there|here|online))*",
    r"(?:hello |hi |hey |arre )*koi (?:hai|h|he|hain)(?: (?:kya|yahan|yaha|online|idhar|bhai))*", "(?:हेलो )?कोई है(?: क्या)?",
)  # fmt: skip
MOST_WORDS_OF_A_CALL = 7


@lru_cache(512)
def only_calls(text: str) -> bool:
    """Return whether a message only addresses Villy ("bhai") or announces a question ("ek baat batao")."""
    said = plain(text).strip(" ?.!,")
    words = set(words_of(said))
    if not words or len(said.split()) > MOST_WORDS_OF_A_CALL:
        return False
    if IS_THERE.fullmatch(said):
        return True
    calls, asks = words & CALLS, words & TO_ASK
    if words - CALLS - TO_ASK - AROUND or (words & TELLS_US and not asks):
        # "Bhai batao" waits for an answer
        return False
    return bool(calls) or bool(asks and words & AROUND)
