"""People in the admin: sign-in, contact, export and erasure."""

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.shortcuts import redirect

from tickets.models import Person

from ..base import DeskAdmin
from ..forms import NewPersonForm, PersonForm
from ..shop.files import ShopFiles
from .data import DataPage
from .linking import LinkPage
from .sign_in import SignInActions

# Of Django's own models we use none that a person edits
admin.site.unregister(Group)


@admin.register(Person)
class PersonAdmin(ShopFiles, SignInActions, DataPage, LinkPage, DeskAdmin, UserAdmin):
    shop_kind = "customers"
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
        ("Signing in", {"fields": ("role", "permission_set", "is_active", "login_email", "password")}),
        (
            "Known as",
            {"fields": ("external_id", "merged_into", "created_at", "last_login", "record_history")},
        ),
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
    # An identity of the shop opens its history: only the shop's signature may
    readonly_fields = ("external_id", "merged_into", "created_at", "last_login", "record_history")

    @admin.display(description="name")
    def name_or_contact(self, person):
        return str(person)

    @admin.display(description="e-mail")
    def address(self, person):
        return person.login_email or person.email or None

    def get_readonly_fields(self, request, obj=None):
        # Staff cannot lock themselves out
        own = ("role", "permission_set", "is_active") if obj == request.user else ()
        return (*super().get_readonly_fields(request, obj), *own)

    def get_fieldsets(self, request, obj=None):
        if obj and not obj.login_email:
            signing_in = ("Signing in", {"fields": ("role", "permission_set", "is_active", "login_email")})
            return (self.fieldsets[0], signing_in, self.fieldsets[2])
        return super().get_fieldsets(request, obj)

    def get_actions(self, request):
        # All of them change something
        return super().get_actions(request) if self.has_change_permission(request) else {}

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
