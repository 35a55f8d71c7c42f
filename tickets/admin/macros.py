"""Macros in the admin."""

from django import forms
from django.contrib import admin
from django.utils import timezone

from tickets import queries
from tickets.models import Macro
from tickets.workflow.variables import complaint_about

from .base import DeskAdmin

LANGUAGES = {"en": "English", "hi": "Hindi", "hinglish": "Hinglish"}


class MacroForm(forms.ModelForm):
    """The reply has a box for each language; what the ticket's language lacks is sent in English."""

    text_en = forms.CharField(
        label="Reply (English)", widget=forms.Textarea(attrs={"rows": 4}), required=False
    )
    text_hi = forms.CharField(
        label="Reply (Hindi)", widget=forms.Textarea(attrs={"rows": 4, "lang": "hi"}), required=False
    )
    text_hinglish = forms.CharField(
        label="Reply (Hinglish)", widget=forms.Textarea(attrs={"rows": 4}), required=False
    )

    class Meta:
        model = Macro
        fields = (
            "name",
            "is_active",
            "note",
            "status",
            "priority",
            "category",
            "resolution",
            "tags",
            "assignee",
            "assigns_me",
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = queries.agents()
        for code in LANGUAGES:
            self.fields[f"text_{code}"].max_length = 4000
            self.initial.setdefault(f"text_{code}", self.instance.texts.get(code, ""))

    def clean(self):
        data = super().clean()
        texts = {code: data.get(f"text_{code}", "") for code in LANGUAGES}
        self.instance.texts = {code: text for code, text in texts.items() if text.strip()}
        for name in (*(f"text_{code}" for code in LANGUAGES), "note", "resolution"):
            if said := complaint_about(data.get(name) or ""):
                self.add_error(name, said)
        steps = ("note", "status", "priority", "category", "resolution", "tags", "assignee", "assigns_me")
        if not self.instance.texts and not any(data.get(step) for step in steps):
            raise forms.ValidationError("A macro does something: write a reply or choose a step.")
        return data

    def save(self, commit=True):
        self.instance.updated_at = timezone.now()
        return super().save(commit)


@admin.register(Macro)
class MacroAdmin(DeskAdmin):
    purpose = "Steps that agents apply at once: a reply, a status, tags, an assignee."
    list_display = ("name", "status", "priority", "category", "is_active", "uses")
    list_filter = ("is_active",)
    ordering = ("name",)
    search_fields = ("name",)
    search_help_text = "Name of the macro."
    form = MacroForm
    fieldsets = (
        (None, {"fields": ("name", "is_active")}),
        (
            "Reply",
            {
                "fields": ("text_en", "text_hi", "text_hinglish"),
                "description": "Variables: {{customer.firstName}}, {{order.number}}, {{order.eta}}, {{agent.name}}, {{ticket.number}}.",
            },
        ),
        ("Private note", {"fields": ("note",)}),
        (
            "Changes",
            {
                "fields": (
                    "status",
                    "resolution",
                    ("priority", "category"),
                    "tags",
                    ("assignee", "assigns_me"),
                )
            },
        ),
    )
