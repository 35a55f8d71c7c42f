"""Teams and availability in the admin."""

from django import forms
from django.contrib import admin, messages
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tickets import queries
from tickets.models import (
    AuditAction,
    Availability,
    Category,
    PermissionSet,
    Team,
    TeamCategory,
    TeamMember,
)
from tickets.privacy import audit
from tickets.team import availability

from .base import DeskAdmin


class TeamForm(forms.ModelForm):
    """A team with its categories and members."""

    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Categories"),
        choices=Category,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tickets of these categories go to this team. A category has one team."),
    )
    members = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Members"),
        queryset=queries.agents(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Team
        fields = ("name",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        team = self.instance.pk if not self.instance._state.adding else None
        routes = TeamCategory.objects.filter(team_id=team)
        members = TeamMember.objects.filter(team_id=team)
        self.initial["categories"] = list(routes.values_list("category", flat=True))
        self.initial["members"] = list(members.values_list("person_id", flat=True))

    def clean_categories(self):
        chosen = self.cleaned_data["categories"]
        others = TeamCategory.objects.filter(category__in=chosen).exclude(team_id=self.instance.pk)
        if taken := list(others.select_related("team")):
            said = "; ".join(f"{route.get_category_display()}: {route.team}" for route in taken)
            raise forms.ValidationError(_("Another team has it: %(taken)s."), params={"taken": said})
        return chosen


@admin.register(Team)
class TeamAdmin(DeskAdmin):
    purpose = (
        "Agents who take the tickets of some categories. An agent limited to their own team sees no others."
    )
    list_display = ("name", "categories", "members")
    ordering = ("name",)
    sortable_by = ()
    form = TeamForm
    fields = ("name", "categories", "members")

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("routes", "members__person")

    @admin.display(description=gettext_lazy("categories"), empty_value="")
    def categories(self, team):
        return ", ".join(sorted(route.get_category_display() for route in team.routes.all()))

    @admin.display(description=gettext_lazy("members"), empty_value="")
    def members(self, team):
        return ", ".join(sorted(str(member.person) for member in team.members.all()))

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        data = form.cleaned_data
        TeamCategory.objects.filter(team=obj).exclude(category__in=data["categories"]).delete()
        TeamMember.objects.filter(team=obj).exclude(
            person_id__in=[each.pk for each in data["members"]]
        ).delete()
        rows = [TeamCategory(category=category, team=obj) for category in data["categories"]]
        rows += [TeamMember(person=person, team=obj) for person in data["members"]]
        refused = [row for row in rows if not _inserted(row)]
        if taken := [str(row) for row in refused if isinstance(row, TeamCategory)]:
            said = _("Another team got it meanwhile: %s.") % ", ".join(taken)
            self.message_user(request, said, messages.WARNING)


def _inserted(row) -> bool:
    """Insert the row; False when another team's row has its key."""
    same = {"team": row.team} | (
        {"category": row.category} if isinstance(row, TeamCategory) else {"person": row.person}
    )
    if type(row).objects.filter(**same).exists():
        return True
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return type(row).objects.filter(**same).exists()
    return True


@admin.register(PermissionSet)
class PermissionSetAdmin(DeskAdmin):
    """Permission sets; one that has people cannot be deleted."""

    purpose = (
        "What its agents may do: see their own team's tickets only, export, erase, change the settings."
    )
    list_display = ("name", "own_team_only", "may_export", "may_erase", "may_change_settings")
    ordering = ("name",)
    sortable_by = ()
    fields = ("name", "own_team_only", "may_export", "may_erase", "may_change_settings", "has_it")
    readonly_fields = ("has_it",)

    @admin.display(description=gettext_lazy("people with it"), empty_value="")
    def has_it(self, row):
        return ", ".join(map(str, row.people.order_by("name")[:100])) if not row._state.adding else ""


@admin.register(Availability)
class AvailabilityAdmin(DeskAdmin):
    """Agents' availability, and the most open tickets of each."""

    purpose = "Who is online or away, and how many open tickets the desk gives each agent at most."
    list_display = ("person", "state", "reason", "changed_at", "seen_at", "open_limit")
    list_editable = ("open_limit",)
    list_select_related = ("person",)
    sortable_by = ()
    ordering = ("person",)
    fields = ("person", "state", "reason", "changed_at", "seen_at", "open_limit")
    readonly_fields = ("person", "state", "reason", "changed_at", "seen_at")
    actions = ("make_away",)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=gettext_lazy("availability"))
    def state(self, row):
        return availability.Name(availability.name_of(row)).label

    def save_model(self, request, obj, form, change):
        # The rest of the row belongs to the desk
        Availability.objects.filter(pk=obj.pk).update(open_limit=obj.open_limit)

    @admin.action(
        description=gettext_lazy("Make away; what waits becomes unassigned"), permissions=["change"]
    )
    def make_away(self, request, rows):
        people = [row.person for row in rows.select_related("person")]
        released = sum(availability.go_away(person, by=request.user) for person in people)
        for person in people:
            audit.record(
                request.user,
                AuditAction.CHANGED,
                "made away",
                person=person.pk,
                address=audit.address_of(request),
            )
        request.audited = True
        said = (
            ngettext("%d ticket is unassigned now.", "%d tickets are unassigned now.", released) % released
        )
        self.message_user(request, said, messages.SUCCESS)
