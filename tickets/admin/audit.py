"""The audit in the admin: read, and nothing else."""

from uuid import UUID

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html

from tickets.models import AuditEntry

from .base import RecordAdmin


@admin.register(AuditEntry)
class AuditAdmin(RecordAdmin):
    """Read, and nothing else."""

    purpose = "Who saw or changed what. Entries cannot be changed."
    list_display = ("at", "actor_name", "action", "what", "about", "address")
    list_filter = ("action",)
    list_display_links = None
    sortable_by = ()
    search_fields = ("=actor_id", "=ticket_id", "=person_id")
    search_help_text = (
        "The id of a ticket, of a customer, or of who did it; ids stand in the addresses of their pages."
    )

    def get_search_results(self, request, queryset, search_term):
        if not search_term:
            return queryset, False
        try:
            id = UUID(search_term.strip())
        except ValueError:
            return queryset.none(), False
        return queryset.filter(Q(ticket_id=id) | Q(person_id=id) | Q(actor_id=id)), False

    @admin.display(description="about")
    def about(self, entry):
        if entry.ticket_id:
            return format_html(
                '<a href="{}">ticket</a>', reverse("admin:tickets_ticket_change", args=[entry.ticket_id])
            )
        if entry.person_id:
            return format_html(
                '<a href="{}">person</a>', reverse("admin:tickets_person_change", args=[entry.person_id])
            )
        return "–"
