"""What holds at the end of the journey over all channels, whatever was killed on the way."""


def assert_it_is_whole(ticket: dict) -> None:
    """The ticket as an agent gets it is closed, and has each of the public words once, in their order."""
    public = [
        (line["sender"], line["message"])
        for line in ticket["messages"]
        if line["sender"] in ("customer", "agent") and not line["internal"]
    ]
    assert public == [
        ("customer", "The box was crushed"),
        ("agent", "Which jar was it?"),
        ("customer", "The small one."),
        ("agent", "A new one is packed."),
        ("customer", "Please ring twice"),
        ("agent", "We will."),
        ("agent", "Sent again."),
    ]
    assert ticket["status"] == "closed"
