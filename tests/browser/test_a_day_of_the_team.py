"""A day of a team: three agents and a hundred tickets. It reads like the team's diary."""

import csv
import io
import time
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests import forks
from tests.desk import Desk

from .pages import Dashboard

pytestmark = [
    pytest.mark.second_try(reason="several browser windows and a desk share the cores"),
    # The first test of a run that needs the demo shop loads it
    pytest.mark.timeout(600),
]

LIMIT = 5
NAMES = (
    "Tara Menon", "Uma Reddy", "Veer Singh", "Zoya Khan", "Dev Patel", "Esha Rao", "Farid Ali", "Gita Das",
    "Hari Iyer", "Ila Bose",
)  # fmt: skip
MORNING = f"""
from tickets.models import DeskSettings, Macro, PermissionSet, Person, Role, Team, TeamCategory, TeamMember, Ticket
Ticket.objects.all().delete()
kiran = Person.objects.create_user("kiran@demo.test", "demo-agent", name="Kiran Das", role=Role.AGENT)
kiran.permission_set = PermissionSet.objects.create(name="Own team", own_team_only=True)
kiran.save()
parcels = Team.objects.create(name="Parcels")
TeamCategory.objects.create(team=parcels, category="product-issue")
for person in Person.objects.filter(role=Role.AGENT):
    TeamMember.objects.create(team=parcels, person=person)
DeskSettings.objects.update_or_create(pk=1, defaults={{"assignment": "least-busy", "open_limit": {LIMIT}}})
Macro.objects.create(
    name="Refund given", texts={{"en": "Hello {{{{customer.firstName}}}}, your refund is on its way."}},
    status="resolved", resolution="Refunded", priority="low", tags="refund",
)
"""
# What a browser would show of desktop notifications, which one without windows refuses; and a tab out of sight
LISTEN = """() => {
  window.told = [];
  const show = (title, options) => window.told.push(`${title}: ${options.body}`);
  ServiceWorkerRegistration.prototype.showNotification = async (title, options) => { show(title, options); };
  window.Notification = class extends EventTarget {
    static permission = "granted";
    constructor(title, options) { super(); show(title, options); }
    close() {}
  };
  localStorage.setItem("desktop", "on");
}"""
LOOK_AWAY = """() => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
  Object.defineProperty(document, "hasFocus", { configurable: true, value: () => false });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def desk(shop_data):
    """A desk of its own: a team of three, of whom Kiran sees its tickets only; a macro; the least busy gets the next one."""
    desk = Desk(shop_data())
    forks.run(["shell", "-c", MORNING], env=desk.environment).check_returncode()
    desk.start()
    yield desk
    desk.stop()


@pytest.fixture
def arrive(person, desk) -> Callable[[str], Dashboard]:
    """`arrive(email)` is an agent who signs in and is at the desk."""

    def sign_in(email: str) -> Dashboard:
        # With the worker that shows notifications, as in a browser of an agent
        page = person(permissions=["notifications"], service_workers="allow")
        page.goto("/support/login/")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill("demo-agent")
        page.get_by_role("button", name="Sign in").click()
        agent = Dashboard(page)
        expect(agent.live).to_be_visible()
        return agent

    return sign_in


def until(what: Callable, wanted, seconds: float = 90):
    """Ask again until the answer is this; return it. What there was at last stands in the failure."""
    deadline = time.monotonic() + seconds
    while (found := what()) != wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    assert found == wanted
    return found


def count(agent: Dashboard, view: str):
    return expect(agent.page.locator(f'[data-count="{view}"]'))


def open_tickets(api: httpx.Client) -> dict[str, int]:
    """How many open tickets each agent has; "" for no agent."""
    found: dict[str, int] = {}
    cursor = ""
    while cursor is not None:
        answer = api.get("/api/support/admin/", params={"view": "open", "cursor": cursor}).json()
        for ticket in answer["results"]:
            found[ticket["agentName"]] = found.get(ticket["agentName"], 0) + 1
        cursor = answer["next"]
    return found


def tickets_of(api: httpx.Client, name: str) -> list[dict]:
    """The open tickets of an agent, by their customer."""
    agents = {each["name"]: each["id"] for each in api.get("/api/team/").json()["agents"]}
    asked = {"view": "open", "assigned": agents[name], "order": "created"}
    return api.get("/api/support/admin/", params=asked).json()["results"]


def figures(desk: Desk, page: Page) -> dict[str, dict[str, dict]]:
    """The figures as the page's CSV tells them, by kind and name, after one more run of their job."""
    desk.sql("UPDATE tickets_job SET due_at = '2026-01-01 00:00:00' WHERE name = 'figures'")
    text = page.request.get("/support/figures/?format=csv").text().removeprefix("\ufeff")
    found: dict[str, dict[str, dict]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        found.setdefault(row["Kind"], {})[row["Name"]] = row
    return found


@pytest.mark.extended
def test_a_team_of_three_has_a_day_with_a_hundred_tickets(desk, arrive):
    # A hundred parcels are broken before the first agent is awake: ten customers, ten tickets each.
    customers = {name: desk.as_guest(name, f"{name.split()[0].lower()}@example.com") for name in NAMES}
    for name, customer in customers.items():
        for number in range(10):
            told = {"message": f"{name}, parcel {number}: the jar is broken", "category": "product-issue"}
            customer.post("/api/support/create", json=told).raise_for_status()
    api = desk.as_agent()
    assert open_tickets(api) == {"": 100}

    # Asha, Rohan and Kiran come. Each is given five, and the rest waits.
    asha, rohan, kiran = map(arrive, ("agent@demo.test", "agent2@demo.test", "kiran@demo.test"))
    everyone = {"Asha Nair": LIMIT, "Rohan Mehta": LIMIT, "Kiran Das": LIMIT, "": 85}
    until(lambda: open_tickets(api), everyone)
    for agent in (asha, rohan, kiran):
        count(agent, "mine").to_have_text("5", timeout=60_000)
        count(agent, "unassigned").to_have_text("85")

    # Kiran reads along in one of Asha's, until Asha finds that it is about money: it leaves Kiran's page under her eyes.
    payment = tickets_of(api, "Asha Nair")[4]
    kiran.goto(payment["id"])
    expect(kiran.log).to_contain_text("the jar is broken")
    asha.goto(payment["id"])
    asha.page.get_by_role("combobox", name="Category").select_option("payment")
    expect(kiran.page.get_by_role("heading", name="This ticket has left your view")).to_be_visible()
    expect(kiran.log).to_have_count(0)
    expect(kiran.page.locator(f"#ticket-{payment['id']}")).to_have_count(0)

    # Kiran goes to the dentist. What waited for her is everyone's again; the others are full.
    kiran.page.get_by_role("combobox", name="Your availability").select_option("away")
    count(kiran, "mine").to_have_text("0")
    count(asha, "unassigned").to_have_text("90")
    assert open_tickets(api) == {"Asha Nair": LIMIT, "Rohan Mehta": LIMIT, "": 90}

    # Asha wants to know what the courier says, and asks Rohan in a note. He is told, and finds it under Mentions.
    asked = tickets_of(api, "Asha Nair")[0]
    count(rohan, "mentions").to_have_text("0")
    asha.goto(asked["id"]).note("@Rohan what does the courier say?")
    expect(rohan.toast.filter(has_text="Asha Nair mentioned you")).to_be_visible()
    count(rohan, "mentions").to_have_text("1")
    rohan.page.get_by_role("navigation", name="Other views").get_by_role("link", name="Mentions").click()
    expect(rohan.rows).to_have_count(1)
    expect(rohan.row(asked["userName"])).to_be_visible()

    # Rohan reads something else. A customer of Asha's writes, then one of his: only the second rings.
    rohan.page.evaluate(LISTEN)
    rohan.page.evaluate(LOOK_AWAY)
    hers, his = tickets_of(api, "Asha Nair")[1], tickets_of(api, "Rohan Mehta")[0]
    for ticket, status in ((hers, 204), (his, 200)):
        asking = rohan.page.expect_response(
            lambda answer, id=ticket["id"]: f"{id}/notification" in answer.url
        )
        with asking as answered:
            words = {"message": "Is anyone there?"}
            path = f"/api/support/{ticket['id']}/message"
            customers[ticket["userName"]].post(path, json=words).raise_for_status()
        assert answered.value.status == status
    rohan.page.wait_for_function("window.told.length > 0")
    shown = f"{his['userName']} · #{his['number']}: New message: Is anyone there?"
    assert rohan.page.evaluate("window.told") == [shown]

    # The next one is a refund, as so often: one key, one macro, and reply, status, tag and priority are done.
    refund = tickets_of(api, "Asha Nair")[2]
    asha.goto(refund["id"])
    asha.page.get_by_role("heading", level=1).focus()
    asha.page.keyboard.press("m")
    macros = asha.page.get_by_role("dialog", name="Apply a macro")
    macros.get_by_role("button", name="Refund given").click()
    expect(asha.head).to_have_attribute("data-status", "resolved")
    first_name = refund["userName"].split()[0]
    expect(asha.log).to_contain_text(f"Hello {first_name}, your refund is on its way.")
    solved = api.get(f"/api/support/admin/{refund['id']}").json()
    assert (solved["priority"], solved["tags"], solved["resolution"]) == ("low", ["refund"], "Refunded")

    # There is room for one more now, and the desk sees to it. Again no one has six.
    until(lambda: open_tickets(api), {"Asha Nair": LIMIT, "Rohan Mehta": LIMIT, "": 89})

    # Two tickets of one customer are the same parcel: Asha merges them.
    stays = tickets_of(api, "Asha Nair")[0]
    theirs = customers[stays["userName"]].get("/api/support/").json()["results"]
    gone = next(each for each in theirs if each["status"] == "open" and each["id"] != stays["id"])
    asha.goto(gone["id"])
    asha.more("Merge into another ticket…")
    dialog = asha.page.get_by_role("dialog", name="Merge into another ticket")
    dialog.get_by_role("textbox", name="Ticket number").fill(str(stays["number"]))
    dialog.get_by_role("button", name="Merge", exact=True).click()
    asha.page.wait_for_url(f"**/support/{stays['id']}/")
    expect(asha.log).to_contain_text(gone["subject"])
    expect(asha.log).to_contain_text(f"Ticket #{gone['number']} was merged into this one.")
    until(lambda: open_tickets(api), {"Asha Nair": LIMIT, "Rohan Mehta": LIMIT, "": 88})

    # The customer of the refund is happy.
    happy = customers[refund["userName"]].post(f"/api/support/{refund['id']}/confirm", json={"rating": 5})
    assert happy.raise_for_status().json()["status"] == "closed"

    # In the evening the figures add up: a hundred opened, one answered, solved and rated; by day, agent and category alike.
    columns = ("Opened", "First responses", "Resolved", "Ratings")
    told = ["100", "1", "1", "1"]
    until(lambda: [figures(desk, asha.page)["total"][""][each] for each in columns], told)
    evening = figures(desk, asha.page)
    for kind in ("day", "agent", "category"):
        sums = [sum(int(row[each]) for row in evening[kind].values()) for each in columns]
        assert [str(each) for each in sums] == told, kind
    assert [evening["agent"]["Asha Nair"][each] for each in columns[1:]] == ["1", "1", "1"]
    assert evening["total"][""]["Average rating"] == "5.0"
    asha.page.goto("/support/figures/")
    waiting = api.get("/api/support/admin/", params={"view": "needs-answer"}).json()["counts"][
        "needs-answer"
    ]
    assert waiting == 98
    expect(asha.page.locator(".figures-cards div").filter(has_text="Waiting now")).to_contain_text("98")
    expect(asha.page.locator(".figures-cards div").filter(has_text="Solved")).to_contain_text(
        "of 100 opened"
    )
    expect(asha.page.get_by_role("row").filter(has_text="Kiran Das")).to_have_count(0)
