"""The admin for staff: tickets through the workflow's verbs, people and orders as forms.

Lists stay cheap on a million rows: they are read in the order of an index, count no
further than COUNT_CAP, and join nothing.
"""

from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import StreamingHttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils import formats, timezone
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join

from . import audit, exports, limits, queries, search, workflow
from .admin_data import DataPage
from .admin_forms import (
    AssigneeOfManyForm,
    CategoryOfManyForm,
    NewPersonForm,
    PersonForm,
    PriorityOfManyForm,
    StatusOfManyForm,
    TicketForm,
    assignable,
)  # fmt: skip
from .admin_sign_in import SignInActions
from .models import AuditEntry, Deed, Order, OrderItem, Person, Ticket

# Of Django's own models we use none that a person edits
admin.site.unregister(Group)
admin.site.site_url = reverse_lazy("dashboard")

# Each ticket is a transaction with an fsync of its own; Django takes 1,000 form fields at most
MANY = 500


class AtLeast(int):
    """A count that was cut off, and says so."""

    def __str__(self):
        return f"{int(self):,}+"


class CappedPaginator(Paginator):
    """Counts exactly while they are few, "10,000+" beyond; later pages are reached by filter and search."""

    @cached_property
    def count(self):
        found = self.object_list.order_by()[: queries.COUNT_CAP + 1].count()
        return found if found <= queries.COUNT_CAP else AtLeast(queries.COUNT_CAP)


class DeskAdmin(admin.ModelAdmin):
    """What all our lists have in common."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50


# --- Tickets --------------------------------------------------------------------


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


@admin.register(Ticket)
class TicketAdmin(DeskAdmin):
    """The row is written by `tickets.workflow` only; what is no verb is shown and cannot be edited."""

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

    # --- The list ---

    def get_queryset(self, request):
        return super().get_queryset(request).defer("handover")

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
        return _pill("status", ticket.status, ticket.get_status_display())

    @admin.display(description="priority")
    def priority_pill(self, ticket):
        return _pill("priority", ticket.priority, ticket.get_priority_display())

    @admin.display(description="assigned to", empty_value="Nobody")
    def assigned_to(self, ticket):
        return ticket.assignee_name or None

    @admin.display(description="call back", empty_value="")
    def wants_callback(self, ticket):
        return "Wanted" if ticket.wants_callback else None

    @admin.display(description="updated")
    def updated(self, ticket):
        return formats.date_format(timezone.localtime(ticket.updated_at), "j M Y, H:i")

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

    @admin.action(description="Export as CSV")
    def export_csv(self, request, chosen):
        limits.take(request, "export")
        headers = {
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="tickets-{timezone.localdate()}.csv"',
        }
        return StreamingHttpResponse(exports.tickets_csv(chosen), headers=headers)

    def change_many(self, request, chosen, form_class):
        """Show the chosen tickets and ask for the new value; once it is given, do it and tell."""
        confirmed = "apply" in request.POST
        if confirmed:
            # Not `chosen`, which went through the list's filter once more: a ticket that has changed since
            # would drop out of it, and nobody would be told
            chosen = Ticket.objects.filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME))
        tickets = list(chosen[: MANY + 1])
        if len(tickets) > MANY:
            self.message_user(request, f"Please choose at most {MANY} tickets at a time.", messages.ERROR)
            return None
        form = form_class(request.POST if confirmed else None)
        if form.is_valid():
            verb, arguments = form.verb()
            done, skipped = workflow.move_many(tickets, verb, by=request.user, **arguments)
            audit.note(request, Deed.CHANGED, form.field, tickets=[ticket.pk for ticket in done])
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
        """Knock at the workflow's door; the row itself is never saved."""
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


def _pill(kind: str, value: str, label: str) -> str:
    return format_html('<span class="desk-pill" data-{}="{}">{}</span>', kind, value, label)


def _rendered(name: str, context: dict) -> str:
    return render_to_string(f"admin/tickets/ticket/{name}.html", context)


def _named(ticket: Ticket, reason: str) -> str:
    return reason if f"#{ticket.number}" in reason else f"#{ticket.number}: {reason}"


def _counted(tickets: list) -> str:
    return f"{len(tickets)} ticket{'' if len(tickets) == 1 else 's'}"


# --- Orders ------------------------------------------------------------------


class OrderItemInline(admin.TabularInline):
    model = OrderItem
    extra = 0


