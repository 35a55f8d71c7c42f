"""Whose address counts: every form that proxies write, and nothing that a caller makes up."""

import pytest
from django.test import RequestFactory

from supportdesk.http.client_address import address_of, address_of_scope, network_of, plain_address
from tickets.live import admission

PEER = "10.0.0.1"


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:49152", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ('"203.0.113.7"', "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ('"[2001:db8::1]:443"', "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("[::ffff:203.0.113.7]:80", "203.0.113.7"),
        *[(nothing, "") for nothing in ("", "unknown", "_hidden", "localhost", "203.0.113", "203.0.113.7.9", "::1::", "[", "[]", ":", "-", "999.1.1.1")],
    ],
)  # fmt: skip
def test_the_address_is_read_from_every_form(written, address):
    assert plain_address(written) == address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counts"),
    [
        (0, "203.0.113.7", PEER),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.9, 203.0.113.7:1234", "203.0.113.7"),
        (2, "198.51.100.9:5, [2001:db8::1]:6", "198.51.100.9"),
        # Too few entries, or none that is an address: the peer counts, so that a limit never fails open
        (1, "", PEER),
        (2, "203.0.113.7", PEER),
        (1, "unknown", PEER),
        (1, "203.0.113.7, unknown", PEER),
        (1, "203.0.113.7,", PEER),
    ],
)
def test_the_entry_of_the_outermost_trusted_proxy_counts(proxies, forwarded, counts, settings):
    settings.TRUSTED_PROXIES = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert address_of(RequestFactory().get("/", REMOTE_ADDR=PEER, **headers)) == counts
    scope = {
        "client": (PEER, 5),
        "headers": [(b"x-forwarded-for", forwarded.encode())] if forwarded else [],
    }
    assert address_of_scope(scope) == counts


def test_the_addresses_of_one_ipv6_customer_are_one_client():
    assert network_of("2001:db8:1:2::7") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::7") != network_of("2001:db8:1:2::7")
    assert (network_of("203.0.113.7"), network_of("")) == ("203.0.113.7", "")


def test_streams_of_one_ipv6_customer_share_one_bound(monkeypatch, settings):
    settings.WORKERS = 1
    monkeypatch.setattr(admission, "PER_ADDRESS", 2)
    slots = [admission.Slot(number, f"2001:db8:7:7::{number}") for number in (1, 2)]
    with pytest.raises(admission.TooManyStreams):
        admission.Slot(3, "2001:db8:7:7::3")
    admission.Slot(4, "2001:db8:7:8::1").release()
    for slot in slots:
        slot.release()
