"""A stream over a real connection to a real desk: cut off again and again, and cut off by the desk's end."""

import json
import threading

import httpx
import pytest

from tests.desk import Desk

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def desk(shop_data):
    desk = Desk(shop_data()).start()
    yield desk
    desk.stop()


def hear(client: httpx.Client, path: str, after: int, at_most: int):
    """Follow the stream from a place on for so many messages, then hang up; yield (id, data)."""
    headers = {"Last-Event-ID": str(after)} if after else {}
    with client.stream("GET", path, headers=headers, timeout=20) as response:
        response.raise_for_status()
        fields: dict = {}
        for line in response.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
                continue
            if fields.get("event") == "message":
                yield int(fields["id"]), json.loads(fields["data"])
                at_most -= 1
                if not at_most:
                    return
            fields = {}


def follow(client: httpx.Client, path: str, last: str, each: int) -> list[tuple[int, str]]:
    seen: list[tuple[int, str]] = []
    while not seen or seen[-1][1] != last:
        for place, message in hear(client, path, seen[-1][0] if seen else 0, each):
            seen.append((place, message["message"]))
            if message["message"] == last:
                break
    return seen


def test_a_hundred_messages_survive_a_connection_that_breaks_after_every_third(desk):
    guest, agent = desk.as_guest(), desk.as_agent()
    ticket = guest.post("/api/support/create", json={"message": "The box was crushed"}).json()

    def talk():
        for place in range(50):
            said = guest.post(f"/api/support/{ticket['id']}/message", json={"message": f"Question {place}"})
            words = {"message": f"Answer {place}", "lastSeq": said.raise_for_status().json()["seq"]}
            agent.post(f"/api/support/admin/{ticket['id']}/reply", json=words).raise_for_status()

    talking = threading.Thread(target=talk)
    talking.start()
    seen = follow(guest, f"/api/support/{ticket['id']}/events", "Answer 49", each=3)
    talking.join()
    stored = guest.get(f"/api/support/{ticket['id']}").json()["messages"]
    assert len(stored) >= 102
    assert seen == [(message["seq"], message["message"]) for message in stored]


def test_a_stream_goes_on_where_it_was_after_the_desk_was_killed(desk):
    guest = desk.as_guest()
    ticket = guest.post("/api/support/create", json={"message": "The lid is broken"}).json()
    path = f"/api/support/{ticket['id']}"
    events = hear(guest, f"{path}/events", 0, 99)
    seen = [next(events)[0], next(events)[0]]
    guest.post(f"{path}/message", json={"message": "Before"}).raise_for_status()
    desk.kill()
    with pytest.raises(httpx.TransportError):
        seen += [place for place, _ in events]
    desk.start()
    guest.post(f"{path}/message", json={"message": "After"}).raise_for_status()
    seen += [place for place, _ in hear(guest, f"{path}/events", seen[-1], 4 - len(seen))]
    assert seen == [1, 2, 3, 4]
