"""Rules in the admin: what they do, what they did, and what they would have done."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.validators import ProhibitNullCharactersValidator
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.models import TAG_LENGTH, TIMED, Rule, RuleRun, RunState
from tickets.team import dry_run, rules
from tickets.team.conditions import LISTS
from tickets.visibility import may

from .base import DeskAdmin, RecordAdmin
from .fields import DurationField

MOST_WORDS, LONGEST_WORD = 50, 80
ANY = ("", gettext_lazy("Does not matter"))
SHOWN = 20


class LinesField(forms.CharField):
    """Words or tags, one a line; the value is a list."""

    def __init__(self, length: int, **options):
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 3, "cols": 40}), **options)
        self.length = length

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        # The validators of a text see the list, in which this sign is written out
        ProhibitNullCharactersValidator()(value)
        lines = list(
            dict.fromkeys(" ".join(line.split()) for line in super().to_python(value).splitlines())
        )
        lines = [line for line in lines if line]
        if len(lines) > MOST_WORDS or any(len(line) > self.length for line in lines):
            raise forms.ValidationError(
                _("At most %(lines)s lines of %(length)s characters each."),
                params={"lines": MOST_WORDS, "length": self.length},
            )
        return lines


def _choices(name: str, label) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=list(LISTS[name][1].items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("One of these; none ticked: does not matter."),
    )


class RuleForm(forms.ModelForm):
    """A rule; each part of its conditions has a field of its own."""

    after = DurationField(
        label=gettext_lazy("Time"), required=False, help_text=gettext_lazy("Such as 30 min, 4 h or 2 d.")
    )
    status = _choices("status", gettext_lazy("Status"))
    priority = _choices("priority", gettext_lazy("Priority"))
    category = _choices("category", gettext_lazy("Category"))
    channel = _choices("channel", gettext_lazy("Channel"))
    tags = LinesField(TAG_LENGTH, label=gettext_lazy("One of these tags"))
    words = LinesField(LONGEST_WORD, label=gettext_lazy("One of these words in the text or subject"))
    assigned = forms.ChoiceField(
        label=gettext_lazy("Assigned"),
        required=False,
        choices=[ANY, ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
    )
    hours = forms.ChoiceField(
        label=gettext_lazy("Business hours"),
        required=False,
        choices=[ANY, ("open", gettext_lazy("The desk is open")), ("closed", gettext_lazy("It is closed"))],
    )
    CONDITIONS = ("status", "priority", "category", "channel", "tags", "words", "assigned", "hours")

    class Meta:
        model = Rule
        fields = ("name", "is_active", "position", "event", "macro")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("after", self.instance.after_minutes)
        for name in self.CONDITIONS:
            self.initial.setdefault(name, self.instance.conditions.get(name, ""))

    def clean_macro(self):
        macro = self.cleaned_data["macro"]
        if macro.assigns_me:
            raise forms.ValidationError(
                _("This macro assigns to the agent who applies it; a rule is no agent.")
            )
        return macro

    def clean(self):
        data = super().clean()
        is_timed, after = data.get("event") in TIMED, data.get("after")
        if is_timed and not after and "after" not in self.errors:
            self.add_error("after", _("This needs a time, such as 30 min."))
        if not is_timed and after:
            self.add_error("after", _("Only what has (time) in its name takes one."))
        self.instance.after_minutes = after if is_timed else None
        self.instance.conditions = {name: data[name] for name in self.CONDITIONS if data.get(name)}
        return data


@admin.register(Rule)
class RuleAdmin(DeskAdmin):
    purpose = "What the desk does by itself: when something happens and the conditions hold."
    list_display = ("name", "is_active", "event", "macro", "last_run")
    list_select_related = ("macro",)
    ordering = ("position", "name")
    sortable_by = ()
    form = RuleForm
    change_form_template = "admin/tickets/rule/change_form.html"
    readonly_fields = ("newest_runs",)
    fieldsets = (
        (None, {"fields": ("name", "is_active", "position")}),
        (gettext_lazy("When"), {"fields": ("event", "after")}),
        (gettext_lazy("If"), {"fields": RuleForm.CONDITIONS}),
        (
            gettext_lazy("Then"),
            {
                "fields": ("macro",),
                "description": gettext_lazy(
                    "A macro with all its steps. Its reply is sent in the name of “Automation” and is no answer: "
                    "the customer goes on waiting for an agent."
                ),
            },
        ),
        (gettext_lazy("Newest runs"), {"fields": ("newest_runs",)}),
    )

    def get_urls(self):
        dry = path(
            "<path:object_id>/dry-run/", self.admin_site.admin_view(self.dry_run_view), name="rule_dry_run"
        )
        return [dry, *super().get_urls()]

    def save_model(self, request, obj, form, change):
        if not change or form.changed_data not in ([], ["name"], ["position"], ["name", "position"]):
            # It begins with what happens from now on
            rules.begin(obj)
        super().save_model(request, obj, form, change)

    def dry_run_view(self, request, object_id):
        """Show what this rule would have done on the newest tickets."""
        rule = self.get_object(request, object_id)
        if not rule:
            raise Http404
        if not may(request.user, "change_settings"):
            raise PermissionDenied
        found = dry_run.outcomes(rule, rules.automation())
        context = self.admin_site.each_context(request) | {
            "title": _("What “%s” would have done") % rule,
            "opts": self.opts,
            "media": self.media,
            "original": rule,
            "outcomes": found,
            "runs": sum(each.runs for each in found),
        }
        return TemplateResponse(request, "admin/tickets/rule/dry_run.html", context)

    @admin.display(description=gettext_lazy("last run"))
    def last_run(self, rule):
        newest = _runs(rule).first()
        if newest is None:
            return _("None yet")
        return f"{newest.at:%Y-%m-%d %H:%M}: {newest.get_state_display()}"

    @admin.display(description=gettext_lazy("runs"))
    def newest_runs(self, rule):
        if rule._state.adding:
            return _("None yet")
        rows = format_html_join(
            "",
            '<tr><td>{}</td><td><a href="{}">#{}</a></td><td>{}</td><td>{}</td></tr>',
            (
                (
                    f"{run.at:%Y-%m-%d %H:%M:%S}",
                    reverse("admin:tickets_ticket_change", args=[run.ticket_id]),
                    run.ticket.number,
                    run.get_state_display(),
                    run.detail,
                )
                for run in _runs(rule)[:SHOWN]
            ),
        )
        return format_html("<table><tbody>{}</tbody></table>", rows) if rows else _("None yet")


def _runs(rule: Rule):
    runs = RuleRun.objects.filter(rule=rule).exclude(state=RunState.NO_MATCH).select_related("ticket")
    return runs.order_by("-at")


@admin.register(RuleRun)
class RuleRunAdmin(RecordAdmin):
    """The log: read, and nothing else."""

    purpose = "What the rules did, and why one did not run."
    list_display = ("at", "rule", "ticket_link", "state", "detail")
    list_filter = ("state", "rule")
    list_select_related = ("rule", "ticket")
    list_display_links = None
    sortable_by = ()

    def get_queryset(self, request):
        runs = super().get_queryset(request).order_by("-at")
        return runs if request.GET.get("state__exact") else runs.exclude(state=RunState.NO_MATCH)

    @admin.display(description=gettext_lazy("ticket"))
    def ticket_link(self, run):
        page = reverse("admin:tickets_ticket_change", args=[run.ticket_id])
        return format_html('<a href="{}">#{}</a>', page, run.ticket.number)