@admin.register(Order)
class OrderAdmin(DeskAdmin):
    list_display = ("number", "customer", "status", "total", "payment_status", "placed_at")
    list_select_related = ("customer",)
    list_filter = ("status",)
    # About the newest first, by an index and without their customers
    ordering = ("-number",)
    sortable_by = ()
    search_fields = ("=number", "=tracking_number", "customer__name", "customer__email")
    search_help_text = "Order or tracking number, name or e-mail of the customer."
    autocomplete_fields = ("customer",)
    inlines = (OrderItemInline,)
    fieldsets = (
        (None, {"fields": ("number", "customer", "status")}),
        ("Payment", {"fields": ("total", ("payment_method", "payment_status"))}),
        (
            "Delivery",
            {
                "fields": (
                    ("carrier", "tracking_number"), ("city", "pincode"), "placed_at", "eta", "delivered_at",
                )
            },
        ),
    )  # fmt: skip

    def get_search_results(self, request, queryset, search_term):
        by_number = queryset.filter(number=search_term.strip().upper())
        if by_number.exists():
            return by_number, False
        return super().get_search_results(request, queryset, search_term)

    def has_delete_permission(self, request, obj=None):
        # Tickets speak of it by its number. What did not happen is cancelled
        return False


# --- People ------------------------------------------------------------------


@admin.register(Person)
class PersonAdmin(SignInActions, DataPage, DeskAdmin, UserAdmin):
    list_display = ("name_or_contact", "role", "address", "phone", "is_active", "created_at")
    list_filter = ("role", "is_active")
    search_fields = ("name", "email", "login_email", "phone")
    search_help_text = "Name, e-mail or phone."
    ordering = ("-created_at",)
    filter_horizontal = ()
    sortable_by = ()

    form = PersonForm
    add_form = NewPersonForm
    fieldsets = (
        (None, {"fields": ("name", "email", "phone")}),
        ("Signing in", {"fields": ("role", "is_active", "login_email", "password")}),
        ("Known as", {"fields": ("external_id", "created_at", "last_login")}),
    )
    add_fieldsets = (
        (None, {"fields": ("name", "role", "phone")}),
        (
            "Signing in",
            {
                "fields": ("login_email", "usable_password", "password1", "password2"),
                "description": "Agents and staff sign in with this address and password.",
            },
        ),
        ("Contact", {"fields": ("email",), "description": "Empty: the address above."}),
    )
    # Whoever claims an identity of the shop gets its history: only the shop's signature may
    readonly_fields = ("external_id", "created_at", "last_login")

    @admin.display(description="name")
    def name_or_contact(self, person):
        return str(person)

    @admin.display(description="e-mail")
    def address(self, person):
        return person.login_email or person.email or None

    def get_readonly_fields(self, request, obj=None):
        # Nobody locks themselves out
        own = ("role", "is_active") if obj == request.user else ()
        return (*super().get_readonly_fields(request, obj), *own)

    def get_fieldsets(self, request, obj=None):
        if obj and not obj.login_email:
            signing_in = ("Signing in", {"fields": ("role", "is_active", "login_email")})
            return (self.fieldsets[0], signing_in, self.fieldsets[2])
        return super().get_fieldsets(request, obj)

    def has_delete_permission(self, request, obj=None):
        # Tickets and orders are theirs. Who leaves is made inactive
        return False

    def user_change_password(self, request, id, form_url=""):
        person = self.get_object(request, id)
        if person and not person.login_email:
            self.message_user(request, "First give this person an address to sign in with.", messages.ERROR)
            return redirect("admin:tickets_person_change", person.pk)
        return super().user_change_password(request, id, form_url)

    def save_model(self, request, obj, form, change):
        if not obj.login_email and obj.has_usable_password():
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            self.invite_if_new(request, obj)
        elif not obj.is_agent and {"role", "is_active"} & set(form.changed_data):
            self.leave(request, obj)


# --- Who saw and did what ----------------------------------------------------


@admin.register(AuditEntry)
class AuditAdmin(DeskAdmin):
    """Read, and nothing else."""

    list_display = ("at", "actor_name", "deed", "what", "about", "address")
    list_filter = ("deed",)
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

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


from .channels import admin as channels_admin  # noqa: E402, F401 (registers itself)

# --- The shop's settings -----------------------------------------------------
from .team import admin as team_admin  # noqa: E402, F401
