"""What the desk's pages send, checked."""

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm

from tickets import queries
from tickets.models import Category, Priority, Status
from tickets.privacy.plain_text import is_blank
from tickets.workflow import MAX_TEXT

# The choices of the "Filter" box: value -> (label, fields of an InboxFilter; "me" is the agent)
FILTERS = {
    "": ("All tickets", {}),
    "waiting": ("Waiting for a first reply", {"waiting": True}),
    "mine": ("Assigned to me", {"assigned": "me"}),
    "unassigned": ("Assigned to nobody", {"assigned": "none"}),
    "callback": ("Call back wanted", {"callback": True}),
    **{status.value: (status.label, {"status": status.value}) for status in Status},
    **{priority.value: (priority.label, {"priority": priority.value}) for priority in reversed(Priority)},
    **{category.value: (category.label, {"category": category.value}) for category in Category},
}
FILTER_GROUPS = {
    "Queues": ["", "waiting", "mine", "unassigned", "callback"],
    "Status": Status.values,
    "Priority": Priority.values[::-1],
    "Category": Category.values,
}


class SignInForm(AuthenticationForm):
    """E-mail and password of an agent. Customers have no business on the desk."""

    error_messages = {
        "invalid_login": "E-mail or password is wrong.",
        "inactive": "E-mail or password is wrong.",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autofocus": True, "autocomplete": "username"}
        )

    def confirm_login_allowed(self, user):
        if not user.is_agent:
            raise self.get_invalid_login_error()


class FilterForm(forms.Form):
    """The list's filter and search box. An unknown filter shows everything, as an old bookmark should."""

    filter = forms.CharField(required=False)
    q = forms.CharField(required=False, max_length=queries.SEARCH_LENGTH)

    def wanted(self, agent) -> queries.InboxFilter:
        """Return the InboxFilter that was asked for."""
        self.is_valid()
        chosen = FILTERS.get(self.cleaned_data.get("filter", ""), FILTERS[""])[1]
        fields = {key: str(agent.pk) if value == "me" else value for key, value in chosen.items()}
        return queries.InboxFilter(**fields, q=self.cleaned_data.get("q", "").strip())


class TextField(forms.CharField):
    """Text as it was typed; what is not visible is nothing."""

    def __init__(self, **options):
        super().__init__(strip=False, required=False, max_length=MAX_TEXT, **options)

    def to_python(self, value):
        # Browsers send line breaks as CRLF, whatever was typed
        value = super().to_python(value).replace("\r\n", "\n")
        return "" if is_blank(value) else value


class WordsForm(forms.Form):
    """Text, a picture, or both, with the id that makes a retry harmless."""

    message = TextField()
    image = forms.FileField(required=False, allow_empty_file=True)
    clientId = forms.CharField(required=False, max_length=64)

    def clean(self):
        data = super().clean()
        if not self.errors and not data["message"] and not data["image"]:
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
    lastSeq = forms.IntegerField(required=False, min_value=0)


class MoveForm(forms.Form):
    status = forms.ChoiceField(choices=Status)
    resolution = TextField()


class TriageForm(forms.Form):
    priority = forms.ChoiceField(choices=Priority, required=False)
    category = forms.ChoiceField(choices=Category, required=False)


class AssignForm(forms.Form):
    agent = forms.ModelChoiceField(
        queries.agents(), required=False, error_messages={"invalid_choice": "There is no such agent."}
    )


class SeenForm(forms.Form):
    seq = forms.IntegerField(min_value=0, required=False)
    leaving = forms.BooleanField(required=False)


def complaint(form: forms.Form) -> str:
    """Say in one line what is wrong with a form."""
    return " ".join(message for messages in form.errors.values() for message in messages)
