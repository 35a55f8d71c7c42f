"""The page of figures: containment is not resolution."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from chatbot import conversations, handover
from chatbot.demo import loader
from chatbot.dialogue import policy
from chatbot.learning import figures
from chatbot.learning.figures import Line, Opened, Talk
from chatbot.models import Chat, ChatMessage
from tests import factories
from tests.pages import page
from tickets.models import Person

pytestmark = pytest.mark.all_engines

# Ten in the morning in India
MONDAY = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def told(chat, *answers, at=MONDAY, step=MINUTE) -> list[Line]:
    """A question and an answer for each: ("an_article", True) is a rule and what "Did this help?" brought."""
    lines = []
    for rule, helped in answers:
        intent = "unknown" if rule == "i_do_not_know" else "product_query"
        lines += [Line(chat, "customer", "", "", None, at), Line(chat, "ai", intent, rule, helped, at)]
        at += step
    return lines


def count(lines, talks=None, tickets=None) -> figures.Count:
    """Everything together, whatever the day."""
    talks = talks or {line.chat: Talk(f"person of {line.chat}", None) for line in lines}
    total = figures.Count()
    ordered = sorted(lines, key=lambda line: line.at)
    for day in figures.counted(ordered, talks, tickets or {}).values():
        total.add(day)
    return total


def test_questions_and_answers_are_counted_with_what_was_said_of_them():
    lines = told(
        "c", ("an_article", True), ("an_article", False), ("i_do_not_know", None), ("small_talk", None)
    )
    found = count(lines)
    assert (found.asked, found.answered, found.helped, found.not_helped) == (4, 3, 1, 1)


@pytest.mark.parametrize(
    ("last", "abandoned"),
    [
        (("an_article", None), 0),
        (("an_article", True), 0),
        (("small_talk", None), 0),
        (("an_article", False), 1),
        (("i_do_not_know", None), 1),
        (("an_issue", None), 1),
        (("a_person_at_once", None), 1),
    ],
)
def test_a_customer_who_leaves_after_an_offer_or_no_answer_was_not_helped(last, abandoned):
    found = count(told("c", ("an_article", None), last))
    assert (found.visits, found.abandoned, found.resolved) == (1, abandoned, 1 - abandoned)
    # No human was needed, says containment; it does not say that anything was solved
    assert found.containment == 1
    assert found.resolution == 1 - abandoned


def test_a_question_that_got_no_answer_at_all_is_abandoned():
    assert count([Line("c", "customer", "", "", None, MONDAY)]).abandoned == 1


def test_a_visit_that_became_a_ticket_was_handed_off_and_not_abandoned():
    lines = told("c", ("an_issue", None))
    opened = {"t": Opened("priya", MONDAY + 2 * MINUTE)}
    found = count(lines, {"c": Talk("priya", "t")}, opened)
    assert (found.handed_off, found.abandoned, found.came_back, found.resolved) == (1, 0, 0, 0)
    assert (found.containment, found.resolution) == (0, 0)


@pytest.mark.parametrize(
    ("after", "visits", "came_back"),
    [(3 * HOUR, 1, 0), (5 * HOUR, 2, 1), (70 * HOUR, 2, 1), (73 * HOUR, 2, 0)],
)
def test_coming_back_within_72_hours_is_no_resolution(after, visits, came_back):
    lines = told("c", ("an_article", True)) + told("c", ("an_article", True), at=MONDAY + after)
    found = count(lines)
    assert (found.visits, found.came_back, found.resolved) == (visits, came_back, visits - came_back)


def test_a_ticket_by_another_door_is_coming_back_too():
    lines = told("c", ("an_article", None))
    opened = {"t": Opened("priya", MONDAY + 20 * HOUR)}
    found = count(lines, {"c": Talk("priya", None)}, opened)
    assert (found.handed_off, found.came_back, found.resolved) == (0, 1, 0)


def test_coming_back_is_of_the_person_and_not_of_the_chat():
    lines = told("a", ("an_article", None)) + told("b", ("an_article", None), at=MONDAY + 10 * HOUR)
    same = {"a": Talk("priya", None), "b": Talk("priya", None)}
    assert count(lines, same).came_back == 1
    assert count(lines, {"a": Talk("priya", None), "b": Talk("vikram", None)}).came_back == 0


def test_a_day_is_the_shops_day():
    # 19:00 in London is half past midnight in India, on the next day
    late = datetime(2026, 3, 2, 19, 0, tzinfo=UTC)
    talks = {"c": Talk("priya", None)}
    assert list(figures.counted(told("c", ("small_talk", None), at=late), talks, {})) == [date(2026, 3, 3)]


def test_without_visits_there_is_no_share():
    assert (figures.Count().containment, figures.Count().resolution) == (None, None)


# --- From the database ---------------------------------------------------------------


def test_the_report_is_of_what_was_really_said(priya, vikram, asha):
    factories.article()
    helped = conversations.ask(priya, "how do i return")
    conversations.say_helped(priya, helped.pk, True)
    conversations.ask(vikram, "the box was torn")
    handover.open_ticket(vikram)
    report = figures.report()
    assert len(report.days) == figures.DAYS
    (today, now), total = report.days[0], report.total
    assert today == timezone.localdate()
    assert now == total
    assert (total.asked, total.answered, total.helped, total.visits) == (2, 2, 1, 2)
    assert (total.handed_off, total.resolved, total.containment, total.resolution) == (1, 1, 0.5, 0.5)


@pytest.mark.engines
def test_chats_older_than_the_page_are_not_counted(priya):
    conversations.ask(priya, "hi")
    old = timezone.now() - timedelta(days=figures.DAYS + 1)
    ChatMessage.objects.update(created_at=old)
    Chat.objects.update(updated_at=old)
    assert figures.report().total == figures.Count()


def test_the_cost_is_bounded_and_the_page_says_where_it_begins(
    priya, monkeypatch, django_assert_num_queries
):
    for _ in range(3):
        conversations.ask(priya, "hi")
    with django_assert_num_queries(3):
        assert figures.report().begins is None
    monkeypatch.setattr(figures, "MOST", 4)
    with django_assert_num_queries(3):
        report = figures.report()
    assert report.total.asked == 2
    assert report.begins == ChatMessage.objects.order_by("created_at")[2].created_at


def test_staff_reads_both_shares_by_day_and_in_all(browse, meera, priya):
    conversations.ask(priya, "hi")
    table = page(browse(meera).get("/admin/chatbot/example/figures/")).one("table", id="result_list")
    total, today = ([cell.text for cell in row.all("td")] for row in table.one("tbody").all("tr")[:2])
    assert total == today == ["1", "1", "0", "0", "1", "0", "0", "0", "100%", "100%"]
    assert len(table.one("tbody").all("tr")) == figures.DAYS + 1
    assert [cell.text for cell in table.all("tr")[3].all("td")][-2:] == ["–", "–"]


# --- Why he handed over, and what became of it -------------------------------


def visit(*answers, handed_off=False, came_back=False) -> figures.Visit:
    """One visit: (rule, intent) of each of Villy's lines, or with what was said of it and the flow that ran."""
    lines = [
        Line("c", "ai", intent, rule, *(more or (None,))[:1], MONDAY, *more[1:])
        for rule, intent, *more in answers
    ]
    return figures.Visit("p", lines, handed_off=handed_off, came_back=came_back)


