"""Custom fields in the admin: what they are called, what fits, on which tickets they stand."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from tickets.custom_fields import definitions
from tickets.models import Category, CustomField, FieldKind, FieldOwner

from .base import DeskAdmin

MOST_CHOICES, CHOICE_LENGTH = 100, 120


class CustomFieldForm(forms.ModelForm):
    choices_text = forms.CharField(
        label=_("Choices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One a line."),
    )
    categories = forms.MultipleChoiceField(
        label=_("Categories"),
        required=False,
        choices=Category.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: tickets of every category."),
    )

    class Meta:
        model = CustomField
        fields = ("label", "key", "owner", "kind", "position", "is_personal", "is_active")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.initial["choices_text"] = "\n".join(self.instance.choices)
        self.initial["categories"] = self.instance.categories

    def clean(self):
        data = super().clean()
        kind = data.get("kind", self.instance.kind)
        lines = [" ".join(line.split()) for line in data.get("choices_text", "").splitlines()]
        choices = list(dict.fromkeys(filter(None, lines)))
        if kind == FieldKind.CHOICE and not choices:
            self.add_error("choices_text", _("Enter at least one choice."))
        if len(choices) > MOST_CHOICES or any(len(choice) > CHOICE_LENGTH for choice in choices):
            self.add_error("choices_text", _("At most 100 choices of 120 characters."))
        self.instance.choices = choices if kind == FieldKind.CHOICE else []
        owner = data.get("owner", self.instance.owner)
        self.instance.categories = data.get("categories", []) if owner == FieldOwner.TICKET else []
        return data


@admin.register(CustomField)
class CustomFieldAdmin(DeskAdmin):
    purpose = "Fields of your own on tickets and customers, such as a batch number."
    form = CustomFieldForm
    list_display = ("label", "key", "owner", "kind", "position", "is_active")
    ordering = ("position", "label")
    fieldsets = (
        (None, {"fields": ("label", "key", ("owner", "kind"), "choices_text", "categories", "position")}),
        (_("Privacy"), {"fields": ("is_personal",)}),
        (None, {"fields": ("is_active",)}),
    )

    def get_readonly_fields(self, request, obj=None):
        # What is stored would fit no more, and other software would not find it
        return ("key", "owner", "kind") if obj else ()

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        definitions.forget()

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        definitions.forget()

    def delete_queryset(self, request, queryset):
        super().delete_queryset(request, queryset)
        definitions.forget()
