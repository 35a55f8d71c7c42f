"""Everything once, through the REST APIs of Shopify and WooCommerce: page by page, resumable.

The place is stored after each page. A worker that was stopped goes on there; a page that is
read twice changes nothing.
"""

import base64
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import requests.utils
from django.db.models import Q
from django.utils import timezone

from supportdesk.http import outbound
from supportdesk.storage import secret_box
from tickets.models import ShopConnection, System

from . import shopify, woocommerce
from .common import Row, Unusable, store

logger = logging.getLogger(__name__)

RUNNING, DONE, FAILED = "running", "done", "failed"
STEPS = ("customers", "products", "orders")
SHOPIFY_VERSION = "2025-07"
# A page of 100 orders with their lines
MOST_BYTES = 20 * 1024 * 1024
MOST_FAILURES = 8
LONGEST_WAIT = timedelta(minutes=10)
# While one process reads a page, no other does
LEASE = timedelta(minutes=2)


class Refused(Exception):
    """The shop refuses us, and would again; the message is a sentence for staff."""


class Later(Exception):
    """Not now: a rate limit, or an error that passes. `seconds` says when to come back, None: with backoff."""

    def __init__(self, why: str, seconds: float | None = None):
        super().__init__(why)
        self.seconds = seconds


@dataclass(frozen=True)
class Page:
    rows: list[dict]
    # Where the next page is; "" after the last
    next: str


def begin(connection: ShopConnection) -> None:
    """Have the worker fetch everything, from the beginning."""
    ShopConnection.objects.filter(pk=connection.pk).update(
        fetch_state=RUNNING, fetch_step=STEPS[0], fetch_cursor="", fetched={}, fetch_error="", fetch_failures=0,
        fetch_begun_at=timezone.now(), fetch_ended_at=None, fetch_due_at=timezone.now(),
    )  # fmt: skip


def resume(connection: ShopConnection) -> None:
    """Go on where it failed."""
    ShopConnection.objects.filter(pk=connection.pk, fetch_state=FAILED).update(
        fetch_state=RUNNING,
        fetch_error="",
        fetch_failures=0,
        fetch_ended_at=None,
        fetch_due_at=timezone.now(),
    )


def is_running(now: datetime) -> bool:
    """Return whether any shop is being fetched."""
    return ShopConnection.objects.filter(fetch_state=RUNNING).exists()


def fetch_some(now: datetime | None = None) -> bool:
    """Read one page of each shop that is being fetched; return whether there is more to do at once."""
    now = now or timezone.now()
    due = ShopConnection.objects.filter(
        Q(fetch_due_at=None) | Q(fetch_due_at__lte=now), fetch_state=RUNNING
    )
    return any(list(map(_one_page, due)))


def _one_page(connection: ShopConnection) -> bool:
    row = ShopConnection.objects.filter(pk=connection.pk, fetch_state=RUNNING)
    mine = row.filter(fetch_due_at=connection.fetch_due_at)
    if not mine.update(fetch_due_at=timezone.now() + LEASE):
        return False
    try:
        changes = _read(connection)
    except Refused as reason:
        changes = {
            "fetch_state": FAILED,
            "fetch_error": str(reason)[:300],
            "fetch_ended_at": timezone.now(),
        }
    except Later as reason:
        changes = _wait(connection, reason)
    row.update(**{"fetch_due_at": timezone.now()} | changes)
    return changes.get("fetch_failures", 0) == 0 and changes.get("fetch_state", RUNNING) == RUNNING


def _wait(connection: ShopConnection, reason: Later) -> dict:
    if reason.seconds is not None:
        wait = timedelta(seconds=min(reason.seconds, LONGEST_WAIT.total_seconds()))
        return {"fetch_due_at": timezone.now() + wait, "fetch_failures": max(1, connection.fetch_failures)}
    failures = connection.fetch_failures + 1
    if failures >= MOST_FAILURES:
        return {"fetch_state": FAILED, "fetch_error": str(reason)[:300], "fetch_ended_at": timezone.now()}
    wait = min(timedelta(seconds=5 * 2**failures), LONGEST_WAIT)
    return {
        "fetch_due_at": timezone.now() + wait,
        "fetch_failures": failures,
        "fetch_error": str(reason)[:300],
    }


