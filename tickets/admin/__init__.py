"""The admin for staff: tickets through the workflow's verbs, people and orders as forms.

base     what all lists have in common
tickets  one ticket and many, through the workflow
orders   orders and their items
teams    teams with their categories and members, availability
tags     labels of tickets, tidied and coloured
people   people, with export and erasure (data)
channels what came in and went out over other channels, links, blocked addresses
mail_check  a test letter to oneself
custom_fields  fields that the shop adds to tickets and customers
rules    rules, their runs, and dry runs
macros   common steps of the team
audit    who saw and did what, read only
shop     service keys, connections to shop systems
webhooks endpoints that are told what happens, and the log
linking  two records of one person
files    import and export of the shop's data
forms    the forms of these pages
"""

from tickets.team import admin as team_admin  # noqa: F401 (registers itself)

from . import (
    audit,
    channels,
    custom_fields,
    macros,
    mail_check,
    orders,
    people,
    rules,
    shop,
    tags,
    teams,
    tickets,
    webhooks,
)
from .base import DeskAdmin

__all__ = [
    "DeskAdmin", "audit", "channels", "custom_fields", "macros", "mail_check", "orders", "people", "rules", "shop", "tags",
    "teams", "tickets", "webhooks",
]  # fmt: skip
