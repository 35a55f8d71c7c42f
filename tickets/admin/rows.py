"""Rows that are edited in place, in a list or below a form. Of two people who do so at once neither loses a change."""

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext


class NamedRowForm(forms.ModelForm):
    """A row that is edited in place: each field says for a screen reader what it changes.

    The page brings what each field was shown with. A field that was not changed here keeps what is stored, also
    where another person has changed it since; one that both have changed is refused once, with what is stored.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        is_new = self.instance._state.adding
        of = "" if is_new else f" of {self.instance}"
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{field.label or name}{of}"
            # A field of several boxes has no single hidden one
            field.show_hidden_initial = not is_new and not isinstance(field, forms.MultiValueField)

    def clean(self):
        data = super().clean() or self.cleaned_data
        changed = set(self.changed_data)
        for name in self.changed_meanwhile():
            stored = self.initial.get(name)
            if name not in changed:
                if name in data:
                    data[name] = getattr(self.instance, name)
            elif self.fields[name].has_changed(stored, self[name].data):
                self._show_next_time(name, stored)
                text = gettext("Another person changed this meanwhile. Stored now: %(stored)s.")
                self.add_error(
                    name,
                    text % {"stored": str(stored)[:80]} + " " + gettext("Save again to replace it."),
                )
        return data

    def changed_meanwhile(self) -> list[str]:
        """Return the fields whose stored value differs from the one that this row was rendered with."""
        return [
            name for name, field in self.fields.items() if field.show_hidden_initial and self._is_old(name)
        ]

    def _is_old(self, name: str) -> bool:
        shown = self[name].html_initial_name
        return shown in self.data and self.fields[name].has_changed(
            self.initial.get(name), self.data[shown]
        )

    def _show_next_time(self, name: str, stored) -> None:
        """Show the stored values when the page is rendered again."""
        data = cast(QueryDict, self.data).copy()
        data[self[name].html_initial_name] = self.fields[name].prepare_value(stored)
        self.data = data


class NamedRows(forms.BaseInlineFormSet):
    """Rows below a form, of which each box says what it is, the one that removes the row too."""

    # Of rows that another person has removed, and that were changed here
    has_returned = False

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(data, *args, **kwargs)
        if self.is_bound:
            self._bring_back()

    def _bring_back(self) -> None:
        """Make new rows of those that are no longer stored: a page whose row is gone could never be saved."""
        key, posted = cast(Any, self.model)._meta.pk.name, cast(QueryDict, self.data)
        first, total = (
            self.management_form.cleaned_data.get(name) or 0 for name in ("INITIAL_FORMS", "TOTAL_FORMS")
        )
        stored = {str(row.pk) for row in self.get_queryset()}
        keys = [self.data.get(f"{self.prefix}-{place}-{key}", "") for place in range(first)]
        gone = [place for place, each in enumerate(keys) if each.replace("-", "") not in _plain(stored)]
        if not gone:
            return
        places = [place for place in range(total) if place not in gone]
        removed = [place for place in gone if self.data.get(f"{self.prefix}-{place}-DELETE")]
        back = [place for place in gone if place not in removed]
        data = posted.copy()
        for name in [
            name
            for name in data
            if name.startswith(f"{self.prefix}-") and name.split("-")[1:2][0].isdigit()
        ]:
            del data[name]
        for new, old in enumerate([*places, *back]):
            beginning = f"{self.prefix}-{old}-"
            for name in [name for name in self.data if name.startswith(beginning)]:
                if not (old in back and name == f"{beginning}{key}"):
                    data.setlist(
                        f"{self.prefix}-{new}-{name.removeprefix(beginning)}", posted.getlist(name)
                    )
        data[f"{self.prefix}-INITIAL_FORMS"] = str(first - len(gone))
        data[f"{self.prefix}-TOTAL_FORMS"] = str(total - len(removed))
        self.data, self.has_returned = data, bool(back)
        for cached in ("management_form", "forms"):
            self.__dict__.pop(cached, None)

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = f"Delete {form.instance}"

    def clean(self):
        super().clean()
        if self.has_returned:
            raise forms.ValidationError(
                gettext(
                    "Another person removed a row that stands here. Save again to add it, or remove it."
                )
            )
        for form in self.deleted_forms:
            if names := form.changed_meanwhile():
                stored = "; ".join(f"{form.fields[name].label}: {form.initial.get(name)}" for name in names)
                for name in names:
                    form._show_next_time(name, form.initial.get(name))
                raise forms.ValidationError(
                    gettext("Another person changed this meanwhile. Stored now: %(stored)s.")
                    % {"stored": stored}
                    + " "
                    + gettext("Save again to remove it.")
                )


def _plain(keys: set[str]) -> set[str]:
    """Ids without hyphens, as some pages write UUIDs."""
    return {key.replace("-", "") for key in keys}
