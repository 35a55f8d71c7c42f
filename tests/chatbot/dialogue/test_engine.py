"""Villy's policy, rule by rule. Whole conversations are in `dialogues/`."""

import pytest

from chatbot import wording as replies
from chatbot.dialogue import policy
from chatbot.models import Article, Chat
from chatbot.nlu import classifier
from chatbot.nlu.cues import trigger_phrases
from chatbot.sources import articles
from tests import factories


@pytest.fixture
def chat(priya):
    return Chat.objects.create(person=priya)


@pytest.fixture
def understood(monkeypatch):
    """`understood(intent=...)` lets the classifier say just that, whatever the words are."""

    def says(**told):
        usual = {
            "intent": "out_of_scope", "confidence": 0.9, "is_issue": False, "oos_score": 0.1,
            "priority": "medium", "category": "other",
        }  # fmt: skip
        monkeypatch.setattr(classifier, "classify", lambda text: usual | told)

    return says


@pytest.fixture
def nearest(monkeypatch):
    """`nearest(0.6)` lets the library find its one article with that score."""
    article = factories.article()

    def found(score):
        passages = [articles.Passage(article, score)]
        monkeypatch.setattr(articles.Library, "near", lambda library, text, limit=3, nearer=None: passages)

    return found


# --- Act, confirm, ask ---------------------------------------------------------


@pytest.mark.parametrize(
    ("intent", "confidence", "priority", "rule"),
    [
        # Nothing in the words says so: a person, and no flow of an order
        ("cancel_order", 0.56, "medium", "an_issue"),
        ("cancel_order", 0.92, "medium", "a_flow"),
        ("cancel_order", 0.54, "medium", "perhaps_an_issue"),
        ("cancel_order", 0.1, "medium", "perhaps_an_issue"),
        # Which trouble it is may be open; and urgency does not wait
        ("item_problem", 0.4, "high", "an_issue"),
        ("cancel_order", 0.1, "urgent", "an_issue"),
    ],
)
def test_an_issue_is_acted_on_when_sure_and_asked_about_when_not(
    chat, understood, intent, confidence, priority, rule
):
    understood(intent=intent, confidence=confidence, is_issue=True, priority=priority, category="order")
    reply = policy.answer(chat, "zzz yyy")
    assert reply.rule == rule
    assert (reply.offer_agent, reply.category, reply.priority) == (True, "order", priority)


@pytest.mark.parametrize(
    ("intent", "text"),
    [("item_problem", "zzz broken"), ("delivery_delay", "zzz late"), ("cancel_order", "zzz cancel")],
)
def test_a_flow_begins_where_a_sign_of_it_stands_in_the_message(chat, understood, intent, text):
    understood(intent=intent, confidence=0.56, is_issue=True, priority="medium", category="order")
    assert policy.answer(chat, text).rule == "a_flow"
    # ... and neither a flow nor an issue where a later message is only guessed to be one
    chat.memory = {}
    assert policy.answer(chat, "zzz yyy").rule == "an_issue"
    chat.memory = {"last": "hello"}
    assert policy.answer(chat, "zzz yyy").rule == "i_do_not_know"


@pytest.mark.parametrize(
    ("score", "rule"), [(0.56, "an_article"), (0.45, "perhaps_an_article"), (0.39, "i_do_not_know")]
)
def test_an_article_is_told_when_sure_confirmed_when_likely_and_else_only_named(
    chat, understood, nearest, score, rule
):
    understood(intent="refund_return", confidence=0.7, category="refund")
    nearest(score)
    reply = policy.answer(chat, "zzz yyy")
    body = "Sealed packs may come back within 7 days."
    assert reply.rule == rule
    assert (body in reply.text) == (rule != "i_do_not_know")
    assert reply.text.startswith(replies.say("perhaps_article")) == (rule == "perhaps_an_article")
    if rule == "i_do_not_know":
        assert reply.suggestions == ["Returns"]
        assert reply.offer_agent


def test_a_sure_out_of_scope_beats_a_likely_article_and_a_doubtful_one_does_not(chat, understood, nearest):
    nearest(0.8)
    understood(intent="out_of_scope", confidence=0.9)
    assert policy.answer(chat, "zzz yyy").rule == "beyond_the_shop"
    understood(intent="out_of_scope", confidence=0.4)
    assert policy.answer(chat, "zzz yyy").rule == "an_article"


