"""Admin actions on other people's sign-in: invite, new password, end sessions, second factor, deactivate."""

from importlib import import_module

from django.contrib import admin, messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tickets import workflow
from tickets.accounts import emails, second_factor, sessions
from tickets.models import AuditAction, Role
from tickets.privacy import audit

# allauth's rows are no forms: who could write an authenticator could sign in as another person. The import
# registers them; Django's autodiscovery then finds the modules imported
for _name in ("account", "mfa", "socialaccount", "usersessions"):
    import_module(f"allauth.{_name}.admin")
for _model in [model for model in admin.site._registry if model.__module__.startswith("allauth.")]:
    admin.site.unregister(_model)


class SignInActions(admin.ModelAdmin):
    """Actions on the list of people, each an entry of the audit for each person."""

    actions = (
        "send_password_link",
        "require_new_password",
        "end_sessions",
        "remove_second_factor",
        "deactivate",
    )

    @admin.action(description=gettext_lazy("Send an e-mail to set a password (invitation)"))
    def send_password_link(self, request, people):
        with_address = [person for person in people if person.login_email and person.is_active]
        for person in with_address:
            if person.has_usable_password():
                emails.send_password_link(request, person.login_email)
            else:
                emails.send_invitation(request, person)
        self._done(request, with_address, "e-mail to set a password")

    @admin.action(description=gettext_lazy("Require a new password"))
    def require_new_password(self, request, people):
        """End the old password at once and send a password reset e-mail."""
        chosen = [person for person in people if person.login_email and person.pk != request.user.pk]
        for person in chosen:
            person.set_unusable_password()
            person.save(update_fields=["password"])
            sessions.end(person)
            emails.send_password_link(request, person.login_email)
        self._done(request, chosen, "new password required")

    @admin.action(description=gettext_lazy("End all sessions"))
    def end_sessions(self, request, people):
        chosen = list(people)
        for person in chosen:
            own = request.session.session_key if person.pk == request.user.pk else ""
            sessions.end(person, but=own)
        self._done(request, chosen, "sessions ended")

    @admin.action(description=gettext_lazy("Remove the second factor (lost phone)"))
    def remove_second_factor(self, request, people):
        chosen = [person for person in people if second_factor.is_set_up(person)]
        for person in chosen:
            second_factor.remove(person)
            sessions.end(person)
        self._done(request, chosen, "second factor removed")

    @admin.action(description=gettext_lazy("Deactivate; their open tickets become unassigned"))
    def deactivate(self, request, people):
        chosen = [person for person in people if person.is_active and person.pk != request.user.pk]
        for person in chosen:
            person.is_active = False
            person.save(update_fields=["is_active"])
            self.leave(request, person)
        self._done(request, chosen, "deactivated")

    def leave(self, request, person) -> None:
        """Sign a person out who no longer works here, and let go of their open tickets."""
        sessions.end(person)
        freed = workflow.release_tickets(person, by=request.user)
        if freed:
            said = ngettext(
                "%(count)d open ticket of %(name)s is unassigned now.",
                "%(count)d open tickets of %(name)s are unassigned now.",
                freed,
            )
            self.message_user(request, said % {"count": freed, "name": person}, messages.INFO)

    def invite_if_new(self, request, person) -> None:
        """Invite a new agent who was added without a password."""
        if person.role != Role.CUSTOMER and person.login_email and not person.has_usable_password():
            emails.send_invitation(request, person)
            said = _("%(name)s gets an e-mail with a link to set a password.") % {"name": person}
            self.message_user(request, said, messages.INFO)

    def _done(self, request, people, what: str) -> None:
        for person in people:
            audit.record(
                request.user, AuditAction.CHANGED, what, person=person.pk, address=audit.address_of(request)
            )
        request.audited = True
        said = ngettext("Done for %d person.", "Done for %d people.", len(people)) % len(people)
        self.message_user(request, said, messages.SUCCESS if people else messages.WARNING)
