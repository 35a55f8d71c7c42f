"""A server process that dies while Villy thinks: the question is there, and its answer comes once."""

import signal
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx
import pytest

from tests.chatbot.servers import JsonServer

QUESTION = {"message": "how do i return a pack", "clientId": "q-1"}


@pytest.mark.parametrize("how", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.extended)])
def test_a_question_whose_answer_was_cut_off_is_kept_and_answered_once(desk, how):
    thinking, may_answer = Event(), Event()

    def model(body):
        # Broken, so that Villy does without; before that it takes its time, once
        if len(server.received) == 2:
            thinking.set()
            may_answer.wait(30)
        return 500, b"{}"

    with JsonServer(model) as server, ThreadPoolExecutor(8) as pool:
        desk.environment |= {"LLM_BASE_URL": server.url, "LLM_MODEL": "tiny"}
        desk.start()
        # What the first question of a process costs is not what this one is about
        desk.as_guest().post("/api/chat/message", json=QUESTION).raise_for_status()
        guest = desk.as_guest()
        asked = pool.submit(guest.post, "/api/chat/message", json=QUESTION)
        assert thinking.wait(30)
        desk.kill(how)
        try:
            first = asked.result(30).status_code
        except httpx.TransportError:
            first = "cut off"
        # Told to end it ends what it has begun; killed it cannot
        assert first == (200 if how == signal.SIGTERM else "cut off")
        may_answer.set()
        desk.start()

        kept = [line["message"] for line in guest.get("/api/chat/").json()["messages"]]
        assert kept[0] == QUESTION["message"]
        again = [pool.submit(guest.post, "/api/chat/message", json=QUESTION) for _ in range(8)]
        replies = [answer.result(30).raise_for_status().json()["reply"] for answer in again]

    assert len({reply["id"] for reply in replies}) == 1
    shown = guest.get("/api/chat/").json()["messages"]
    assert [line["sender"] for line in shown] == ["customer", "ai"]
    assert shown[1]["message"] == replies[0]["text"]
