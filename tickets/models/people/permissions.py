"""Permission sets: which tickets a person of the desk sees, and what else they may do."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..ids import random_id

# In the admin, by model: what a shop is run with
SETTINGS = {
    "desksettings", "holiday", "team", "permissionset", "availability", "person", "macro", "rule", "rulerun", "webhook", "delivery",
    "servicekey", "shopconnection", "addressblock", "messagetemplate", "customfield",
}  # fmt: skip
# Of these, what is seen without the right to change it; the others hold secrets, or nothing to look up
SEEN_SETTINGS = {
    "team",
    "availability",
    "person",
    "macro",
    "rule",
    "rulerun",
    "holiday",
    "messagetemplate",
    "customfield",
}
# What staff of one team find in the admin: the rest shows tickets and customers of other teams
OF_ONE_TEAM = {
    "ticket",
    "tag",
    "macro",
    "holiday",
    "customfield",
    "product",
    "article",
    "articleversion",
    "deliveryarea",
}


class PermissionSet(models.Model):
    """A set of permissions. A person without a set has all permissions of the role."""

    id = random_id()
    name = models.CharField(_("name"), max_length=80, unique=True)
    own_team_only = models.BooleanField(
        _("own team only"),
        default=False,
        help_text=_("Sees tickets of the categories of their teams, and tickets assigned to them."),
    )
    may_export = models.BooleanField(
        _("may export"),
        default=False,
        help_text=_("Tickets, figures, people and the shop's data as files."),
    )
    may_erase = models.BooleanField(
        _("may erase"), default=False, help_text=_("People and their data (staff).")
    )
    may_change_settings = models.BooleanField(
        _("may change settings"),
        default=False,
        help_text=_("Settings, people, teams, rules, keys and webhooks (staff)."),
    )

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name

    def allows(self, permission: str) -> bool:
        """Return whether staff with this set have a permission of the admin ("tickets.change_webhook")."""
        action, _, model = permission.rpartition(".")[2].partition("_")
        if self.own_team_only and model not in OF_ONE_TEAM:
            return False
        if model in SETTINGS and not self.may_change_settings:
            return action == "view" and model in SEEN_SETTINGS
        return True
