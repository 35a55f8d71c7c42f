"""Webhooks in the admin: who is told what, what came of it, and a test."""

import json

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path
from django.utils.html import format_html, format_html_join

from supportdesk.storage import secret_box
from tickets.models import Delivery, EventType, Webhook
from tickets.webhooks import outbox, sender, signing

from ..base import DeskAdmin, RecordAdmin


class WebhookForm(forms.ModelForm):
    secret = forms.CharField(
        required=False,
        label="Signing secret",
        widget=forms.TextInput(
            attrs={
                "class": "vTextField",
                "autocomplete": "off",
                "spellcheck": "false",
                "data-never-kept": "",
            }
        ),
        help_text="whsec_ and 24 to 64 bytes in base64. Empty: a new one is made, or the stored one stays.",
    )
    events = forms.MultipleChoiceField(
        choices=[(event, event) for event in EventType.values],
        initial=EventType.values,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Webhook
        fields = ("name", "url", "secret", "events", "is_active")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # What is stored is encrypted, and shown below
        self.initial["secret"] = ""

    def clean_secret(self):
        secret = self.cleaned_data["secret"].strip()
        if secret and not signing.is_secret(secret):
            raise forms.ValidationError(
                "Enter whsec_ followed by 24 to 64 bytes in base64, or leave it empty."
            )
        return secret


@admin.register(Webhook)
class WebhookAdmin(DeskAdmin):
    purpose = "Addresses of your own systems that are told when something happens on a ticket."
    list_display = ("__str__", "url", "events_in_words", "is_active", "last_delivery")
    sortable_by = ()
    form = WebhookForm
    change_form_template = "admin/tickets/webhook/change_form.html"
    readonly_fields = ("signing_secret", "stopped_because", "deliveries")

    def get_fields(self, request, obj=None):
        fields = ("name", "url", "secret", "events", "is_active")
        return (*fields, "stopped_because", "signing_secret", "deliveries") if obj else fields

    def get_urls(self):
        test = path(
            "<path:object_id>/test/", self.admin_site.admin_view(self.test_view), name="webhook_test"
        )
        return [test, *super().get_urls()]

    def save_model(self, request, obj, form, change):
        secret = form.cleaned_data["secret"]
        if not change:
            obj.secret = secret_box.sealed(secret or signing.new_secret())
            outbox.begin(obj)
            obj.save(force_insert=True)
            return
        changes = {name: getattr(obj, name) for name in ("name", "url", "events", "is_active")}
        if secret:
            changes["secret"] = secret_box.sealed(secret)
        if obj.is_active:
            changes["stopped_because"] = ""
        # The sender moves its position meanwhile
        Webhook.objects.filter(pk=obj.pk).update(**changes)

    def test_view(self, request, object_id):
        if not self.has_change_permission(request):
            raise PermissionDenied
        webhook = self.get_object(request, object_id)
        if not webhook or request.method != "POST":
            raise Http404
        [attempt] = sender.send_test(webhook).attempts
        if attempt["status"] and 200 <= attempt["status"] < 300:
            said = f"The receiver answered {attempt['status']} after {attempt['ms']} ms."
            self.message_user(request, said, messages.SUCCESS)
        else:
            why = attempt["error"] or f"It answered {attempt['status']}."
            self.message_user(request, f"The test was not delivered. {why}", messages.ERROR)
        return redirect("admin:tickets_webhook_change", webhook.pk)

    @admin.display(description="events")
    def events_in_words(self, webhook):
        return ", ".join(webhook.events)

    @admin.display(description="last delivery", empty_value="None yet")
    def last_delivery(self, webhook):
        newest = webhook.deliveries.order_by("-created_at").first()
        return newest and _outcome(newest)

    @admin.display(description="signing secret")
    def signing_secret(self, webhook):
        try:
            return format_html("<code>{}</code>", secret_box.opened(webhook.secret))
        except secret_box.Unreadable as reason:
            return str(reason)

    @admin.display(description="newest deliveries", empty_value="None yet")
    def deliveries(self, webhook):
        newest = webhook.deliveries.order_by("-created_at")[:20]
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            ((f"{each.created_at:%Y-%m-%d %H:%M:%S}", each.type, _outcome(each)) for each in newest),
        )
        return format_html("<table><tbody>{}</tbody></table>", rows) if rows else None


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    """The log: read, and nothing else."""

    purpose = "What was sent to webhooks, and how they answered."
    list_display = ("created_at", "type", "webhook", "outcome", "tries", "due_at")
    list_filter = ("state",)
    list_select_related = ("webhook",)
    sortable_by = ()
    fields = ("type", "webhook", "state", "created_at", "due_at", "ended_at", "log", "what_was_told")
    readonly_fields = fields

    @admin.display(description="outcome")
    def outcome(self, delivery):
        return _outcome(delivery)

    @admin.display(description="tries")
    def tries(self, delivery):
        return len(delivery.attempts)

    @admin.display(description="attempts")
    def log(self, delivery):
        return format_html_join(
            "",
            "<p>{} {} ({} ms) {}</p>",
            (
                (each["at"], each["status"] or "no answer", each["ms"], each["error"])
                for each in delivery.attempts
            ),
        )

    @admin.display(description="body")
    def what_was_told(self, delivery):
        return format_html(
            "<pre>{}</pre>", json.dumps(json.loads(delivery.body), indent=2, ensure_ascii=False)
        )


def _outcome(delivery: Delivery) -> str:
    if not delivery.attempts:
        return "Waiting"
    last = delivery.attempts[-1]
    return f"{delivery.get_state_display()}: {last['status'] or last['error']}"