def test_every_answer_from_a_source_names_it_and_asks_whether_it_helped(chat, priya):
    factories.article()
    factories.makhana()
    factories.order(priya)
    for text, kind in [
        ("how do i return", "article"),
        ("peri peri makhana", "product"),
        ("VP-10001", "order"),
    ]:
        reply = policy.answer(chat, text).as_dict()
        assert [source["type"] for source in reply["sources"]] == [kind]
        assert reply["sources"][0]["title"]
        assert reply["asksHelp"]
    for text in ["hi", "what is the capital of france", "talk to a human"]:
        reply = policy.answer(chat, text).as_dict()
        assert (reply["sources"], reply["asksHelp"]) == ([], False)


# --- At once ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("i want to talk to a human", "human"),
        ("kisi insaan se baat karao", "human"),
        ("mujhe manager se baat karni hai", "human"),
        ("मुझे किसी व्यक्ति से बात करनी है", "human"),
        ("found a piece of glass in the namkeen", "safety"),
        ("my son was hospitalised after eating this", "safety"),
        ("namkeen me keeda nikla", "safety"),
        ("खाने के बाद उल्टी हो रही है", "safety"),
        ("चिप्स में कीड़ा मिला", "safety"),
        ("an unauthorised transaction on my card", "fraud"),
        ("kisi ne otp manga tha", "fraud"),
        ("someone from your company called and was asking me for the otp", "fraud"),
        ("maine kisi ko apna otp bta diya", "fraud"),
        ("someone from your company called. i never got the otp", ""),
        ("मेरे साथ धोखाधड़ी हुई", "fraud"),
        ("i will go to consumer court", "legal"),
        ("main case kar dunga", "legal"),
        ("your website is down since morning", "outage"),
        ("app nahi khul raha", "outage"),
        ("मैं पुलिस में जाऊँगा", "legal"),
        ("worst company", "anger"),
        ("WHERE IS MY REFUND NOW!", "anger"),
        ("बकवास", "anger"),
        # The graver reason counts
        ("worst company, my child is vomiting, i want to talk to a human", "safety"),
        # Words that only look like it
        ("deliver to the city hospital, gate 2", ""),
        ("payment fir karunga", ""),
        ("honey ki kaanch ki bottle aati hai ya plastic", ""),
        ("i talked to somebody nice, thanks", ""),
        ("IS COD AVAILABLE", ""),
        ("fir order karna hai", ""),
        ("humanity", ""),
    ],
)
def test_some_words_need_no_classifier(text, reason):
    assert trigger_phrases.reason(text) == reason


@pytest.mark.parametrize("text", ["talk to a human", "food poisoning", "consumer court", "otp manga"])
def test_trigger_phrases_come_before_the_classifier(chat, understood, text):
    understood(intent="greeting", confidence=1.0, priority="low")
    reply = policy.answer(chat, text)
    assert (reply.rule, reply.offer_agent) == ("a_person_at_once", True)
    assert (reply.priority == "urgent") == (text != "talk to a human")


def test_anger_offers_a_person_beside_an_answer(chat):
    factories.makhana()
    reply = policy.answer(chat, "pathetic site, just tell me the price of peri peri makhana")
    assert reply.products
    assert reply.offer_agent


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("yes", "yes"),
        ("Haan ji", "yes"),
        ("yes it did, thanks", "yes"),
        ("that helped", "yes"),
        ("हाँ", "yes"),
        ("no", "no"),
        ("nahi", "no"),
        ("no thanks", "no"),
        ("did not help", "no"),
        ("काम नहीं आया", "no"),
        ("no refund yet", ""),
        ("yes the box was torn", ""),
        ("where is my order", ""),
        ("", ""),
    ],
)
def test_a_short_answer_is_a_yes_or_a_no_and_a_sentence_is_neither(text, verdict):
    assert trigger_phrases.verdict(text) == verdict


# --- From turn to turn -------------------------------------------------------------


def test_after_five_turns_a_person_is_offered_and_said_so_once(chat):
    factories.article()
    said = [policy.answer(chat, "how do i return") for _ in range(7)]
    assert [reply.offer_agent for reply in said] == [False] * 4 + [True] * 3
    assert [replies.say("long_talk") in reply.text for reply in said] == [False] * 4 + [True] + [False] * 2


@pytest.mark.parametrize("word", ["yes", "thanks a lot"])
def test_a_that_helped_resets_the_count(chat, word):
    factories.article()
    for text in ["how do i return"] * 4 + [word] + ["how do i return"] * 4:
        assert not policy.answer(chat, text).offer_agent
    assert policy.answer(chat, "how do i return").offer_agent


