# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""The sentence of a product's own text that has the words of a question."""

from collections.abc import Sequence

from chatbot.models import Product
from chatbot.nlu.cues.turn_cues import words_of

from . import foods, product_facts
from .foods import Food
from .product_words import GENERIC, SHOPPING

# What asks for the contents of a product and names nothing by itself
AROUND = set(
    "hai h hain ho hota hoti hote hotey hogi hoga dala dali dale dalte daalte daala daali pada padi padta mila mili mile milaya milayi milate milaate milati milta mixed mix mixing mein main me m "
    "added add adding adds put puts using use used uses koi kuch bhi to toh kya na wala wali wale vala vali wo woh ye yeh is there are does do did you u it in this that them they these isme ismein usme "
    "usmein iska iski iske uska uski uske ki ke ka se ko ya or and aur n with have has having had contain contains containing the a an some any your ur aap aapka aapki log kar karte karo ji bhai yaar please bata batao "
    "bataiye do extra only sirf just inside also too really actually much what kitna kitni kitne of from made make making bana bani bane banta banti banate by comes come made for lagaya laga hua "
    "ingredients ingredient ok acha accha aapke apke ho kis se no not nahi nahin nhi bina without free "
    "है हैं हो होता होती डाला डाली डालते मिला मिलाते मिलाया कोई कुछ भी तो क्या ना वाला वाली में इसमें उसमें का की के से या और नहीं बिना".split()
)
LEAST_LETTERS = 4
# They are asked with, and say nothing of the product
EVERYDAY = (
    AROUND
    | SHOPPING
    | GENERIC
    | set(
        "कौन सा सी सबसे कितना कितने कितनी कब कैसे रहता चलता चलती वाला khana khane khani khaya achi acchi achhi lagegi lagega lagta lagti kiya kiye karke hue hui sakega hote chalta chalti chalte chalega chalegi rehta rehti tikta tikti lasts last when where which who whose why how long many kaise kaisa kaisi kab kahan kyun kyu time days months matlab meaning means mean kaun kaunsa kis chahiye sakte sakta sakti hoga karna karke jab tab agar "
        "good best nice better well little even every before after than then only like want need take takes know tell show give said made make "
        "ready keep keeps kept eat drink cook cooked cooking easy right today tomorrow please thanks order delivery price rate milk home shop".split()
    )
)


def sentence_of(product: Product, said: str, with_names: bool = False) -> str:
    """Return the sentence of a product's text that has the most of the words of a question; "" for none.

    Words of its name count only where their meaning is asked.
    """
    names = set() if with_names else names_of([product]) | set(words_of(product.category or ""))
    # "Ghee roasted makhana" is one of its names, and "roasted hai?" still asks how it is made
    of_food = [
        food for food in foods.named_in(said) if not food.is_content or not set(words_of(food.said)) & names
    ]
    words = {
        word
        for word in words_of(foods.without(said))
        if len(word) >= LEAST_LETTERS and word not in EVERYDAY and word not in names
    }
    if not (of_food or words):
        return ""
    best, count = best_sentence((product.description, product.ingredients), of_food, words)
    # "Roti soft banegi" is not answered by what says "roti" alone
    return best if 2 * count > len(of_food) + len(words) else ""


def _stands_in(word: str, sentence: str) -> bool:
    """Return whether a sentence has a form of the word: "shell" in "shelled"."""
    stem = word.removesuffix("'s").removesuffix("s").removesuffix("ed")
    stem = stem if len(stem) >= LEAST_LETTERS else word
    return any(
        each.startswith(stem) or each.removesuffix("s").endswith(stem) for each in words_of(sentence)
    )


def best_sentence(texts: Sequence[str | None], asked: list[Food], words: set[str]) -> tuple[str, int]:
    best, most = "", 0
    for text in texts:
        for each in product_facts.SENTENCE.findall(text or ""):
            present = product_facts.without_absent(each)
            count = sum(food.stands_in(present) for food in asked) + sum(
                _stands_in(word, each) for word in words
            )
            if count > most:
                best, most = each.strip(" ;"), count
    return best, most


def names_of(products: list[Product]) -> set[str]:
    return {word for product in products for name in product.names for word in words_of(name)}
