"""Read settings from the environment: every variable has a form and a range.

A value that does not fit raises BadSetting, which ends the program with one sentence:
the variable, what was given, what fits. `serve`, `worker`, `check` and every other
command read the settings first, so they all say it alike. Secrets are never quoted.

To add a variable, read it in settings.py with one of the readers of `Environment`
and give it a row in docs/configuration.md. Reading declares the name: a near miss
of it (`SENTRY_DNS`) is then named, too. environs was looked at: its messages have the
name of the variable, but neither what was given nor the names that are close.
"""

import re
from collections.abc import Iterable, Mapping
from email.utils import parseaddr
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import available_timezones

from rapidfuzz.distance import OSA, Indel

TRUE = {"on", "true", "yes", "1"}
FALSE = {"off", "false", "no", "0"}
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,12}")
# A label of a host name: letters, digits, hyphens; underscores occur in container networks
LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
HOST_NAME = re.compile(rf"(?:{LABEL}\.)*{LABEL}")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
ORIGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s/:?#@\[\]]+)(?::(?P<port>\*|[0-9]{1,5}))?"
)
# No page comes from these; the app schemes of web views (capacitor:, ionic:) are no mistake
NO_PAGES = {"ftp", "ftps", "sftp", "file", "ws", "wss", "mailto", "smtp", "redis", "data", "javascript"}
LONGEST_SHOWN = 80
# URLs of one form: a pattern, and the words for what fits
A_PAGE = (r"[^?#@]+", "use the address of a page without ?, # and @, such as https://shop.example/")
A_ROOT = (
    r"[a-z]+://[^/?#@]+/?",
    "use the desk's own address without a path, such as https://desk.example; it runs at the root of a host",
)
A_REDIS = (r"[a-z]+://[^/?#]+(?:/[0-9]{0,5})?(?:\?.*)?", "use a URL such as redis://host:6379/0")
A_MAILBOX = (r"[a-z]+://[^/]+:[^/]+@[^/]+(?:/(?!.*%[01]).*)?", "use imaps://user:password@host/INBOX")
A_DSN = (
    r"[a-z]+://[^/@]+@[^/@]+/(?:.*/)?[0-9]+",
    "use the DSN of a project, such as https://key@sentry.example/1",
)
PORT = r"(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
A_SCANNER = rf"tcp://[^\s/:@]+:{PORT}|unix:/\S+"
SCANNER_FITS = "use tcp://host:3310 or unix:/run/clamav/clamd.ctl"
# 32 bytes that are a number from 1 on
A_PUSH_KEY = r"(?!A{43}|_{43})[A-Za-z0-9_-]{43}=?"
PUSH_KEY_FITS = "use 32 bytes in base64url, as `vapid --gen` and web-push print them"

# Names of other frameworks and of earlier habits, which no distance between letters finds
ALIASES = {
    "DJANGO_SECRET_KEY": "SECRET_KEY",
    "DJANGO_DEBUG": "DEBUG",
    "DJANGO_ALLOWED_HOSTS": "ALLOWED_HOSTS",
    "CORS_ALLOWED_ORIGINS": "CORS_ORIGINS",
    "DEFAULT_FROM_EMAIL": "MAIL_FROM",
    "EMAIL_FROM": "MAIL_FROM",
    "SMTP_HOST": "EMAIL_HOST",
    "SMTP_PORT": "EMAIL_PORT",
    "EMAIL_USER": "EMAIL_HOST_USER",
    "EMAIL_PASSWORD": "EMAIL_HOST_PASSWORD",
}
# Two names that begin with the same word and share this much are close
SAME_FAMILY = 0.72


class BadSetting(SystemExit):
    """A variable that does not fit; as SystemExit it ends the program with its sentence."""

    def __init__(self, name: str, given: str, fits: str):
        super().__init__(f"{name} is {given}: {fits}.")


