"""What the desk does with people's data.

registry       what happens to each text field: masked, erased, exported, searched
fields         the declarations of this app's fields
masking        card numbers and one-time codes taken out of texts
phones         what a phone number is
personal_data  export, erasure and retention
audit          who saw and did what
"""

from . import fields

__all__ = ["fields"]
