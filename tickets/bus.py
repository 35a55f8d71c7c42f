"""Wake-up calls between the threads and processes of a desk.

A call says "look again at this ticket" and nothing that could be lost with it: what
there is to see is in the database. Only passing things (somebody is typing) travel
in the call itself.
"""

from collections.abc import Callable

# Called in any thread with every call that is published
Receiver = Callable[[dict], None]


class LocalBus:
    """Reaches the listeners of this process. Others find out by `live.Hub.poll`."""

    def __init__(self):
        self.receivers: list[Receiver] = []

    def subscribe(self, receiver: Receiver) -> None:
        self.receivers.append(receiver)

    def publish(self, call: dict) -> None:
        for receiver in self.receivers:
            receiver(call)


bus = LocalBus()