class Environment:
    """Typed readers over environment variables; an empty value counts as not set."""

    def __init__(self, variables: Mapping[str, str]):
        self.variables = variables
        self.known: set[str] = set()

    # --- Readers -------------------------------------------------------------

    def text(self, name: str, default: str = "", *, pattern: str = "", fits: str = "") -> str:
        """Return one line of text that matches the whole pattern, if there is one."""
        value = self._given(name)
        if value is None:
            return default
        if not value.isprintable():
            raise BadSetting(name, quoted(value), "use one line of text without control characters")
        if pattern and not re.fullmatch(pattern, value):
            raise BadSetting(name, quoted(value), fits)
        return value

    def secret(self, name: str, default: str = "", *, pattern: str = r"\S+", fits: str = "") -> str:
        """Return a key, token or password; a message about it tells only its length."""
        value = self._given(name)
        if value is None:
            return default
        if not value.isprintable() or not re.fullmatch(pattern, value):
            raise BadSetting(name, _length(value), fits or "use a text without spaces")
        return value

    def switch(self, name: str, default: bool) -> bool:
        value = self._given(name)
        if value is None:
            return default
        if value.lower() not in TRUE | FALSE:
            raise BadSetting(name, quoted(value), "use on or off")
        return value.lower() in TRUE

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        value = self._given(name)
        return default if value is None else whole_number(name, value, low, high)

    def choice(self, name: str, default: str, choices: Iterable[str]) -> str:
        """Return one of the choices, as they are spelt; case does not matter."""
        value = self._given(name)
        if value is None:
            return default
        by_case = {choice.lower(): choice for choice in choices}
        if value.lower() not in by_case:
            raise BadSetting(name, quoted(value), f"use {_or(by_case.values())}")
        return by_case[value.lower()]

    def url(
        self,
        name: str,
        default: str = "",
        *,
        schemes: Iterable[str] = ("https", "http"),
        like: tuple[str, str] = (".*", ""),
    ) -> str:
        """Return an absolute URL with a host and one of the schemes. Its password is never quoted.

        `like` is a pattern for all of it, and the words for what fits.
        """
        value = self._given(name)
        if value is None:
            return default
        schemes = list(schemes)
        parts = _split(value)
        if not parts or parts.scheme not in schemes or not parts.hostname or re.search(r"\s", value):
            example = f"{schemes[0]}://host/path"
            raise BadSetting(name, quoted(value), f"use a URL such as {example} ({_or(schemes)})")
        if not re.fullmatch(like[0], value):
            raise BadSetting(name, quoted(value), like[1])
        return value

    def origins(self, name: str, default: Iterable[str] = (), *, wildcards: bool = False) -> list[str]:
        """Return origins, `scheme://host` with a port or without, separated by commas.

        With `wildcards`: also `https://*.shop.example`, `http://localhost:*` and `*`.
        """
        fits = "use origins without a path, separated by commas, such as https://shop.example"
        return self._list(name, default, lambda item: _is_origin(item, wildcards), fits)

    def hosts(self, name: str, default: Iterable[str] = ()) -> list[str]:
        """Return host names as ALLOWED_HOSTS takes them: no scheme, no port, IPv6 in brackets."""
        fits = "use host names without scheme and port, separated by commas, such as desk.example"
        return self._list(name, default, _is_allowed_host, fits)

    def host(self, name: str, default: str = "") -> str:
        """Return the name or address of one host."""
        value = self._given(name)
        if value is None:
            return default
        if not is_host(value):
            fits = "use the name or address of a host, without scheme and port"
            raise BadSetting(name, quoted(value), fits)
        return value

    def mailbox(self, name: str, default: str) -> str:
        """Return an e-mail address, with a name before it or without."""
        value = self._given(name)
        if value is None:
            return default
        address = parseaddr(value)[1]
        well_formed = re.fullmatch(rf"\S+@{HOST_NAME.pattern}", address) and address in value
        if not value.isprintable() or not well_formed:
            raise BadSetting(name, quoted(value), "use an address such as Support <support@shop.example>")
        return value

    def time_zone(self, name: str, default: str) -> str:
        value = self._given(name)
        if value is None:
            return default
        if value not in available_timezones():
            raise BadSetting(name, quoted(value), "use the name of a time zone such as Asia/Kolkata")
        return value

    def folder(self, name: str, default: Path) -> Path:
        """Return a folder that can be written to; make it if it is not there."""
        value = self._given(name)
        path = Path(value or default).resolve()
        try:
            path.mkdir(parents=True, exist_ok=True)
            with _probe(path):
                pass
        except (OSError, ValueError) as reason:
            why = getattr(reason, "strerror", None) or str(reason)
            raise BadSetting(
                name, f"{quoted(str(path))} ({why})", "use a folder that can be written to"
            ) from None
        return path

    # --- Rules about several variables ---------------------------------------

    def needs(self, name: str, other: str) -> None:
        """Refuse `name` where `other` is not set: it would do nothing."""
        if self._given(name) is not None and self._given(other) is None:
            raise BadSetting(name, "set and " + other + " is not", f"set {other} too, or unset {name}")

    def needs_package(self, name: str, package: str, requirements: str) -> None:
        """Refuse `name` where the package that it relies on is not installed."""
        value = self._given(name)
        if value is not None and not find_spec(package):
            raise BadSetting(
                name, quoted(value), f"it needs the package {package}, pip install -r {requirements}"
            )

    def declare(self, *names: str) -> None:
        """Make names known that are read elsewhere."""
        self.known.update(names)

    def refuse_near_misses(self) -> None:
        """Refuse a variable whose name is nearly one of ours: it was meant for the desk and does nothing.

        Call it when every variable was read. IGNORED_VARIABLES lists names that other software uses.
        """
        ignored = {name.strip() for name in self.variables.get("IGNORED_VARIABLES", "").split(",")}
        self.declare("IGNORED_VARIABLES")
        for name in sorted(self.variables):
            if name in self.known or name in ignored or _is_service_link(name, self.variables[name]):
                continue
            if meant := close_to(name, self.known):
                fits = f"did you mean {meant}? IGNORED_VARIABLES={name} keeps it for other software"
                raise BadSetting(name, "no variable of the desk", fits)

    # --- Values --------------------------------------------------------------

    def _given(self, name: str) -> str | None:
        self.known.add(name)
        value = self.variables.get(name, "").strip()
        return value or None

    def _list(self, name: str, default: Iterable[str], fits_item, fits: str) -> list[str]:
        value = self._given(name)
        if value is None:
            return list(default)
        items = [item.strip() for item in value.split(",") if item.strip()]
        for item in items:
            if not fits_item(item):
                raise BadSetting(name, quoted(item), fits)
        return items


