"""A person's data in the admin: download everything, or erase, each after a page that says what happens."""

import tempfile

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path

from tickets import rate_limits
from tickets.models import AuditAction, Role
from tickets.privacy import audit, personal_data
from tickets.visibility import may, require

IN_MEMORY = 4 * 1024 * 1024


class EraseForm(forms.Form):
    words = forms.BooleanField(
        required=False,
        label="Also every word that the customer wrote",
        help_text="Otherwise the messages stay, without names, addresses and numbers.",
    )
    sure = forms.BooleanField(
        label="Yes, erase this person",
        error_messages={"required": "Nothing was erased: tick the box if you are sure."},
    )


class DataPage(admin.ModelAdmin):
    """Adds the page to the admin of people."""

    change_form_template = "admin/tickets/person/change_form.html"

    def get_urls(self):
        data = path(
            "<path:object_id>/data/", self.admin_site.admin_view(self.data_view), name="tickets_person_data"
        )
        return [data, *super().get_urls()]

    def data_view(self, request, object_id):
        person = self.get_object(request, object_id)
        if not person:
            raise Http404
        if not self.has_view_permission(request, person):
            raise PermissionDenied
        form = EraseForm(request.POST if "erase" in request.POST else None)
        may_erase = person.role == Role.CUSTOMER and may(request.user, "erase")
        if "export" in request.POST:
            require(request.user, "export")
            return self.exported(request, person)
        if "erase" in request.POST:
            require(request.user, "erase")
        if may_erase and form.is_valid():
            return self.erased(request, person, words=form.cleaned_data["words"])
        context = self.admin_site.each_context(request) | {
            "title": f"Data of {person}",
            "opts": self.opts,
            "media": self.media,
            "original": person,
            "form": form,
            "may_be_erased": may_erase,
            "is_customer": person.role == Role.CUSTOMER,
            "may_be_exported": may(request.user, "export"),
            "ticket_count": person.tickets.count(),
        }
        return TemplateResponse(request, "admin/tickets/person/data.html", context)

    def exported(self, request, person):
        rate_limits.consume(request, "export")
        file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it
        personal_data.export(person, file)
        audit.note(request, AuditAction.EXPORTED, "everything", person=person.pk)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=f"person-{person.pk}.zip")

    def erased(self, request, person, *, words: bool):
        personal_data.erase(person, words=words)
        audit.note(
            request, AuditAction.ERASED, "with every word" if words else "the person", person=person.pk
        )
        self.message_user(
            request, "Erased. What stays of the conversations names no person.", messages.SUCCESS
        )
        return redirect("admin:tickets_person_changelist")
