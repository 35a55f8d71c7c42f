"""Form fields: business hours, times as people write them, a text a line."""

import re
from itertools import pairwise

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext as _

from tickets.settings import hours

MAX_SUGGESTIONS, MAX_SUGGESTION = 6, 60
UNITS = {"m": 1, "min": 1, "h": 60, "d": 24 * 60}
MOST_MINUTES = 60 * 24 * 60


class HoursField(forms.CharField):
    """Intervals of one day: "09:30-13:00, 14:00-18:30"; empty is closed. The value is a list of pairs."""

    def prepare_value(self, value):
        if isinstance(value, list):
            return ", ".join("-".join(map(str, pair)) for pair in value if isinstance(pair, list))
        return value

    def to_python(self, value):
        pairs = []
        for part in re.split(r"[,;]", super().to_python(value)):
            if not part.strip():
                continue
            times = re.split(r"\s*(?:-|–|—|to)\s*", part.strip())
            if len(times) != 2:
                raise ValidationError(
                    _("%(part)s is not an interval: write it as 09:30-18:00."),
                    params={"part": part.strip()},
                )
            try:
                interval = hours.interval(*times)
            except ValueError as reason:
                raise ValidationError(str(reason)) from reason
            pairs.append(interval)
        pairs.sort()
        for earlier, later in pairwise(pairs):
            if later[0] < earlier[1]:
                raise ValidationError(_("Two intervals of this day overlap."))
        return [[hours.as_text(opens), hours.as_text(closes)] for opens, closes in pairs]

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != (initial or [])
        except ValidationError:
            return True


class DurationField(forms.CharField):
    """A time as people write it: "15 min", "4 h", "2 d". The value is in minutes; empty is None."""

    def prepare_value(self, value):
        return in_units(value) if isinstance(value, int) else value

    def to_python(self, value):
        text = super().to_python(value).strip().lower()
        if not text:
            return None
        found = re.fullmatch(r"(\d{1,5})\s*(m|min|h|d)", text)
        minutes = int(found[1]) * UNITS[found[2]] if found else 0
        if not 1 <= minutes <= MOST_MINUTES:
            raise ValidationError(_("Write a time such as 15 min, 4 h or 2 d, at most 60 d."))
        return minutes

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True


def in_units(minutes: int) -> str:
    """Return minutes as `DurationField` reads them: "15 min", "4 h", "2 d"."""
    for unit in ("d", "h"):
        if minutes % UNITS[unit] == 0:
            return f"{minutes // UNITS[unit]} {unit}"
    return f"{minutes} min"


class LinesField(forms.CharField):
    """A text a line."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 40})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value):
        # The validators of a text see the list, in which this sign is written out
        ProhibitNullCharactersValidator()(value)
        lines = [line.strip() for line in super().to_python(value).splitlines() if line.strip()]
        if len(lines) > MAX_SUGGESTIONS or any(len(line) > MAX_SUGGESTION for line in lines):
            raise ValidationError(
                _("At most %(lines)s lines of %(length)s characters each."),
                params={"lines": MAX_SUGGESTIONS, "length": MAX_SUGGESTION},
            )
        return lines

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != list(initial or [])
        except ValidationError:
            return True
