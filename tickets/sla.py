"""First-response targets. Pure: no request, no database.

A ticket's due time is stored when it is opened, so that the list sorts by it
and a changed target never rewrites the past.
"""

from datetime import datetime, timedelta

TARGETS = {
    "urgent": timedelta(minutes=5),
    "high": timedelta(minutes=15),
    "medium": timedelta(hours=1),
    "low": timedelta(hours=4),
}

# What a ticket of this category deserves when nothing more is known
DEFAULT_PRIORITY = {
    "product-issue": "high",
    "delivery": "high",
    "payment": "high",
    "refund": "medium",
    "order": "medium",
    "account": "medium",
    "feedback": "low",
    "other": "medium",
}


def first_response_due(priority: str, opened_at: datetime) -> datetime:
    """Return the moment by which an agent should have answered."""
    return opened_at + TARGETS[priority]


def in_words(target: timedelta) -> str:
    """Say a target as a person would: "5 minutes", "1 hour", "4 hours"."""
    minutes = round(target.total_seconds() / 60)
    count, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
    return f"{count} {unit}{'' if count == 1 else 's'}"
