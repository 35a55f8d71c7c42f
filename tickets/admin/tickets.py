"""Tickets in the admin: every change is a verb of `tickets.workflow`, for one ticket and for many."""

from functools import cache

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.http import StreamingHttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language

from tickets import queries, rate_limits, search, workflow
from tickets.models import AuditAction, Priority, Status, Ticket
from tickets.privacy import audit
from tickets.reports import tickets_csv
from tickets.visibility import may, require, visibility_of, visible_tickets

from .base import DeskAdmin
from .forms import (
    AssigneeOfManyForm,
    CategoryOfManyForm,
    PriorityOfManyForm,
    StatusOfManyForm,
    TicketForm,
    assignable,
)

# Each ticket is a transaction with an fsync of its own; Django takes 1,000 form fields at most
MANY = 500


class AssigneeFilter(admin.SimpleListFilter):
    title = "assignee"
    parameter_name = "assigned"

    def lookups(self, request, model_admin):
        return assignable()

    def queryset(self, request, tickets):
        if self.value() == "none":
            return tickets.filter(assignee=None)
        try:
            return tickets.filter(assignee_id=self.value()) if self.value() else tickets
        except ValidationError as reason:
            raise IncorrectLookupParameters from reason


class CallbackFilter(admin.SimpleListFilter):
    title = "call back"
    parameter_name = "callback"

    def lookups(self, request, model_admin):
        return [("wanted", "Wanted"), ("done", "Done")]

    def queryset(self, request, tickets):
        if not self.value():
            return tickets
        return tickets.filter(callback_requested=True, callback_completed=self.value() == "done")


class TicketList(ChangeList):
    """The page of the list reads the columns that it shows; an action gets whole tickets."""

    COLUMNS = (
        "number", "subject", "requester_name", "status", "priority", "category", "assignee_name",
        "callback_requested", "callback_completed", "updated_at",
    )  # fmt: skip

    def get_results(self, request):
        super().get_results(request)
        self.result_list = self.result_list.only(*self.COLUMNS)


