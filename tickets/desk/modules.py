"""The scripts of the desk, named in the page so that they load at once instead of one after the other."""

DESK_MODULES = [
    "js/dashboard.js",
    *(
        f"js/desk/{name}.js"
        for name in (
            "bulk", "canned", "commands", "drafts", "here", "later", "list", "mentions", "menus", "notes", "notify", "outboxes", "page",
            "palette", "push", "snooze", "sound", "stream", "suggest", "tags", "talk", "templates", "ticket", "title", "toast", "typed",
            "unsent",
        )
    ),
    *(
        f"js/{name}.js"
        for name in (
            "chime", "composer", "conversation", "documents", "events", "groups", "lightbox", "net", "pictures",
            "tabs", "times", "words",
        )
    ),
    "js/vendor/eventsource-parser-3.1.1.js",
    "js/vendor/idiomorph-0.8.0.js",
]  # fmt: skip
