"""The library's forms for passkeys, which refuse an answer of the wrong shape with a sentence.

The library reads the browser's JSON by subscripts: a missing part of it was an error 500.
"""

from contextlib import contextmanager

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as library

MALFORMED = (KeyError, ValueError, TypeError, AttributeError)


@contextmanager
def refused_if_malformed():
    try:
        yield
    except MALFORMED as reason:
        raise get_adapter().validation_error("incorrect_code") from reason


class AddPasskeyForm(library.AddWebAuthnForm):
    def clean(self):
        with refused_if_malformed():
            return super().clean()


class PasskeyForm(library.AuthenticateWebAuthnForm):
    def clean_credential(self):
        with refused_if_malformed():
            return super().clean_credential()


class PasskeyAgainForm(PasskeyForm):
    reauthenticated = True
