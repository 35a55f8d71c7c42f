"""What a turn of a talk is for, read with the turns before it: learnt from `data/talks`."""

import pytest

from chatbot.dialogue.rules import second_look
from chatbot.nlu import dialogue_acts
from chatbot.nlu.dialogue_acts import Before
from chatbot.nlu.softmax import Softmax

# Read so that no other act is taken for them; the rules answer them as they are
LEFT_TO_THE_RULES = {
    "yes", "no", "several", "issue.next", "issue.money", "issue.drop", "issue.payment", "issue.account", "issue.coupon", "issue.complaint", "order.list", "order.again",
    "product.list", "product.compare", "product.choose", "product.purity", "product.health", "product.buy", "product.sum", "product.fact", "rule.privacy", "rule.how_to_order",
    "self.how_know", "chat.bye", "chat.language", "chat.repeat", "chat.off_topic",
}  # fmt: skip


def best(text: str, *before: str, has_issue: bool = False) -> str:
    chances = dialogue_acts.read(text, Before(*before, has_issue=has_issue) if before else Before())
    return max(chances, key=chances.__getitem__)


@pytest.mark.parametrize(
    ("text", "before", "act"),
    [
        ("kitna charge", "rule.delivery_area", "rule.delivery_cost"),
        ("kitna charge", "rule.cod", "rule.cod"),
        ("the pickle one?", "order.state", "order.state"),
        ("aur wo achar wala", "order.state", "order.state"),
        ("kitne din chalega", "product.price", "product.shelf_life"),
    ],
)
def test_the_same_words_mean_what_the_turn_before_makes_of_them(text, before, act):
    assert best(text, before) == act


def test_a_story_is_no_act():
    assert dialogue_acts.read("kitne ka hai " * 15, Before()) == {}


def test_the_talk_so_far_knows_two_turns_and_whether_something_is_wrong():
    talk = dialogue_acts.after(dialogue_acts.after(Before(), "issue.damaged"), "rule.damaged")
    assert talk == Before("rule.damaged", "issue.damaged", True)
    assert dialogue_acts.after(talk, "issue.drop") == Before("issue.drop", "rule.damaged", False)


def test_every_act_of_the_talks_has_an_answer_or_is_left_to_the_rules():
    acts = {turn.act for turn in dialogue_acts.turns()}
    assert acts == {*second_look.ANSWERS, *LEFT_TO_THE_RULES}
    assert not LEFT_TO_THE_RULES & set(second_look.ANSWERS)


def test_the_model_is_of_the_talks_and_reads_most_that_it_has_not_seen():
    facts = Softmax(dialogue_acts.MODEL_FILE.read_bytes()).facts
    assert facts["digest"] == dialogue_acts.digest(), "run manage.py train_villy"
    assert facts["right"]["all"] >= 0.65


def test_talks_are_parted_by_an_empty_line_and_a_turn_with_two_acts_is_several(tmp_path):
    lines = [
        "# a comment",
        "order.state\twhere is it",
        "order.state + rule.returns\tand can it go back",
        "",
        "chat.greet\thi",
    ]
    (tmp_path / "some.txt").write_text("\n".join(lines), encoding="utf-8")
    first, second, third = dialogue_acts.turns(tmp_path)
    assert (first.text, first.act, first.before) == ("where is it", "order.state", Before())
    assert (second.act, second.before) == (dialogue_acts.SEVERAL, Before("order.state"))
    assert (third.before, third.talk) == (Before(), "some:1")