@admin.register(Ticket)
class TicketAdmin(DeskAdmin):
    """The row is written by `tickets.workflow` only; what is no verb is shown and cannot be edited."""

    writes_all = False

    list_display = (
        "ticket", "customer", "status_pill", "priority_pill", "category", "assigned_to",
        "wants_callback", "updated",
    )  # fmt: skip
    list_filter = ("status", "priority", "category", AssigneeFilter, CallbackFilter)
    # The list has the one order that its index `inbox` has
    sortable_by = ()
    # Shows the box; what is searched says tickets.search
    search_fields = ("number",)
    search_help_text = "Ticket or order number, name, e-mail, phone, or words of the subject."
    actions = ("change_status", "change_priority", "change_category", "change_assignee", "export_csv")

    form = TicketForm
    fieldsets = (
        (None, {"fields": TicketForm.Meta.fields}),
        (
            "The request",
            {
                "fields": (
                    "number", "subject", "requester", "requester_name", "requester_email",
                    "requester_phone", "order", "previous", "language",
                )
            },
        ),
        ("Conversation", {"fields": ("conversation",)}),
        ("Chat with Villy", {"fields": ("chat_with_villy",), "classes": ("collapse",)}),
        (
            "Call back and rating",
            {
                "fields": (
                    "callback_requested", "callback_completed", "callback_note", "rating", "rating_comment",
                )
            },
        ),
        (
            "Times",
            {
                "fields": (
                    "created_at", "updated_at", "first_response_due_at", "first_responded_at",
                    "resolved_at", "closed_at",
                )
            },
        ),
        ("History", {"fields": ("history",)}),
    )  # fmt: skip

    def get_readonly_fields(self, request, obj=None):
        shown = admin.utils.flatten_fieldsets(self.fieldsets)
        return [name for name in shown if name not in TicketForm.Meta.fields]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def view_on_site(self, ticket):
        return reverse("ticket", args=[ticket.pk])

    # --- The list (its rows are written by templatetags/ticket_rows.py) ---

    def get_changelist(self, request, **kwargs):
        return TicketList

    def get_queryset(self, request):
        tickets = super().get_queryset(request).defer("handover")
        limits = visibility_of(request.user)
        return limits.among(tickets) if limits else tickets

    def get_search_results(self, request, queryset, search_term):
        return search.tickets(queryset, search_term) if search_term else queryset, False

    @admin.display(description="ticket")
    def ticket(self, ticket):
        return str(ticket)

    @admin.display(description="customer")
    def customer(self, ticket):
        return ticket.requester_name

    @admin.display(description="status")
    def status_pill(self, ticket):
        return _pill("status", Status(ticket.status), get_language())

    @admin.display(description="priority")
    def priority_pill(self, ticket):
        return _pill("priority", Priority(ticket.priority), get_language())

    @admin.display(description="assigned to", empty_value="Unassigned")
    def assigned_to(self, ticket):
        return ticket.assignee_name or None

    @admin.display(description="call back", empty_value="")
    def wants_callback(self, ticket):
        return "Wanted" if ticket.wants_callback else None

    @admin.display(description="updated")
    def updated(self, ticket):
        at = timezone.localtime(ticket.updated_at)
        return dateformat.format(at, "j M, H:i" if at.year == timezone.localdate().year else "j M Y")

    # --- Many ---

    @admin.action(description="Change status …")
    def change_status(self, request, chosen):
        return self.change_many(request, chosen, StatusOfManyForm)

    @admin.action(description="Change priority …")
    def change_priority(self, request, chosen):
        return self.change_many(request, chosen, PriorityOfManyForm)

    @admin.action(description="Change category …")
    def change_category(self, request, chosen):
        return self.change_many(request, chosen, CategoryOfManyForm)

    @admin.action(description="Change assignee …")
    def change_assignee(self, request, chosen):
        return self.change_many(request, chosen, AssigneeOfManyForm)

    def get_actions(self, request):
        actions = super().get_actions(request)
        if not may(request.user, "export"):
            actions.pop("export_csv", None)
        return actions

    @admin.action(description="Export as CSV")
    def export_csv(self, request, chosen):
        require(request.user, "export")
        rate_limits.consume(request, "export")
        headers = {
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="tickets-{timezone.localdate()}.csv"',
        }
        return StreamingHttpResponse(tickets_csv.tickets_csv(chosen), headers=headers)

    def change_many(self, request, chosen, form_class):
        """Show the chosen tickets and ask for the new value; once it is given, do it and tell."""
        confirmed = "apply" in request.POST
        if confirmed:
            # Not `chosen`, which went through the list's filter once more: a ticket that has changed since
            # would drop out of it, and without a word
            chosen = visible_tickets(request.user).filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME))
        tickets = list(chosen[: MANY + 1])
        if len(tickets) > MANY:
            self.message_user(request, f"Please choose at most {MANY} tickets at a time.", messages.ERROR)
            return None
        form = form_class(request.POST if confirmed else None)
        if form.is_valid():
            verb, arguments = form.verb()
            done, skipped = workflow.move_many(tickets, verb, by=request.user, **arguments)
            audit.note(request, AuditAction.CHANGED, form.field, tickets=[ticket.pk for ticket in done])
            self.tell(request, form, done, skipped)
            return None
        action = request.POST["action"]
        context = self.admin_site.each_context(request) | {
            "title": f"{self.get_actions(request)[action][2].strip(' …')} of {_counted(tickets)}",
            "opts": self.opts,
            "media": self.media,
            "form": form,
            "tickets": tickets,
            "action": action,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/tickets/ticket/change_many.html", context)

    def tell(self, request, form, done: list, skipped: list) -> None:
        """Say what was done, and name what was left, each ticket with its reason."""
        if done:
            said = f"{form.field.capitalize()} is now “{form.new_value()}” on {_counted(done)}."
            self.message_user(request, said, messages.SUCCESS)
        if skipped:
            reasons = format_html_join("", "<li>{}</li>", ([_named(*pair)] for pair in skipped))
            said = format_html("{} left as before:<ul>{}</ul>", _counted(skipped), reasons)
            self.message_user(request, said, messages.WARNING)

    # --- One ---

    def save_model(self, request, obj, form, change):
        """Apply the changes through `tickets.workflow`; the row itself is never saved."""
        try:
            workflow.change(Ticket.objects.get(pk=obj.pk), by=request.user, **form.changes())
        except workflow.Refused as reason:
            obj.refused = str(reason)

    def log_change(self, request, obj, message):
        if not hasattr(obj, "refused"):
            return super().log_change(request, obj, message)
        return None

    def response_change(self, request, obj):
        if hasattr(obj, "refused"):
            self.message_user(request, f"Nothing was changed. {obj.refused}", messages.ERROR)
            return redirect(request.get_full_path())
        return super().response_change(request, obj)

    @admin.display(description="newest messages")
    def conversation(self, ticket):
        shown = queries.newest_messages(ticket, notes=True)
        return _rendered("conversation", {"ticket": ticket, "lines": shown})

    @admin.display(description="what went along")
    def chat_with_villy(self, ticket):
        return _rendered("transcript", {"lines": ticket.handover.get("transcript", [])})

    @admin.display(description="who changed what")
    def history(self, ticket):
        return _rendered("history", {"events": ticket.events.order_by("-at")[:100]})


@cache
def _pill(kind: str, choice: Status | Priority, language: str) -> str:
    """Return the pill in the language in force; there are eight of each language."""
    return format_html('<span class="desk-pill" data-{}="{}">{}</span>', kind, choice.value, choice.label)


def _rendered(name: str, context: dict) -> str:
    return render_to_string(f"admin/tickets/ticket/{name}.html", context)


def _named(ticket: Ticket, reason: str) -> str:
    return reason if f"#{ticket.number}" in reason else f"#{ticket.number}: {reason}"


def _counted(tickets: list) -> str:
    return f"{len(tickets)} ticket{'' if len(tickets) == 1 else 's'}"
