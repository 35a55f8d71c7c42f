"""Forms that staff fill in in the admin."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.utils.functional import Promise

from tickets import queries, workflow
from tickets.desk.forms import TextField
from tickets.models import Category, Person, Priority, Role, Status, Ticket
from tickets.privacy.form_fields import EmailField, PhoneField

# --- Many tickets ------------------------------------------------------------


def blank_first(choices) -> list[tuple[str, str | Promise]]:
    """Nothing is chosen at first."""
    return [("", "---------"), *choices]


def reachable() -> list[tuple[str, str | Promise]]:
    """The statuses to which some step of the workflow leads."""
    led_to: set[str] = set().union(*workflow.TRANSITIONS.values())
    return [(status.value, status.label) for status in Status if status in led_to]


def assignable() -> list[tuple[str, str]]:
    return [("none", "Unassigned"), *((str(agent.pk), str(agent)) for agent in queries.agents())]


class ManyForm(forms.Form):
    """A new value of one field for many tickets; `verb()` returns the verb for it and its arguments."""

    field = ""

    def new_value(self) -> str:
        """Return the label of the value that the tickets get."""
        # Each of these forms names a field of choices, which the stubs know as any field
        field: Any = self.fields[self.field]
        return dict(field.choices)[self.cleaned_data[self.field]]


class StatusOfManyForm(ManyForm):
    field = "status"

    status = forms.ChoiceField(
        choices=blank_first(reachable()),
        help_text="Each ticket takes only a step that the workflow has from where it stands. "
        'Unassigned open tickets are assigned to you when they move to "In progress".',
    )
    resolution = TextField(
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
        help_text="How it was solved; customers read it. Empty: each ticket keeps what it has.",
    )

    def verb(self):
        data = self.cleaned_data
        return workflow.move, {"new_status": data["status"], "resolution": data["resolution"]}


class PriorityOfManyForm(ManyForm):
    field = "priority"

    priority = forms.ChoiceField(
        choices=blank_first(Priority.choices[::-1]),
        help_text="Tickets without an answer get the due time of the new priority.",
    )

    def verb(self):
        return workflow.triage, {"priority": self.cleaned_data["priority"]}


class CategoryOfManyForm(ManyForm):
    field = "category"

    category = forms.ChoiceField(choices=blank_first(Category.choices))

    def verb(self):
        return workflow.triage, {"category": self.cleaned_data["category"]}


class AssigneeOfManyForm(ManyForm):
    field = "assignee"

    assignee = forms.ChoiceField(choices=lambda: blank_first(assignable()))

    def verb(self):
        chosen = self.cleaned_data["assignee"]
        return workflow.assign, {"agent": None if chosen == "none" else Person.objects.get(pk=chosen)}


# --- One ticket --------------------------------------------------------------


class TicketForm(forms.ModelForm):
    """The fields of a ticket that staff may change.

    A field counts as changed when it differs from what this page showed, not from what the
    row says by now: saving a new priority must not undo what an agent did meanwhile.
    """

    status = forms.ChoiceField(
        error_messages={"invalid_choice": "The ticket has moved meanwhile. Please look at it again."}
    )
    assignee = forms.ModelChoiceField(queries.agents(), required=False, empty_label="Unassigned")
    resolution = TextField(
        widget=forms.Textarea(attrs={"rows": 4, "cols": 80}),
        help_text="How it was solved. The customer reads it once the ticket is resolved.",
    )

    class Meta:
        model = Ticket
        fields = ("status", "priority", "category", "assignee", "resolution")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        ticket = self.instance
        may_be = [Status(ticket.status), *workflow.allowed_moves(ticket)]
        self.fields["status"].choices = [(status.value, status.label) for status in may_be]
        # An agent who left may still be on it
        self.fields["assignee"].queryset |= Person.objects.filter(pk=ticket.assignee_id)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def changes(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.changed_data}


# --- People ------------------------------------------------------------------

CONTACT_FIELDS = {"email": EmailField, "login_email": EmailField, "phone": PhoneField}


def _people_only(form) -> None:
    """Leave the role `service` to the keys: it is of no use to a person."""
    if role := form.fields.get("role"):
        role.choices = [choice for choice in role.choices if choice[0] != Role.SERVICE]


class PersonRules:
    """Checks for a person, new or existing."""

    def clean_login_email(self):
        # Signing in looks it up in lower case
        return (self.cleaned_data["login_email"] or "").lower() or None

    def clean(self):
        data = super().clean()
        role = data.get("role", self.instance.role)
        if role != Role.CUSTOMER and not data.get("login_email") and "login_email" not in self.errors:
            self.add_error("login_email", "Agents and staff sign in: they need an address for that.")
        return data


class PersonForm(PersonRules, UserChangeForm):
    class Meta:
        model = Person
        fields = "__all__"
        field_classes = UserChangeForm.Meta.field_classes | CONTACT_FIELDS

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _people_only(self)


class NewPersonForm(PersonRules, AdminUserCreationForm):
    usable_password = forms.ChoiceField(
        label="Password",
        required=False,
        # An invitation is what a new colleague needs; the form would ask for a password otherwise
        initial="false",
        choices={"false": "No password", "true": "Set one now"},
        widget=forms.RadioSelect(attrs={"class": "radiolist inline"}),
        help_text="No password: an e-mail invites agents and staff to choose theirs. Customers do not sign in here.",
    )

    class Meta:
        model = Person
        fields = ("name", "role", "login_email", "email", "phone")
        field_classes = CONTACT_FIELDS

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _people_only(self)

    def clean(self):
        data = super().clean()
        signs_in = data["set_usable_password"]
        if signs_in and not data.get("login_email") and "login_email" not in self.errors:
            self.add_error("login_email", "A password is of no use without an address to sign in with.")
        data["email"] = data.get("email") or data.get("login_email") or ""
        return data
