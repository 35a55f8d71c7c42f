"""Short follow-ups that name another rule, keep what a sum was asked with, or ask what a trouble comes to."""

import pytest

from tests.chatbot.talks import answer_to

pytestmark = pytest.mark.django_db

RETURNS = "pune kitne din me aata hai aur return kaise hota hai"


@pytest.mark.parametrize(
    ("before", "asked", "told"),
    [
        (RETURNS, "aur cod?", "Cash on delivery"),
        (RETURNS, "और सीओडी?", "Cash on delivery"),
        (RETURNS, "and coupons?", "Coupons and offers"),
        (RETURNS, "or upi?", "Ways to pay"),
        ("delivery charge kitna hai", "aur cod?", "Cash on delivery"),
        ("delivery charge kitna hai", "what about upi?", "Ways to pay"),
        ("do you take cod", "and returns?", "Returning something you do not want"),
        ("do you take cod", "what about gift wrap?", "Sending a gift"),
    ],
)
def test_a_rule_named_by_a_bare_follow_up_is_told(visitor, before, asked, told):
    assert told in [source["title"] for source in answer_to(visitor, before, asked).reply["sources"]]


@pytest.mark.parametrize(
    ("before", "asked", "told"),
    [
        ("refund kitne din me aata hai", "and upi?", "When a refund arrives"),
        (RETURNS, "khula packet?", "Returning something you do not want"),
    ],
)
def test_words_of_the_rule_that_was_told_ask_it_on(visitor, before, asked, told):
    assert told in [source["title"] for source in answer_to(visitor, before, asked).reply["sources"]]


BY_UPI_AT_THE_DOOR = ["darwaze pe upi chalega", "can i pay upi to delivery boy", "दरवाज़े पर यूपीआई", "card se pay kar sakte hai darwaze pe?"]  # fmt: skip


@pytest.mark.parametrize("asked", BY_UPI_AT_THE_DOOR)
def test_paying_the_courier_by_upi_is_told_from_the_rule_for_cash(visitor, asked):
    assert "QR" in answer_to(visitor, asked).text
    assert "QR" in answer_to(visitor, "cod hai kya", asked).text


@pytest.mark.parametrize("asked", BY_UPI_AT_THE_DOOR)
def test_nothing_is_to_pay_at_the_door_for_a_paid_order(customer, asked):
    answer = answer_to(customer, "order kab aayega", asked)
    assert answer.rule == "paying_the_courier"
    assert answer.reply["order"]["number"] == "VP-10266"
    assert "₹956" in answer.text


@pytest.mark.parametrize(
    ("before", "asked", "told"),
    [
        ("3 ghee ka total kitna hoga cod me", "and 4?", "₹3,000 se zyada"),
        ("2 gir cow ghee with cod total?", "and 4?", "more than ₹3,000"),
        ("2 honey cod total", "4 kar do", "₹1,826"),
        ("3 ghee cod total", "add one honey", "more than ₹3,000"),
        ("2 honey total with welcome10", "and 3?", "₹1,247"),
    ],
)
def test_a_changed_sum_keeps_what_it_was_asked_with(visitor, before, asked, told):
    assert told in answer_to(visitor, before, asked).text


def test_a_sum_without_cash_says_nothing_of_cash(visitor):
    assert "Cash" not in answer_to(visitor, "2 honey total", "and 4?").text


@pytest.mark.parametrize("asked", ["welcome10 lagega isme", "can i use WELCOME10 on this?", "WELCOME10", "isme coupon chalega?"])  # fmt: skip
@pytest.mark.parametrize("between", [[], ["cod milega?"]])
def test_a_gift_box_takes_no_coupon(visitor, between, asked):
    answer = answer_to(visitor, "do you have gift box", *between, asked)
    assert answer.rule == "the_coupon_for_it"
    assert "Festive Pantry Box" in answer.text


def test_the_code_of_the_coupon_names_the_coupon(visitor):
    assert "₹100" in answer_to(visitor, "welcome10 lagega isme").text
    assert "₹449" in answer_to(visitor, "honey hai?", "cod milega?", "welcome10 lagega isme").text


