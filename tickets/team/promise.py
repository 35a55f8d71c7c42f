"""What the desk promises about when an agent answers; outside business hours it says when they are back."""

from datetime import datetime

from .settings import current

WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "hi": ("सोमवार", "मंगलवार", "बुधवार", "गुरुवार", "शुक्रवार", "शनिवार", "रविवार"),
    "hinglish": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "hi": ["जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्तूबर", "नवंबर", "दिसंबर"],
}
MONTHS["hinglish"] = MONTHS["en"]
WHEN = {
    "en": {
        "today": "today at {time}",
        "week": "on {weekday} at {time}",
        "later": "on {day} {month} at {time}",
    },
    "hi": {
        "today": "आज {time} बजे",
        "week": "{weekday} को {time} बजे",
        "later": "{day} {month} को {time} बजे",
    },
    "hinglish": {
        "today": "aaj {time} baje",
        "week": "{weekday} ko {time} baje",
        "later": "{day} {month} ko {time} baje",
    },
}
BACK = {
    "en": "We're back {when}.",
    "hi": "हमारी टीम {when} वापस आएगी।",
    "hinglish": "Hamari team {when} wapas aayegi.",
}


def back(now: datetime, language: str = "en") -> str:
    """Return when agents are back, as a sentence in this language; "" while they work."""
    opening = current().next_opening(now)
    if opening is None or opening <= now:
        return ""
    language = language if language in BACK else "en"
    return BACK[language].format(when=when(opening, now.astimezone(opening.tzinfo), language))


def when(opening: datetime, now: datetime, language: str = "en") -> str:
    """Say a coming moment as a person would; both moments are in the shop's time zone."""
    days = (opening.date() - now.date()).days
    key = "today" if days == 0 else "week" if days < 7 else "later"
    return WHEN[language][key].format(
        time=f"{opening.hour}:{opening.minute:02}",
        weekday=WEEKDAYS[language][opening.weekday()],
        day=opening.day,
        month=MONTHS[language][opening.month - 1],
    )
