"""The keys of the desk as its help shows them; `static/js/desk/commands.js` obeys them."""

SHORTCUTS = [
    ("j", "Next ticket"),
    ("k", "Previous ticket"),
    ("r", "Reply"),
    ("n", "Private note"),
    ("e", "Resolve"),
    ("a", "Assign to me"),
    ("s", "Snooze"),
    ("p", "Priority"),
    ("t", "Tag"),
    ("x", "Select the ticket"),
    ("1 – 6", "The views"),
    ("/", "Search; in a reply: canned replies"),
    ("Ctrl K", "Every command"),
    ("Ctrl Z", "Undo"),
    ("Enter", "Send"),
    ("Shift Enter", "New line"),
    ("Esc", "Leave the box"),
    ("?", "These keys"),
]