def test_a_visit_is_about_the_last_intent_that_is_no_small_talk():
    assert visit(("a_flow", "cancel_order"), ("small_talk", "thanks_bye")).about == "cancel_order"
    assert visit(("small_talk", "greeting")).about == "small talk"


def test_outcomes_are_counted_by_what_the_visits_were_about():
    seen = [
        visit(("a_flow", "cancel_order"), handed_off=True),
        visit(("a_flow", "cancel_order"), came_back=True),
        visit(("an_article", "product_query")),
    ]
    cancelled, asked = figures.outcomes(seen)
    assert (cancelled.about, cancelled.visits, cancelled.handed_off, cancelled.tickets) == (
        "cancel_order",
        2,
        1,
        2,
    )
    assert (asked.about, asked.resolved, asked.tickets) == ("product_query", 1, 0)


def test_reasons_are_of_visits_that_ended_with_a_person():
    seen = [
        visit(
            ("i_do_not_know", "unknown"), ("an_answer_to_our_question", "talk_to_human"), handed_off=True
        ),
        visit(("an_issue", "item_problem"), handed_off=True),
        visit(("an_issue", "item_problem")),
        visit(("an_article", "product_query"), handed_off=True),
    ]
    assert dict(figures.reasons(seen)) == {
        "Villy did not know": 1, "Something is wrong": 1, "Asked for by the customer": 1,
    }  # fmt: skip


