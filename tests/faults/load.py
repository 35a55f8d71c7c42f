"""People who write all the time, as the widget's outbox does: the same words again until they are acknowledged."""

import threading
import time

import httpx

# What a client tries again: the desk is away, or asks for a moment
AGAIN = (502, 503, 504, 429)
PAUSE_SECONDS = 0.05


class Writer:
    """Says one thing after the other; the next one only when the one before was acknowledged."""

    def __init__(self, name: str, client: httpx.Client, address: str, reading: str):
        self.name, self.client, self.address, self.reading = name, client, address, reading
        self.acknowledged: list[str] = []
        self.answers: list[str] = []
        self.retries = 0
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._write, daemon=True)
        self.failure: Exception | None = None

    def _write(self) -> None:
        try:
            while not self.ending.is_set():
                text = f"{self.name} says {len(self.acknowledged)}"
                self.answers.append(self._say(text))
                self.acknowledged.append(text)
        except Exception as reason:
            self.failure = reason

    def _say(self, text: str) -> str:
        """Send it until it is acknowledged; return the id that it got."""
        while True:
            try:
                answer = self.client.post(self.address, json={"message": text, "clientId": text})
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code in (200, 201):
                return answer.json()["id"]
            assert answer is None or answer.status_code in AGAIN, (answer.status_code, answer.text)
            assert answer is None or int(answer.headers["Retry-After"]) <= 5
            self.retries += 1
            time.sleep(PAUSE_SECONDS)

    def stored(self) -> list[tuple[str, str]]:
        """What the desk has of this writer's, in its order."""
        shown = self.client.get(self.reading).raise_for_status().json()["messages"]
        mine = f"{self.name} says "
        return [(line["message"], line["id"]) for line in shown if line["message"].startswith(mine)]


class Load:
    """`with Load(desk) as load:` in each of some conversations a customer and an agent write all the time."""

    def __init__(self, desk, conversations: int = 3):
        self.writers = []
        for place in range(conversations):
            customer, agent = desk.as_guest(f"Guest {place}", f"guest{place}@example.com"), desk.as_agent()
            opened = customer.post("/api/support/create", json={"message": "The jar leaked"})
            ticket = opened.raise_for_status().json()["id"]
            own, desks = f"/api/support/{ticket}", f"/api/support/admin/{ticket}"
            self.writers.append(Writer(f"customer {place}", customer, f"{own}/message", own))
            self.writers.append(Writer(f"agent {place}", agent, f"{desks}/reply", desks))

    def __enter__(self):
        for writer in self.writers:
            writer.thread.start()
        return self

    def __exit__(self, *error):
        for writer in self.writers:
            writer.ending.set()
        for writer in self.writers:
            # What is on its way is said to the end
            writer.thread.join(60)

    def count(self) -> int:
        return sum(len(writer.acknowledged) for writer in self.writers)

    def goes_on(self, by: int, within: float) -> float:
        """Wait until so many more were acknowledged; return the seconds that it took."""
        began, goal = time.monotonic(), self.count() + by
        while self.count() < goal:
            self.check()
            assert time.monotonic() - began < within, f"not within {within} s"
            time.sleep(0.01)
        return time.monotonic() - began

    def everybody_goes_on(self, within: float) -> float:
        """Wait until each of them was acknowledged once more; return the seconds that it took."""
        began, before = time.monotonic(), [len(writer.acknowledged) for writer in self.writers]
        while any(len(w.acknowledged) <= had for w, had in zip(self.writers, before, strict=True)):
            self.check()
            assert time.monotonic() - began < within, f"not within {within} s"
            time.sleep(0.01)
        return time.monotonic() - began

    def tries_again(self, within: float) -> None:
        """Wait until a writer has to try again: the desk itself outlasts a database that is away for a moment."""
        began, before = time.monotonic(), self.retries()
        while self.retries() == before:
            self.check()
            assert time.monotonic() - began < within, f"not within {within} s"
            time.sleep(0.01)

    def retries(self) -> int:
        return sum(writer.retries for writer in self.writers)

    def check(self) -> None:
        for writer in self.writers:
            if writer.failure:
                raise writer.failure

    def assert_nothing_was_lost_or_doubled(self) -> None:
        self.check()
        assert self.retries(), "nothing was ever tried again"
        for writer in self.writers:
            assert not writer.thread.is_alive()
            told = list(zip(writer.acknowledged, writer.answers, strict=True))
            # All that was acknowledged, each once, in the order in which it was said, with the id that was told
            assert writer.stored() == told