def root_of(url: str) -> str:
    """Return scheme, host and port of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def whole_number(name: str, value: str, low: int, high: int) -> int:
    """Return the number; raise BadSetting unless it is a whole one from `low` to `high`."""
    if not WHOLE_NUMBER.fullmatch(value) or not low <= int(value) <= high:
        raise BadSetting(name, quoted(value), f"use a whole number from {low} to {high}")
    return int(value)


def is_host(text: str) -> bool:
    """Return whether this has the form of a host name or an address, without scheme and port."""
    return bool(_is_address(text) or HOST_NAME.fullmatch(text))


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach the desk by this host name or address."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def close_to(name: str, known: Iterable[str]) -> str:
    """Return the known name that this one was probably meant to be; "" if none is close."""
    if name.upper() in ALIASES and ALIASES[name.upper()] in known:
        return ALIASES[name.upper()]
    plain = _plain(name)
    distances = [(OSA.distance(plain, _plain(each)), each) for each in known]
    nearest, meant = min(distances, default=(99, ""))
    if nearest <= (1 if len(meant) < 8 else 2) and abs(len(name) - len(meant)) <= 3:
        return meant
    family = [each for each in known if "_" in name and each.split("_")[0] == name.upper().split("_")[0]]
    shared, meant = max(
        ((Indel.normalized_similarity(name.upper(), each), each) for each in family), default=(0, "")
    )
    return meant if shared >= SAME_FAMILY else ""


def _plain(name: str) -> str:
    """Return the name as it compares: without case, underscores and plurals."""
    words = (re.sub("IES$", "Y", word) for word in name.upper().split("_"))
    return "".join(word.removesuffix("S") if len(word) > 4 else word for word in words)


def _is_service_link(name: str, value: str) -> bool:
    """Return whether Kubernetes or Docker wrote this variable: `MAIL_PORT=tcp://10.0.0.7:25`."""
    return value.startswith(("tcp://", "udp://")) or name.endswith(("_SERVICE_HOST", "_SERVICE_PORT"))


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        # Reading the port raises ValueError when it is none
        return parts if parts.port is None or parts.port else None
    except ValueError:
        return None


def _is_origin(item: str, wildcards: bool) -> bool:
    if item == "*":
        return wildcards
    found = ORIGIN.fullmatch(item)
    if not found or found["scheme"] in NO_PAGES:
        return False
    host, port = found["host"], found["port"]
    if (port == "*" and not wildcards) or (port and port != "*" and not 0 < int(port) < 65536):
        return False
    if wildcards and host != "*":
        host = host.removeprefix("*.")
    return bool(
        (host == "*" and wildcards)
        or (host.startswith("[") and _is_address(host))
        or HOST_NAME.fullmatch(host)
    )


def _is_allowed_host(item: str) -> bool:
    if item == "*" or (item.startswith("[") and item.endswith("]") and _is_address(item)):
        return True
    return bool(HOST_NAME.fullmatch(item.removeprefix(".")))


def _is_address(text: str) -> bool:
    try:
        ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def _probe(folder: Path):
    from tempfile import TemporaryFile

    return TemporaryFile(dir=folder)


def quoted(value: str) -> str:
    """Return what was given, in quotes: short, printable, without the password of a URL."""
    shown = re.sub(r"(?<=//).*@", "...@", value)
    shown = "".join(sign if sign.isprintable() else "?" for sign in shown)
    return f'"{shown[:LONGEST_SHOWN]}..."' if len(shown) > LONGEST_SHOWN else f'"{shown}"'


def _length(secret: str) -> str:
    return f"{len(secret)} characters long" if len(secret) != 1 else "one character long"


def _or(choices: Iterable[str]) -> str:
    *front, last = choices
    return f"{', '.join(front)} or {last}" if front else last
