"""The keys of the desk as its help shows them; `static/js/desk/commands.js` obeys them."""

from django.utils.translation import gettext_lazy

SHORTCUTS = [
    ("j", gettext_lazy("Next ticket")),
    ("k", gettext_lazy("Previous ticket")),
    ("r", gettext_lazy("Reply")),
    ("n", gettext_lazy("Private note")),
    ("e", gettext_lazy("Resolve")),
    ("a", gettext_lazy("Assign to me")),
    ("s", gettext_lazy("Snooze")),
    ("p", gettext_lazy("Priority")),
    ("t", gettext_lazy("Tag")),
    ("m", gettext_lazy("Apply a macro")),
    ("g", gettext_lazy("Suggest a reply, where a language model is set up")),
    ("x", gettext_lazy("Select the ticket")),
    ("1 – 6", gettext_lazy("The views")),
    ("/", gettext_lazy("Search; in a reply: canned replies")),
    ("Ctrl K", gettext_lazy("Every command")),
    ("Ctrl Z", gettext_lazy("Undo")),
    ("Enter", gettext_lazy("Send")),
    ("Shift Enter", gettext_lazy("New line")),
    ("Esc", gettext_lazy("Leave the box")),
    ("?", gettext_lazy("These keys")),
]
