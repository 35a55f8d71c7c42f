"""Tags in the admin: tidied and coloured. A new name is on every ticket that has the tag."""

from django import forms
from django.contrib import admin
from django.core.validators import RegexValidator

from tickets.models import Tag
from tickets.workflow import tags

from .base import DeskAdmin

COLOUR = RegexValidator(r"^#[0-9a-fA-F]{6}$", "A colour looks like #d9a11a.")


class TagForm(forms.ModelForm):
    colour = forms.CharField(
        required=False, validators=[COLOUR], help_text=Tag._meta.get_field("colour").help_text
    )

    class Meta:
        model = Tag
        fields = ["name", "colour"]

    def clean_name(self):
        name = self.cleaned_data["name"]
        others = Tag.objects.filter(key=tags.key_of(name)).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError("There is a tag with this name already.")
        return name


@admin.register(Tag)
class TagAdmin(DeskAdmin):
    purpose = "Words that sort tickets. Agents make them while typing; rename and colour them here."
    list_display = ("name", "colour", "created_at")
    search_fields = ("name",)
    form = TagForm

    def save_model(self, request, obj, form, change):
        if change and "name" in form.changed_data:
            name = obj.name
            obj.name = form.initial["name"]
            tags.rename(obj, name)
        obj.key = tags.key_of(obj.name)
        super().save_model(request, obj, form, change)

    def delete_model(self, request, obj):
        tags.delete(obj)

    def delete_queryset(self, request, queryset):
        for tag in queryset:
            tags.delete(tag)
