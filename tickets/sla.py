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

# The last part of the target in which the countdown turns amber
WARNING_SHARE = 0.34

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


def state(due_at: datetime, responded_at: datetime | None, now: datetime, priority: str) -> str:
    """Say how the first response stands: `met`, `late`, `ok`, `soon` or `breached`.

    `met` and `late` are final (an agent answered); the others still count down.
    """
    if responded_at:
        return "met" if responded_at <= due_at else "late"
    if now >= due_at:
        return "breached"
    return "soon" if now >= soon_from(due_at, priority) else "ok"


def soon_from(due_at: datetime, priority: str, target: timedelta | None = None) -> datetime:
    """Return the moment from which the countdown is amber."""
    return due_at - (target or TARGETS[priority]) * WARNING_SHARE


def in_words(target: timedelta) -> str:
    """Say a target as a person would: "5 minutes", "1 hour", "4 hours"."""
    minutes = round(target.total_seconds() / 60)
    count, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
    return f"{count} {unit}{'' if count == 1 else 's'}"
