"""The admin for staff: tickets through the workflow's verbs, people and orders as forms.

tickets  one ticket and many, through the workflow
people   people: forms, export and erasure, two records of one person, sign-ins
shop     orders, service keys, connections to shop systems, webhooks and their log, import and export of files
settings the page Settings with its preview, holidays
teams    teams with their categories and members, availability
tags     labels of tickets, tidied and coloured
macros   common steps of the team
rules    rules, their runs, and dry runs
custom_fields  fields that the shop adds to tickets and customers
channels what came in and went out over other channels, links, blocked addresses
mail_check  a test e-mail to the signed-in member of staff
audit    who saw and did what, read only
base     what all lists have in common
fields   form fields: business hours, times as people write them, a text a line
forms    the forms of these pages
"""

from . import (
    audit,
    channels,
    custom_fields,
    macros,
    mail_check,
    people,
    rules,
    settings,
    shop,
    tags,
    teams,
    tickets,
)
from .base import DeskAdmin, RecordAdmin

__all__ = [
    "DeskAdmin", "RecordAdmin", "audit", "channels", "custom_fields", "macros", "mail_check", "people", "rules", "settings", "shop", "tags", "teams",
    "tickets",
]  # fmt: skip
