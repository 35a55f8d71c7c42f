"""Card numbers and one-time codes are taken out of a text, and the numbers that a desk lives on are not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.privacy.masking import hidden, masked


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        # Each issuer's test number, as its cards are embossed
        ("4111 1111 1111 1111", "•••• 1111"),
        ("4222222222222", "•••• 2222"),
        ("5555-5555-5555-4444", "•••• 4444"),
        ("2223 0000 4841 0010", "•••• 0010"),
        ("3782 822463 10005", "•••• 0005"),
        ("3056 930902 5904", "•••• 5904"),
        ("3530111333300000", "•••• 0000"),
        ("6011.1111.1111.1117", "•••• 1117"),
        ("6759 6498 2643 8453", "•••• 8453"),
        ("6304 0000 0000 0000 000", "•••• 0000"),
        # As people type them
        ("my card is 4111-1111-1111-1111 ok?", "my card is •••• 1111 ok?"),
        ("card:4111111111111111.", "card:•••• 1111."),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "•••• 1111"),
        ("4111 - 1111 - 1111 - 1111", "•••• 1111"),
        ("4111\u00a01111–1111−1111", "•••• 1111"),
        ("4111 11111111 1111", "•••• 1111"),
        ("मेरा कार्ड ४१११ ११११ ११११ ११११ है", "मेरा कार्ड •••• ११११ है"),
        ("card4111111111111111", "card•••• 1111"),
        ("Card No4111 1111 1111 1111", "Card No•••• 1111"),
        ("4111\n1111\n1111\n1111", "•••• 1111"),
        ("4111,1111,1111,1111 / 4111\u200b1111\u200b1111\u200b1111", "•••• 1111 / •••• 1111"),
        ("paid for order 4111 1111 1111 1111", "paid for order •••• 1111"),
        # Beside other numbers
        ("5555 5555 5555 4444 12/27 123", "•••• 4444 12/27 123"),
        ("10001 4111 1111 1111 1111", "10001 •••• 1111"),
        (
            "order VP-10001, card 4111 1111 1111 1111 cvv 123",
            "order VP-10001, card •••• 1111 cvv •••",
        ),
        ("4111 1111 1111 1111 5555 5555 5555 4444", "•••• 1111 •••• 4444"),
    ],
)
def test_a_card_number_is_hidden_but_for_its_last_digits(said, kept):
    assert masked(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        # English
        "OTP is {}", "otp:{}", "My OTP {}.", "{} is my OTP", "O.T.P. {}", "Use OTP {} to log in", "Use {} as your OTP",
        "the otp i got is {}", "OTP received on my phone is {}", "OTP for login is {}", "OTP\n{}", "OTP - {}",
        "{} is your verification code", "verification code: {}", "One-time password {}", "security code {}",
        "passcode {}", "gave the delivery boy the otp {}", "order 10001, OTP {}, phone 9876543210",
        "{} is your OTP for Rs 2,999 at SHOP. Do not share it.", "G-{} is your Google verification code",
        # Hinglish
        "mera otp {} hai", "otp aaya hai {}", "{} otp hai", "ye otp mila {}", "otp bataya {} usko",
        # Hindi
        "ओटीपी {} है", "मेरा ओटीपी है {}", "{} ओटीपी है", "वन टाइम पासवर्ड {}", "सत्यापन कोड {}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("code", ["4829", "482913", "48291347", "482 913", "482-913", "४८२९१३"])
def test_a_one_time_code_is_hidden_and_the_words_stay(said, code):
    assert masked(said.format(code)) == said.format("••••••")


@pytest.mark.parametrize("said", ["code is {}", "my code {}", "code aaya hai {}", "कोड {} है", "kod {}"])
def test_six_digits_are_a_code_also_when_they_are_only_called_so(said):
    assert masked(said.format(482913)) == said.format("••••••")
    assert masked(said.format(10001)) == said.format(10001)


@pytest.mark.parametrize(
    "said",
    [
        # Orders
        "VP-10001", "order VP-4111111111111111", "ऑर्डर नंबर VP/4111111111111111", "order VP-10001 kahan hai", "my order 10001", "order 403-7114443-2220266", "#10001", "10234 kab aayega",
        "OTP for order VP-10001 did not come", "order 10001 otp nahi aaya", "10001 ka otp nahi aaya",
        "otp nahi aaya order 10001", "10001 otp nahi mila", "order code 482913", "code 10001",
        # Phones
        "9876543210", "+91 98765 43210", "098765 43210", "+86 138 1234 5678", "+4111 1111 1111 111", "1800 123 4567",
        "otp did not come to 9876543210", "otp 98765 43210", "call 080 4567 8901 or 080 4567 8902",
        # Parcels and payments
        "AWB 7784 5390 1147", "tracking number 4111111111111111", "AWB4111111111111111", "utr 428812345678",
        "EE123456789IN", "docket no. 6011111111111117", "IMEI 356938035643809", "account 50100012345678",
        # Places, prices, times, products
        "pin code 302017", "pincode: 560001", "पिन कोड 302017", "302017 pin code", "560001 9876543210",
        "coupon code 202611", "product code 482913", "error code 500123", "otp 500 rs", "₹2,999 and 1499.00",
        "20/11/2026 10:30", "GSTIN 29ABCDE1234F1Z5",
        # One digit off, of no issuer, too long, or more numbers than one
        "4111 1111 1111 1112", "1111 1111 1111 1117", "41111111111111111111117", "50001 50002 50003",
        # The check digit fits: of no issuer, a PIN code with a phone, an order, a phone
        "2111111111111115", "560001 9876543219", "403-711444-3222029", "+4479111234565",
    ],
)  # fmt: skip
def test_numbers_of_orders_phones_parcels_and_places_stay(said):
    assert masked(said) == said


# Ids whose digits pass as a card's
IDS = [
    "0c1d2e3f-a4b5-4111-4111-111111111111",
    "41111111-1111-1111-b111-111111111111",
    "4111111111111111abcdef01",
    "4111111111111111ABCDEF0123456789",
    "4111111111111111abcdef0123456789abcdef01",
]


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize(
    "said", ["{}", "https://shop.test/o/{}?card=1", "my card failed, error id {}.", "{}.jpg", "urn:uuid:{}", "({})"]
)  # fmt: skip
def test_an_id_of_a_computer_stays_whole(said, id):
    assert masked(said.format(id)) == said.format(id)


def test_a_card_beside_an_id_is_hidden():
    said = f"{IDS[0]} 4111-1111-1111-1111 {IDS[1]}"
    assert masked(said) == f"{IDS[0]} •••• 1111 {IDS[1]}"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        # No letter, another length, letters that no id has: what a person wrote around a card
        ("00000000-4111-1111-1111-1111", "00000000-•••• 1111"),
        ("mine-4111-1111-1111-1111", "mine-•••• 1111"),
        ("4111-1111-1111-1111-abcd", "•••• 1111-abcd"),
        ("4111111111111111exp1227", "•••• 1111exp1227"),
        ("4111 1111 1111 1111abc", "•••• 1111abc"),
        ("４１１１-１１１１-１１１１-１１１１", "•••• １１１１"),
        ("4111\u00a01111\u00a01111\u00a01111", "•••• 1111"),
    ],
)
def test_letters_and_hyphens_beside_a_card_do_not_save_it(said, kept):
    assert masked(said) == kept


@pytest.mark.parametrize(
    "said", ["5 < 6 && x", "नमस्ते 👩‍👩‍👧 1️⃣2️⃣3️⃣", "no numbers", "", "١٢٣", "a\nb\r\n c  "], ids=ascii
)
def test_other_texts_come_back_exactly(said):
    assert masked(said) == said


FITTING = "6011000990139424"


@pytest.mark.parametrize(
    "said",
    [
        "AWB {}", "awb no. {}", "AWB number is {}", "tracking id: {}", "my tracking number is {}", "Delhivery {}", "Blue Dart AWB {}",
        "parcel no {}", "courier number {} please check", "docket {}", "a/c {}", "account no {}", "my account number is {}",
        "refund to account {}", "khata number {}", "khate ka number hai: transaction id {}", "UTR {}", "RRN: {}", "reference no. {}",
        "ट्रैकिंग नंबर {}", "खाता नंबर {} है", "IMEI {}", "serial number {}",
        "{} is my tracking number", "{} is the AWB", "{} (AWB)", "{} mera account number hai", "{} hai tracking number",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "number", [FITTING, "6011 0009 9013 9424", "6011-0009-9013-9424", "4111111111111111"]
)
def test_a_number_that_the_words_beside_it_explain_stays(said, number):
    assert masked(said.format(number)) == said.format(number)


@pytest.mark.parametrize(
    "said",
    [
        "{}", "my card {}", "card number {}", "card account number {}", "my parcel is late, I paid with {}", "refund my card {} please",
        "I paid by card for the order {}", "the tracking does not work. my card: {}", "account blocked, card no {}", "visa {}",
        "{} is my card number, tracking not received", "AWB is missing, debit card {}", "कार्ड नंबर {}", "tracking card number {}",
        "credit card {} and account closed", "refund ka card number {}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("number", [FITTING, "6011 0009 9013 9424"])
def test_a_card_is_hidden_whatever_else_the_sentence_speaks_of(said, number):
    assert masked(said.format(number)) == said.format("•••• 9424")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("4111 1111 1111 1111", "card"), ("my OTP is 482913", "code"), ("cvv 123", "code"), ("card 4111 1111 1111 1111 cvv 123", "card"),
        ("AWB 6011000990139424", ""), ("hello", ""), ("• one\n• two", ""), ("otp nahi aaya", ""),
    ],
)  # fmt: skip
def test_masking_tells_which_kinds_were_hidden(said, kind):
    assert hidden(masked(said)) == kind


PIECES = [
    "otp",
    "code",
    " ",
    "is",
    "4111",
    "1111",
    "482913",
    "-",
    "•",
    "है",
    "ओटीपी",
    "order ",
    "\n",
    "7",
    "cvv",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text())
def test_masking_again_changes_nothing_more(said):
    assert masked(masked(said)) == masked(said)


@pytest.mark.parametrize(
    "evil",
    [
        "4 ",
        "4",
        "1-",
        "4111 ",
        "otp is ",
        "otp 1",
        "code ",
        "1234 otp ",
        "6 order no ",
        "cvv no ",
        "  ",
        "4111111111111111abcdef01 ",
        "4111 1111 1111 1111 ",
        "4111-1111-",
    ],
)
def test_no_text_of_4000_signs_holds_up_a_thread(evil):
    began = time.thread_time()
    masked((evil * 4000)[:4000])
    assert time.thread_time() - began < 0.5