def test_staff_reads_why_and_what_became_of_it(browse, meera, priya):
    conversations.ask(priya, "my jar arrived broken")
    handover.open_ticket(priya)
    shown = page(browse(meera).get("/admin/chatbot/example/figures/")).one("div", id="content").text
    assert "Something is wrong" in shown or "An order has to be looked at" in shown
    assert "item_problem" in shown


def test_an_answer_that_did_not_help_is_the_reason_before_the_rules_around_it():
    seen = [visit(("i_do_not_know", "unknown"), ("an_article", "product_query", False), handed_off=True)]
    assert dict(figures.reasons(seen)) == {"An answer did not help": 1}


def test_every_rule_that_has_a_reason_is_a_rule():
    rules = {rule.__name__ for rule in policy.RULES} | {"said_again"}
    assert set(figures.REASONS) - rules == set()


def test_outcomes_are_counted_by_the_flow_that_ran_last():
    seen = [
        visit(("a_flow", "cancel_order", None, "cancel"), ("a_flow", "refund_return", None, "return")),
        visit(("a_flow", "refund_return", None, "return"), ("small_talk", "thanks_bye"), handed_off=True),
        visit(("an_article", "product_query")),
    ]
    assert [visit.flow for visit in seen] == ["return", "return", ""]
    (returned,) = figures.outcomes(seen[:2], by=lambda visit: visit.flow)
    assert (returned.about, returned.visits, returned.resolved, returned.tickets) == ("return", 2, 0, 1)


@pytest.mark.parametrize(("offered", "abandoned"), [(True, True), (None, True), (False, False)])
def test_a_flow_that_answered_without_a_person_is_not_left_open(offered, abandoned):
    seen = visit(("a_flow", "refund_return", None, "refund_status", offered))
    assert (seen.abandoned, seen.resolved) == (abandoned, not abandoned)


def counted_visits(lines, tickets=None, ticket=None) -> list[figures.Visit]:
    return figures.visits(lines, {"c": Talk("priya", ticket)}, tickets or {})


@pytest.mark.parametrize(("after", "took"), [(HOUR, True), (71 * HOUR, True), (73 * HOUR, False)])
def test_a_visit_led_to_the_ticket_that_the_customer_opens_by_any_door_soon_after(after, took):
    (seen,) = counted_visits(told("c", ("an_article", None)), {"t": Opened("priya", MONDAY + after)})
    assert (seen.took_a_ticket, seen.handed_off) == (took, False)


def test_coming_back_to_the_chat_alone_is_no_ticket():
    first, _ = counted_visits(
        told("c", ("an_article", None)) + told("c", ("an_article", None), at=MONDAY + 5 * HOUR)
    )
    assert (first.came_back, first.took_a_ticket) == (True, False)


def test_a_wrong_answer_costs_the_tickets_that_other_visits_do_not():
    def some(count, helped, tickets):
        made = [visit(("an_article", "product_query", helped)) for _ in range(count)]
        for each in made[:tickets]:
            each.took_a_ticket = True
        return made

    found = figures.wrong_answers([*some(4, False, 3), *some(8, None, 2)])
    assert (found.wrong.share, found.others.share, found.cost, found.extra_tickets) == (0.75, 0.25, 0.5, 2)
    # Better than the others: it costs nothing, and saves nothing either
    assert figures.wrong_answers([*some(4, False, 0), *some(4, None, 2)]).extra_tickets == 0
    assert figures.wrong_answers(some(4, False, 4)).cost is None


def test_the_flow_of_an_answer_is_stored_and_shown_with_its_outcome(browse, meera):
    for fill in (loader._products, loader._articles):
        fill()
    loader._orders(loader._people())
    customer = Person.objects.get(login_email="customer@demo.test")
    answer = conversations.ask(customer, "refund status")
    assert answer.flow == "refund_status"
    conversations.say_helped(customer, answer.pk, False)
    handover.open_ticket(customer)
    report = figures.report()
    assert [(each.about, each.visits, each.handed_off) for each in report.flows] == [
        ("refund_status", 1, 1)
    ]
    assert (report.wrong_answers.wrong.visits, report.wrong_answers.wrong.tickets) == (1, 1)
    shown = page(browse(meera).get("/admin/chatbot/example/figures/"))
    assert "refund_status" in shown.one("div", id="content").text
    wrong = shown.one("table", id="wrong_answers").one("tbody").all("tr")[0]
    assert [cell.text for cell in wrong.all("td")] == ["1", "1", "100%"]
