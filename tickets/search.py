"""What an agent types into the search box, answered from the ticket's own columns."""

import re

from django.db.models import Q, QuerySet


def tickets(rows: QuerySet, words: str) -> QuerySet:
    """Narrow the tickets down to those that match: number, e-mail, phone, order number, name, subject."""
    for word in words.split()[:8]:
        rows = rows.filter(_matches(word))
    return rows


def _matches(word: str) -> Q:
    word = word.lstrip("#") or word
    match = (
        Q(requester_name__icontains=word)
        | Q(requester_email__icontains=word)
        | Q(subject__icontains=word)
        | Q(order_number__icontains=word)
        | Q(preview__icontains=word)
    )
    digits = re.sub(r"\D", "", word)
    if len(digits) >= 4:
        match |= Q(requester_phone__contains=digits)
    if digits == word and len(digits) < 10:
        match |= Q(number=int(digits))
    return match