def test_greetings_are_no_turns(chat):
    factories.article()
    for text in ["hi"] * 6 + ["how do i return"] * 4:
        assert not policy.answer(chat, text).offer_agent


def test_misunderstood_twice_in_a_row_villy_says_so_and_the_third_time_starts_over(chat, understood):
    understood(intent="refund_return", confidence=0.2)
    first, second = (policy.answer(chat, "zzz yyy") for _ in range(2))
    assert (first.text, second.text) == (replies.say("unknown_alone"), replies.say("unknown_again"))
    understood(intent="greeting", confidence=1.0)
    policy.answer(chat, "zzz yyy")
    understood(intent="refund_return", confidence=0.2)
    assert policy.answer(chat, "zzz yyy").text == first.text


@pytest.mark.parametrize(
    ("said", "rule"), [("yes", "offered"), ("haan bilkul tuta hai", "offered"), ("no", "")]
)
def test_is_something_wrong_is_answered(chat, understood, said, rule):
    understood(intent="cancel_order", confidence=0.4, is_issue=True, category="order")
    policy.answer(chat, "zzz yyy")
    understood(intent="thanks_bye", confidence=0.4)
    reply = policy.answer(chat, said)
    assert reply.rule == "an_answer_to_our_question"
    assert (reply.offer_agent, reply.category) == ((True, "order") if rule else (False, None))


def test_a_question_of_ours_is_answered_at_once_or_forgotten(chat, understood):
    understood(intent="cancel_order", confidence=0.4, is_issue=True, category="order")
    policy.answer(chat, "zzz yyy")
    understood(intent="greeting", confidence=1.0)
    policy.answer(chat, "hi")
    assert policy.answer(chat, "yes").rule == "small_talk"


def test_priority_never_falls_within_a_chat(chat, understood):
    for told, priority in [("high", "high"), ("urgent", "urgent"), ("medium", "urgent"), ("low", "urgent")]:
        understood(intent="payment_problem", is_issue=True, priority=told, category="payment")
        assert policy.answer(chat, "zzz yyy").priority == priority
    assert chat.memory["issue"]["priority"] == "urgent"


# --- Language -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "text", "language"),
    [
        ("en", "mera order kab aayega", "hinglish"),
        ("en", "मेरा ऑर्डर कहाँ है", "hi"),
        ("hinglish", "where is my order please", "en"),
        ("hi", "mera order kab aayega", "hinglish"),
        # What says nothing about the language keeps it
        ("hi", "VP-10266", "hi"),
        ("hi", "ok", "hi"),
        ("hinglish", "👍", "hinglish"),
        ("hinglish", "refund?", "hinglish"),
        ("hi", "Returns", "hi"),
    ],
)
def test_the_answer_is_in_the_language_of_the_question(chat, before, text, language):
    factories.article()
    chat.language = before
    policy.answer(chat, text)
    assert chat.language == language


def test_an_article_without_a_translation_is_told_in_english(chat):
    factories.article(body_hi="7 दिन में।")
    assert policy.answer(chat, "वापसी कैसे करें").text == "7 दिन में।"
    Article.objects.get().save()
    assert policy.answer(chat, "return kaise kare").text == "Sealed packs may come back within 7 days."


def test_every_wording_is_there_in_three_languages_with_the_same_gaps():
    for key, wording in replies._wording().items():
        assert set(wording) == set(replies.LANGUAGES), key
        gaps = {language: sorted(replies.gaps(line)) for language, line in wording.items()}
        assert gaps["en"] == gaps["hinglish"] == gaps["hi"], key


# --- A change is known at once -------------------------------------------------------


def test_an_article_that_was_written_just_now_is_told(chat):
    assert policy.answer(chat, "do you have a loyalty programme").rule != "an_article"
    factories.article(
        "loyalty", "Loyalty points", "One point a rupee.", also_asked="loyalty programme\nreward points"
    )
    assert policy.answer(chat, "do you have a loyalty programme").text.endswith("One point a rupee.")
    article = Article.objects.get(slug="loyalty")
    article.is_active = False
    article.save()
    assert "One point" not in policy.answer(chat, "do you have a loyalty programme").text


def test_a_message_costs_a_handful_of_queries(chat, priya, django_assert_max_num_queries):
    factories.makhana()
    factories.article()
    for place in range(60):
        factories.order(priya, f"VP-1{place:04}")
    policy.answer(chat, "hi")
    for text in ["how do i return", "makhana", "where is my order", "VP-10007", "the box was torn"]:
        with django_assert_max_num_queries(6):
            policy.answer(chat, text)
