"""Two records of one person in the admin: found, looked at, linked."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html_join

from tickets.models import AuditAction, Person
from tickets.privacy import audit, personal_data
from tickets.shop import people


class LinkForm(forms.Form):
    other = forms.CharField(
        label="The other record",
        max_length=254,
        help_text="Its e-mail, its id in the shop, or its id here (it stands in the address of its page).",
    )
    sure = forms.BooleanField(
        required=False, label="Yes, these are one person", help_text="Linking cannot be undone."
    )

    def __init__(self, person: Person, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_other(self):
        found = [
            each for each in personal_data.find(self.cleaned_data["other"]) if each.pk != self.person.pk
        ]
        found = [each for each in found if not each.merged_into_id]
        if len(found) != 1:
            raise forms.ValidationError(
                "No other record has this."
                if not found
                else f"{len(found)} records have this: give the id of one."
            )
        return found[0]


class LinkPage(admin.ModelAdmin):
    """Adds the page, and the history of a record, to the admin of people."""

    def get_urls(self):
        link = path(
            "<path:object_id>/link/", self.admin_site.admin_view(self.link_view), name="tickets_person_link"
        )
        return [link, *super().get_urls()]

    def link_view(self, request, object_id):
        person = self.get_object(request, object_id)
        if not person:
            raise Http404
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        form = LinkForm(person, request.POST or None)
        other = form.cleaned_data["other"] if form.is_valid() else None
        if other and form.cleaned_data["sure"]:
            try:
                people.link(person, other, by=request.user)
            except people.NotLinked as reason:
                form.add_error("other", str(reason))
            else:
                audit.note(request, AuditAction.CHANGED, "linked records", person=person.pk)
                self.message_user(
                    request, "Linked: what the other record had is here now.", messages.SUCCESS
                )
                return redirect("admin:tickets_person_change", person.pk)
        context = self.admin_site.each_context(request) | {
            "title": f"Link another record to {person}",
            "opts": self.opts,
            "media": self.media,
            "original": person,
            "form": form,
            "other": other,
            "ticket_count": other.tickets.count() if other else 0,
            "order_count": other.orders.count() if other else 0,
        }
        return TemplateResponse(request, "admin/tickets/person/link.html", context)

    @admin.display(description="record history")
    def record_history(self, person):
        """List the changes to the record, newest first."""
        rows = format_html_join(
            "",
            "<p>{}: {} ({}) {}</p>",
            (
                (
                    f"{timezone.localtime(each.at):%-d %b %Y, %H:%M}",
                    each.what,
                    each.actor_name,
                    _said(each.details),
                )
                for each in person.history.order_by("-at")[:100]
            ),
        )
        return rows or "Nothing yet"


def _said(details: dict) -> str:
    parts = (", ".join(map(str, value)) if isinstance(value, list) else value for value in details.values())
    return "; ".join(f"{name}: {value}" for name, value in zip(details, parts, strict=True) if value)
