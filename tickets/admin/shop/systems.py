"""Service keys and connections to shop systems in the admin."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from supportdesk.storage import secret_box
from tickets.models import Scope, ServiceKey, ShopConnection, System
from tickets.shop import keys
from tickets.shop.systems import fetching

from ..base import DeskAdmin

# --- Service keys ------------------------------------------------------------


class ServiceKeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices, widget=forms.CheckboxSelectMultiple, help_text="What the key may do."
    )

    class Meta:
        model = ServiceKey
        fields = ("name", "scopes")


@admin.register(ServiceKey)
class ServiceKeyAdmin(DeskAdmin):
    """A key is made, shown once, and revoked; it is never edited."""

    purpose = "Keys with which your shop system writes products, orders and customers over the API."
    list_display = ("name", "hint", "scopes_in_words", "last_used_at", "state", "created_at")
    sortable_by = ()
    form = ServiceKeyForm
    actions = ("revoke",)

    def get_fields(self, request, obj=None):
        if obj is None:
            return ("name", "scopes")
        return ("name", "hint", "scopes_in_words", "state", "last_used_at", "created_at", "revoked_at")

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj) if obj else ()

    def has_change_permission(self, request, obj=None):
        # Its page has no field to save
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        # What it wrote stays under its name. It is revoked
        return False

    @admin.display(description="scopes")
    def scopes_in_words(self, key):
        return ", ".join(key.scopes)

    @admin.display(description="state")
    def state(self, key):
        return "Revoked" if key.revoked_at else "In force"

    @admin.action(description="Revoke")
    def revoke(self, request, chosen):
        chosen = list(chosen)
        for key in chosen:
            keys.revoke(key)
        self.message_user(request, f"Revoked: {', '.join(key.name for key in chosen)}.", messages.SUCCESS)

    def save_model(self, request, obj, form, change):
        if change:
            return
        made, raw = keys.create(obj.name, obj.scopes)
        obj.pk, obj.raw = made.pk, raw

    def response_add(self, request, obj, post_url_continue=None):
        context = self.admin_site.each_context(request) | {
            "title": "Copy the key now",
            "opts": self.opts,
            "key": obj,
            "raw": obj.raw,
        }
        response = TemplateResponse(request, "admin/tickets/servicekey/made.html", context)
        response["Cache-Control"] = "no-store"
        return response


# --- Shopify, WooCommerce ----------------------------------------------------


class ConnectionForm(forms.ModelForm):
    access_token = forms.CharField(
        required=False,
        widget=forms.PasswordInput(
            render_value=False, attrs={"autocomplete": "off", "class": "vTextField"}
        ),
    )

    class Meta:
        model = ShopConnection
        fields = ("url",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        token = self.fields["access_token"]
        if self.instance.system == System.SHOPIFY:
            token.label, form = "Admin API access token", "It begins with shpat_."
        else:
            token.label, form = "Consumer key and secret", "Both, with a colon between them: ck_…:cs_…."
        token.help_text = f"{form} Stored encrypted. Empty: the stored one stays."

    def clean_url(self):
        url = self.cleaned_data["url"].rstrip("/")
        if url and not url.startswith(("https://", "http://")):
            raise forms.ValidationError("Enter an address that begins with https://.")
        return url


@admin.register(ShopConnection)
class ShopConnectionAdmin(DeskAdmin):
    """A shop system's connection: its last webhooks, its set-up, and a full fetch."""

    purpose = "Shop systems that send their orders to the desk, or are asked for them."
    list_display = ("system", "receiver_state", "last_received_at", "last_topic", "last_error", "fetching")
    sortable_by = ()
    actions = None
    form = ConnectionForm
    change_form_template = "admin/tickets/shopconnection/change_form.html"
    readonly_fields = (
        "how_to", "receiver_state", "last_received_at", "last_topic", "received", "last_error", "last_error_at",
        "fetching",
    )  # fmt: skip
    fieldsets = (
        ("Webhooks", {"fields": ("how_to", *readonly_fields[1:-1])}),
        ("Everything once", {"fields": ("url", "access_token", "fetching")}),
    )

    def get_urls(self):
        fetch = path(
            "<path:object_id>/fetch/",
            self.admin_site.admin_view(self.fetch_view),
            name="shopconnection_fetch",
        )
        return [fetch, *super().get_urls()]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        for system in System.values:
            ShopConnection.objects.get_or_create(pk=system)
        return super().get_queryset(request)

    @method_decorator(sensitive_post_parameters("access_token"))
    def change_view(self, request, object_id, form_url="", extra_context=None):
        return super().change_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        changes = {"url": obj.url}
        if token := form.cleaned_data.get("access_token", "").strip():
            changes["token"] = secret_box.sealed(token)
        # What the worker writes meanwhile stays as it is
        ShopConnection.objects.filter(pk=obj.pk).update(**changes)

    def fetch_view(self, request, object_id):
        """Begin, or go on where it failed."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        connection = self.get_object(request, object_id)
        if not connection or request.method != "POST":
            raise Http404
        back = redirect("admin:tickets_shopconnection_change", connection.pk)
        if not connection.url or not connection.token:
            self.message_user(request, "First save the address and the token.", messages.ERROR)
        elif "resume" in request.POST:
            fetching.resume(connection)
            self.message_user(request, "It goes on where it stopped.", messages.SUCCESS)
        else:
            fetching.begin(connection)
            self.message_user(
                request, "Fetching has begun. Reload this page to see how far it is.", messages.SUCCESS
            )
        return back

    @admin.display(description="receiver")
    def receiver_state(self, connection):
        name = f"{connection.system.upper()}_WEBHOOK_SECRET"
        return "On" if getattr(settings, name) else f"Off: set {name}"

    @admin.display(description="how to set it up")
    def how_to(self, connection):
        context = {
            "system": connection.system,
            "address": f"{settings.DESK_URL}/hooks/{connection.system}/",
        }
        return render_to_string("admin/tickets/shopconnection/how_to.html", context)

    @admin.display(description="fetched")
    def fetching(self, connection):
        if not connection.fetch_state:
            return "Not yet"
        counts = ", ".join(f"{connection.fetched.get(step, 0):,} {step}" for step in fetching.STEPS)
        said = {
            fetching.RUNNING: f"Reading {connection.fetch_step}",
            fetching.DONE: "Done",
            fetching.FAILED: f"Stopped: {connection.fetch_error}",
        }[connection.fetch_state]
        problems = connection.fetched.get("problems", 0)
        more = f"; {problems} could not be stored, the last: {connection.fetch_error}" if problems else ""
        ended = connection.fetch_ended_at
        at = f" ({timezone.localtime(ended):%-d %b %Y, %H:%M})" if ended else ""
        return f"{said}{at}. {counts}{more}."