def _read(connection: ShopConnection) -> dict:
    """Read and store one page; return what changes of the connection."""
    step = connection.fetch_step
    read, payloads = SYSTEMS[connection.system]
    page = read(connection, step)
    rows, problems = [], []
    for payload in page.rows:
        try:
            rows += getattr(payloads, step)(payload, urlsplit(connection.url).netloc)
        except (Unusable, AttributeError, KeyError, TypeError, ValueError) as reason:
            problems.append(f"{step}: one row cannot be read ({type(reason).__name__})")
    problems += store(connection.system, _unique(rows))
    fetched = dict(connection.fetched)
    fetched[step] = fetched.get(step, 0) + len(page.rows)
    fetched["problems"] = fetched.get("problems", 0) + len(problems)
    changes = {"fetched": fetched, "fetch_failures": 0, "fetch_cursor": page.next}
    changes["fetch_error"] = (
        problems[-1][:300] if problems else connection.fetch_error if fetched["problems"] else ""
    )
    if page.next:
        return changes
    following = STEPS[STEPS.index(step) + 1 :]
    if following:
        return changes | {"fetch_step": following[0]}
    return changes | {"fetch_state": DONE, "fetch_ended_at": timezone.now()}


def _unique(rows: list[Row]) -> list[Row]:
    return list({(row.kind, row.key): row for row in rows}.values())


# --- The two APIs ------------------------------------------------------------


def _shopify_page(connection: ShopConnection, step: str) -> Page:
    """Read a page of the REST Admin API; the next one stands in the Link header."""
    query = {"limit": 250} | ({"page_info": connection.fetch_cursor} if connection.fetch_cursor else {})
    if step == "orders" and not connection.fetch_cursor:
        query["status"] = "any"
    path = f"/admin/api/{SHOPIFY_VERSION}/{step}.json?{urlencode(query)}"
    answer, data = _call(connection, path, {"X-Shopify-Access-Token": secret_box.opened(connection.token)})
    links = requests.utils.parse_header_links(
        answer.headers.get("Link") or answer.headers.get("link") or ""
    )
    following = next((link["url"] for link in links if link.get("rel") == "next"), "")
    place = parse_qs(urlsplit(following).query).get("page_info", [""])[0]
    rows = data.get(step) if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise Refused(f"The answer has no list of {step}: is this the address of a Shopify shop?")
    return Page(rows, place)


def _woocommerce_page(connection: ShopConnection, step: str) -> Page:
    """Read a page of the REST API v3; how many there are stands in a header."""
    page = int(connection.fetch_cursor or 1)
    query = {"per_page": 100, "page": page, "orderby": "id", "order": "asc"}
    if step == "customers":
        query["role"] = "all"
    token = base64.b64encode(secret_box.opened(connection.token).encode()).decode()
    answer, data = _call(
        connection, f"/wp-json/wc/v3/{step}?{urlencode(query)}", {"Authorization": f"Basic {token}"}
    )
    if not isinstance(data, list):
        raise Refused(f"The answer is no list of {step}: is this the address of a WooCommerce shop?")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    pages = headers.get("x-wp-totalpages", "")
    last = int(pages) if pages.isdigit() else page + (len(data) == query["per_page"])
    return Page(data, str(page + 1) if page < last else "")


SYSTEMS: dict[str, tuple[Callable[[ShopConnection, str], Page], object]] = {
    System.SHOPIFY: (_shopify_page, shopify),
    System.WOOCOMMERCE: (_woocommerce_page, woocommerce),
}


def _call(connection: ShopConnection, path: str, headers: dict) -> tuple[outbound.Answer, object]:
    """Return the answer and its JSON. Raise Refused, or Later."""
    try:
        answer = outbound.call(
            "GET", connection.url.rstrip("/") + path, headers=headers | {"Accept": "application/json"},
            most_bytes=MOST_BYTES,
        )  # fmt: skip
    except outbound.Forbidden as reason:
        raise Refused(str(reason)) from None
    except outbound.CallFailed as reason:
        raise Later(str(reason)) from None
    if answer.status == 429:
        seconds = answer.headers.get("Retry-After") or answer.headers.get("retry-after") or "2"
        raise Later("The shop asks us to slow down.", float(seconds) if _is_number(seconds) else 2)
    if answer.status in (401, 403):
        raise Refused(
            f"The shop refuses the token ({answer.status}): does it allow reading {connection.fetch_step}?"
        )
    if answer.status >= 500:
        raise Later(f"The shop answers {answer.status}.")
    if answer.status != 200:
        raise Refused(f"The shop answers {answer.status} to {path.partition('?')[0]}.")
    try:
        return answer, json.loads(answer.body)
    except ValueError:
        raise Refused("The shop's answer is not JSON.") from None


def _is_number(text: str) -> bool:
    try:
        return 0 <= float(text) < 3600
    except ValueError:
        return False
