"""Form fields for addresses and phones: what is pasted with them and cannot be seen is dropped."""

from django import forms

from .phones import PHONE, reject_card_number
from .plain_text import one_line, plain_address, plain_phone


class LineField(forms.CharField):
    """A name or title: one line, without signs that draw nothing or turn the direction of others."""

    def to_python(self, value):
        return super().to_python(one_line(value) if isinstance(value, str) else value)


class EmailField(forms.EmailField):
    """An e-mail address without invisible signs, full-width letters as plain ones."""

    def to_python(self, value):
        return super().to_python(plain_address(value) if isinstance(value, str) else value)


class PhoneField(forms.CharField):
    """A phone number in ASCII digits, whatever script it was typed in; the number of a card is refused."""

    widget = forms.TextInput(attrs={"type": "tel"})

    def __init__(self, **options):
        super().__init__(**{"max_length": 20} | options)
        self.validators += [PHONE, reject_card_number]

    def to_python(self, value):
        return super().to_python(plain_phone(value) if isinstance(value, str) else value)
