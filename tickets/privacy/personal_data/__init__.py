"""What the desk knows of a person: exported, erased, or removed when it is old.

export     everything as a ZIP
erasure    the conversations stay, without the person
retention  what is older than RETENTION_DAYS goes
providers  other apps add what they keep of people
"""

from .erasure import Anonymous, NotACustomer, erase
from .export import export
from .providers import PROVIDERS, PersonalDataProvider, find
from .retention import remove_bare_guests, retain

__all__ = [
    "PROVIDERS",
    "Anonymous",
    "NotACustomer",
    "PersonalDataProvider",
    "erase",
    "export",
    "find",
    "remove_bare_guests",
    "retain",
]