@pytest.mark.parametrize("asked", ["any other coffee?", "koi aur coffee hai?", "और कोई कॉफी है?", "koi dusri coffee"])  # fmt: skip
def test_the_only_one_of_its_kind_is_told_so_and_where_to_be_told(visitor, asked):
    answer = answer_to(visitor, "do you have filter coffee", asked)
    assert answer.rule == "the_only_one"
    assert "Tell me" in answer.text


def test_others_of_a_kind_are_still_told(visitor):
    assert "Mango Pickle" in answer_to(visitor, "lemon pickle hai?", "any other pickle?").text
    assert "2 ×" in answer_to(visitor, "assam tea", "another tea add karo").text


@pytest.mark.parametrize("asked", ["kab tak aa jayegi", "when will it come then", "to kab milega", "कब तक आएगा"])  # fmt: skip
def test_when_it_comes_is_asked_of_what_did_not_come(customer, asked):
    answer = answer_to(customer, "papad nahi aaya parcel me", asked)
    assert answer.rule == "what_happens_now"
    assert "2 working days" in answer.text or "2 कार्य दिवस" in answer.text
    assert answer_to(customer, "one packet is missing from my box", asked).rule == "what_happens_now"


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ("how many days to reach there", "6–8"),
        ("kitne din lagenge wahan", "6–8"),
        ("वहां कितने दिन लगेंगे", "6–8"),
        ("when will it reach there", "6–8"),
        ("and how many days to mumbai", "2–3"),
    ],
)
def test_days_beside_a_new_address_are_those_to_that_place(customer, asked, days):
    answer = answer_to(customer, "i want to change my delivery address to guwahati", asked)
    assert days in answer.text
    assert "VP-10266" in answer.text
    assert answer.reply["offerAgent"]


SET = ["शहद जम गया है क्या खराब हो गया", "honey jam gaya hai kya ye nakli hai", "my honey has set hard, is it spoiled", "gud ke powder me gaanth pad gayi kharab to nahi", "lumps in jaggery powder is it ok", "गुड़ में गांठ पड़ गई", "ghee jam gaya hai kharab hai?"]  # fmt: skip


@pytest.mark.parametrize("asked", SET)
@pytest.mark.parametrize("follow_up", ["नकली तो नहीं है", "kaise nikalu", "to kya karu", "can i eat it?", "गांठ कैसे निकालें"])  # fmt: skip
def test_what_sets_by_nature_is_told_so_and_asked_on(customer, asked, follow_up):
    answer = answer_to(customer, asked)
    assert answer.rule == "has_set"
    assert not answer.reply["offerAgent"]
    assert answer_to(customer, follow_up).rule == "asked_on"


def test_what_to_do_with_set_honey_is_the_warm_water_and_nothing_of_ghee(visitor):
    text = answer_to(visitor, "honey jam gaya hai kya", "what should i do then").text
    assert "warm, not hot" in text
    assert "Ghee" not in text


@pytest.mark.parametrize(
    ("asked", "follow_up"),
    [
        ("honey has become solid is it spoiled", "how to make it liquid again"),
        ("honey jam gaya", "isko pighlau kaise"),
        ("ghee has grains in it is that normal", "how to melt it"),
    ],
)
def test_how_to_undo_a_natural_change_stays_with_that_product(visitor, asked, follow_up):
    assert answer_to(visitor, asked, follow_up).rule == "asked_on"


@pytest.mark.parametrize("told", ["honey smells bad", "honey jar broken", "keeda nikla gud me", "gud me kaale dane hai", "honey jam gaya hai aur khatta lag raha hai", "mustard oil jam gaya hai", "honey jam gaya mujhe refund chahiye"])  # fmt: skip
def test_what_is_wrong_or_written_nowhere_is_not_told_to_be_natural(visitor, told):
    assert answer_to(visitor, told).rule not in ("has_set", "asked_on")


