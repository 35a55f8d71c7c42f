"""What the desk's pages send, checked."""

from datetime import UTC, datetime, timedelta

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from tickets import queries
from tickets.models import Category, Order, Priority, Status
from tickets.privacy.form_fields import EmailField, LineField, PhoneField
from tickets.privacy.plain_text import is_blank
from tickets.workflow import MAX_TEXT


class TextField(forms.CharField):
    """Text as it was typed; what is not visible is nothing."""

    def __init__(self, **options):
        super().__init__(strip=False, required=False, max_length=MAX_TEXT, **options)

    def to_python(self, value):
        # Browsers send line breaks as CRLF, whatever was typed
        value = super().to_python(value).replace("\r\n", "\n")
        return "" if is_blank(value) else value


class WordsForm(forms.Form):
    """Text, a picture, files (`file`, read from the request), with the id that makes a retry harmless."""

    message = TextField()
    image = forms.FileField(required=False, allow_empty_file=True)
    clientId = forms.CharField(required=False, max_length=64)

    def clean(self):
        data = super().clean()
        if not (self.errors or data["message"] or data["image"] or self.files.getlist("file")):
            raise forms.ValidationError("Write something or attach a picture.")
        return data

    def clean_clientId(self):
        return self.cleaned_data["clientId"] or None

    def clean_image(self):
        image = self.cleaned_data["image"]
        if image and image.size > settings.UPLOAD_MAX_BYTES:
            raise forms.ValidationError("This picture is larger than 5 MB. Please send a smaller one.")
        return image


class ReplyForm(WordsForm):
    internal = forms.BooleanField(required=False)
    # The server keeps a draft of it under this clientId
    draft = forms.BooleanField(required=False)
    lastSeq = forms.IntegerField(required=False, min_value=0)


class DraftForm(forms.Form):
    message = TextField()
    internal = forms.BooleanField(required=False)
    clientId = forms.CharField(max_length=64)
    # The page that saves
    tab = forms.CharField(max_length=64, required=False)


class MoveForm(forms.Form):
    status = forms.ChoiceField(choices=Status)
    resolution = TextField()


class TriageForm(forms.Form):
    priority = forms.ChoiceField(choices=Priority, required=False)
    category = forms.ChoiceField(choices=Category, required=False)


class AssignForm(forms.Form):
    agent = forms.ModelChoiceField(
        queries.agents(),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("There is no such agent.")},
    )


class ChangeForm(forms.Form):
    """Corrections of a ticket; only the fields that were sent count."""

    NAMES = {
        "subject": "subject", "userName": "requester_name", "userEmail": "requester_email",
        "userPhone": "requester_phone", "orderId": "order",
    }  # fmt: skip

    subject = LineField(max_length=140, required=False)
    userName = LineField(max_length=120, required=False)
    userEmail = EmailField(max_length=254, required=False)
    userPhone = PhoneField(required=False)
    orderId = forms.ModelChoiceField(
        Order.objects.none(),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("This customer has no such order.")},
    )
    priority = forms.ChoiceField(choices=Priority, required=False)

    def __init__(self, *args, ticket, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["orderId"].queryset = Order.objects.filter(customer=ticket.requester_id)

    def clean(self):
        data = super().clean()
        for name, sentence in (
            ("subject", gettext("A ticket needs a subject.")),
            ("userName", gettext("Say who the customer is.")),
        ):
            if name in self.data and not self.errors.get(name) and not data[name]:
                raise forms.ValidationError(sentence)
        return data


class SnoozeForm(forms.Form):
    """Until when: a moment with its offset, a local time, or a word for those without scripts."""

    until = forms.CharField(required=False)

    def clean_until(self):
        return later_moment(self.cleaned_data["until"])


class LaterForm(forms.Form):
    message = TextField()
    at = forms.CharField()
    clientId = forms.CharField(max_length=64)

    def clean_at(self):
        return later_moment(self.cleaned_data["at"])

    def clean_message(self):
        if not self.cleaned_data["message"]:
            raise forms.ValidationError("Write the reply first.")
        return self.cleaned_data["message"]


class SaveViewForm(forms.Form):
    name = LineField(max_length=60)
    query = forms.CharField(max_length=500, required=False)
    shared = forms.BooleanField(required=False)


MORNING = 9


def later_moment(text: str) -> datetime | None:
    """Return the moment that "1h", "tomorrow", "monday", or a time stands for; None for nothing."""
    now = timezone.localtime()
    morning = now.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    known = {
        "": None,
        "1h": now + timedelta(hours=1),
        "3h": now + timedelta(hours=3),
        "tomorrow": morning + timedelta(days=1),
        "monday": morning + timedelta(days=7 - now.weekday()),
    }
    if text in known:
        return known[text]
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else timezone.make_aware(moment)
        moment = moment.astimezone(UTC)
    # The first and the last day of the calendar have no place in another time zone
    except (ValueError, OverflowError):
        raise forms.ValidationError("This is not a time.") from None
    # Whole milliseconds, which every engine stores as they are
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class SeenForm(forms.Form):
    seq = forms.IntegerField(min_value=0, required=False)
    leaving = forms.BooleanField(required=False)


def complaint(form: forms.Form) -> str:
    """Say in one line what is wrong with a form."""
    return " ".join(str(message) for messages in form.errors.values() for message in messages)
