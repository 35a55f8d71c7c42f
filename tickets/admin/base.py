"""Base classes of the admin's lists, fast on a million rows.

They are read in the order of an index, count no further than COUNT_CAP, and join nothing.
"""

import hashlib
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.paginator import Paginator
from django.db.models import CharField, DecimalField, JSONField, Model, Q
from django.urls import reverse_lazy
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.text import smart_split
from django.utils.translation import gettext

from tickets.lists import inbox
from tickets.models import MONEY
from tickets.privacy.form_fields import LineField
from tickets.search.folding import holds

from .rows import NamedRowForm

# Django takes a lazy address here, the stubs a text only
admin.site.site_url = reverse_lazy("dashboard")  # type: ignore[assignment]


class CappedCount(int):
    """A count that stopped at the cap; shown with a plus."""

    def __str__(self):
        return f"{int(self):,}+"


class CappedPaginator(Paginator):
    """Counts exactly while they are few, "10,000+" beyond; later pages are reached by filter and search."""

    @cached_property
    def count(self):
        found = self.object_list.order_by()[: inbox.COUNT_CAP + 1].count()
        return found if found <= inbox.COUNT_CAP else CappedCount(inbox.COUNT_CAP)


def _holds(field: str, word: str) -> Q:
    """Return the condition of one of `search_fields`; with "=" the whole value, as Django has it."""
    if field.startswith("="):
        return Q(**{f"{field[1:]}__iexact": word})
    if field.endswith(("email", "phone")):
        return Q(**{f"{field}__icontains": word})
    return holds(field, word)


class MoneyField(forms.DecimalField):
    """An amount: stored with four decimals, shown with two where the others are zeros."""

    def prepare_value(self, value):
        if isinstance(value, Decimal) and value == (short := round(value, 2)):
            return short
        return value


def _shown(value) -> str:
    """Return a value as a form shows it: times have no fraction of a second there, and lose it with a save."""
    return str(value.replace(microsecond=0) if isinstance(value, datetime) else value)


class SeenForm:
    """The form of a row that refuses to overwrite what another person has saved since it was shown.

    `seen` is the sum of what is stored now; the form brings the one that it was shown with.
    """

    SEEN = "_seen"
    # Of the form that it is mixed into
    instance: Model
    fields: dict[str, forms.Field]
    initial: dict[str, Any]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.seen = self._sum()

    def _sum(self) -> str:
        fields = [*self.instance._meta.concrete_fields, *self.instance._meta.many_to_many]
        # What no field of the form shows may change under it: counters, the last sign-in
        names = [
            field.name for field in fields if field.name in self.fields or isinstance(field, JSONField)
        ]
        stored = forms.model_to_dict(self.instance, names)
        stored |= {
            name: sorted(str(each.pk) for each in value)
            for name, value in stored.items()
            if isinstance(value, list) and all(hasattr(each, "pk") for each in value)
        }
        # What the form itself reads and writes, as a team's members
        stored |= {
            name: sorted(map(str, value)) if isinstance(value, list) else value
            for name in self.fields
            if name not in stored and (value := self.initial.get(name)) is not None
        }
        names += [name for name in stored if name not in names]
        text = json.dumps([stored.get(name) for name in names], default=_shown, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def clean(self):
        data = super().clean()
        if self.data.get(self.SEEN, self.seen) != self.seen:
            stored = "; ".join(
                f"{self.fields[name].label or name}: {str(self.initial.get(name))[:80]}"
                for name in self.changed_data[:5]
                if name in self.initial
            )
            raise forms.ValidationError(
                gettext("Another person saved this since you opened it. Stored now: %(stored)s.")
                % {"stored": stored or gettext("what you typed")}
                + " "
                + gettext("What you typed is below: save again to replace it.")
            )
        return data


class DeskAdmin(admin.ModelAdmin):
    """Base of all our lists and forms."""

    # What the rows are for, in a sentence above their list
    purpose = ""
    # Whether a save writes every field of its form; else it may write beside another person's
    writes_all = True

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"purpose": self.purpose} | (extra_context or {}))

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form)(form.__name__, (SeenForm, form), {}) if change and self.writes_all else form

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, DecimalField) and db_field.decimal_places == MONEY["decimal_places"]:
            kwargs = {"form_class": MoneyField} | kwargs
        if type(db_field) is CharField and not db_field.choices:
            kwargs = {"form_class": LineField} | kwargs
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        widget = getattr(field, "widget", None)
        if isinstance(widget, AdminSplitDateTime):
            # Django writes "Date:" and "Time:" beside the two boxes, and ties neither to its box
            for box, part in zip(widget.widgets, ("date", "time"), strict=True):
                box.attrs["aria-label"] = f"{field.label}: {part}"
        return field

    def get_search_results(self, request, queryset, search_term):
        """Find names and texts as the desk's search does: "Lukasz" finds Łukasz."""
        fields = self.get_search_fields(request)
        for word in smart_split(search_term) if fields else ():
            word = word.strip('"')
            queryset = queryset.filter(Q(*(_holds(field, word) for field in fields), _connector=Q.OR))
        return queryset, False

    # Django renders a widget's template for each row: a sixth of what the list of tickets costs
    def action_checkbox(self, obj):
        return format_html(
            '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="{}">',
            ACTION_CHECKBOX_NAME,
            obj.pk,
            gettext("Select this object for an action - {}").format(obj),
        )

    def get_changelist_form(self, request, **kwargs):
        return super().get_changelist_form(request, **{"form": NamedRowForm} | kwargs)

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50


class RecordAdmin(DeskAdmin):
    """Rows that the desk writes, and staff look at and change nothing of."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