LAST_CAME = ["last order kab aaya tha", "mera pichla order kab mila tha", "when did my last order arrive", "आखिरी ऑर्डर कब आया था", "when was my last order delivered"]  # fmt: skip


@pytest.mark.parametrize("asked", LAST_CAME)
@pytest.mark.parametrize("before", [[], ["mera order kaha hai"]])
def test_the_last_order_that_came_is_the_last_delivered(customer, before, asked):
    assert answer_to(customer, *before, asked).reply["order"]["number"] == "VP-10264"


def test_the_last_order_that_is_to_come_is_the_one_on_its_way(customer):
    assert answer_to(customer, "last order kab aayega").reply["order"]["number"] == "VP-10266"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("2 masala, guwahati. total aur kitne din", ("₹547", "6–8")),
        ("2 masala makhana guwahati total and how many days", ("₹547", "6–8")),
        ("3 honey to mumbai, total and days?", ("₹1,347", "2–3")),
        ("2 packet chahiye pune me, kul kitna aur kitne din lagenge", ("₹547", "2–3")),
        ("2 मसाला मखाना गुवाहाटी, कुल कितना और कितने दिन", ("₹547", "6–8")),
    ],
)
def test_a_sum_and_the_days_to_a_place_are_both_told(visitor, asked, told):
    text = answer_to(visitor, "masala makhana hai?", asked).text
    assert all(each in text for each in told), text


@pytest.mark.parametrize("asked", ["can you apply it now", "ab laga do", "अब लगा दो", "please add it to my order now"])  # fmt: skip
def test_a_forgotten_coupon_is_not_added_to_a_placed_order(visitor, asked):
    answer = answer_to(visitor, "i forgot to apply coupon", asked)
    assert answer.rule == "a_forgotten_coupon"
    assert answer.text.startswith(("No", "Nahi", "नहीं"))
    assert "WELCOME10" not in answer.text


def test_a_coupon_is_applied_in_the_cart_where_no_order_was_placed(visitor):
    assert answer_to(visitor, "any coupons?", "can you apply it now").rule != "a_forgotten_coupon"


@pytest.mark.parametrize("asked", ["to kya karu", "what should i do then", "ab kya karu", "so what do i do"])  # fmt: skip
@pytest.mark.parametrize(("trouble", "step"), [("otp nahi aa raha", "spam"), ("my order is late", "order page")])  # fmt: skip
def test_what_to_do_is_told_by_the_rule_before(visitor, trouble, step, asked):
    answer = answer_to(visitor, trouble, asked)
    assert answer.rule == "what_to_do_then"
    assert step in answer.text.casefold()


@pytest.mark.parametrize("asked", ["ab kya karu", "what should i do then"])
def test_what_to_do_is_told_by_the_rule_of_a_flow(visitor, asked):
    answer = answer_to(visitor, "what if i am not home when courier comes", asked)
    assert answer.rule == "what_to_do_then"
    assert "SMS" in answer.text


@pytest.mark.parametrize("asked", ["mera order kaha hai", "where is my order", "mera parcel kahan hai"])
@pytest.mark.parametrize("told", ["papad nahi aaya parcel me", "one packet is missing from my box"])
def test_where_an_order_is_beside_an_issue_is_no_detail_of_it(customer, told, asked):
    assert answer_to(customer, told, asked).reply["order"]["number"] == "VP-10266"


@pytest.mark.parametrize("asked", ["kab tak valid hai", "what can be done now"])
def test_a_coupon_that_is_open_keeps_its_own_rule(visitor, asked):
    answer = answer_to(visitor, "i forgot to apply coupon", asked)
    assert [source["title"] for source in answer.reply["sources"]] == ["Coupons and offers"]


@pytest.mark.parametrize(
    ("before", "asked", "told"),
    [
        ("do you have filter coffee", "kuch aur hai kya iske jaisa", "Assam CTC Tea"),
        ("lemon pickle", "इसके जैसा कुछ", "Mango Pickle"),
    ],
)
def test_something_like_it_is_what_is_in_stock_on_its_shelf(visitor, before, asked, told):
    assert told in answer_to(visitor, before, asked).text
