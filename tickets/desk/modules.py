"""The scripts of the desk, which its page loads as one bundle."""

from functools import cache

from supportdesk.catalogue import STATIC
from supportdesk.serving import bundles


@cache
def desk_modules() -> tuple[str, ...]:
    """Return the names of all modules in the desk's bundle, below static/."""
    entry = bundles.SCRIPTS["js/desk.bundle.js"]
    return tuple(bundles.modules(entry, lambda name: (STATIC / name).read_text("utf-8")))
