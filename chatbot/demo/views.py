"""The demo shop: a page that embeds the widget exactly as any other site would.

It also plays the shop's backend: it signs customers in and vouches for them with a
token that `Villy.identify` takes. It sets no cookie.
"""

import time
import uuid
from functools import cache

import jwt
from django.conf import settings
from django.contrib.auth import authenticate
from django.core import signing
from django.http import JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from rest_framework.exceptions import ParseError

from chatbot.models import Product
from tickets.api.parsers import JSONParser
from tickets.models import Person, Role
from tickets.settings.in_force import current

IDENTITY_SECONDS = 300
SIGN_IN_DAYS = 7
# Who makes a database one of the demo shop
DEMO_CUSTOMER = "customer@demo.test"


@require_safe
def page(request):
    """The demo shop; a desk without demo data shows its name, the chat and the help centre."""
    if not Person.objects.filter(login_email=DEMO_CUSTOMER).exists():
        return render(request, "shop/plain.html", {"shop": current(), "has_help": _has_help()})
    products = Product.objects.filter(is_active=True).order_by("category", "name")
    context = {"products": products, "signs_in": bool(settings.WIDGET_SIGNING_KEY), "demo": settings.DEBUG}
    return render(request, "shop/page.html", context)


@cache
def _has_help() -> bool:
    try:
        resolve("/help/")
    except Resolver404:
        return False
    return True


# No cookie is involved in either, so there is nothing that another site could ride on
@csrf_exempt
@require_POST
def sign_in(request):
    """E-mail and password -> {name, pass}: what the page keeps to stay signed in."""
    data = _json(request)
    person = authenticate(request, username=data.get("email", ""), password=data.get("password", ""))
    # Those who work at the desk have no account with the shop
    if not person or person.role != Role.CUSTOMER or not settings.WIDGET_SIGNING_KEY:
        return JsonResponse({"detail": "E-mail or password is wrong."}, status=401)
    signed = signing.dumps([str(person.pk), person.get_session_auth_hash()], salt="shop")
    return JsonResponse({"name": person.name, "pass": signed})


@csrf_exempt
@require_POST
def identity(request):
    """The page's pass -> {token}: the identity that the shop's backend signs for Villy."""
    try:
        key, standing = signing.loads(
            _json(request).get("pass", ""), salt="shop", max_age=SIGN_IN_DAYS * 86400
        )
        person = Person.objects.get(pk=key, is_active=True)
    except (signing.BadSignature, ValueError, Person.DoesNotExist):
        person = None
    # A new password ends what was signed with the old one
    if not person or not constant_time_compare(standing, person.get_session_auth_hash()):
        return JsonResponse({"detail": "Please sign in again."}, status=401)
    if not person.external_id:
        person.external_id = f"shop-{person.pk}"
        person.save(update_fields=["external_id"])
    claims = {
        "sub": person.external_id,
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "exp": int(time.time()) + IDENTITY_SECONDS,
        "jti": uuid.uuid4().hex,
    }
    return JsonResponse({"token": jwt.encode(claims, settings.WIDGET_SIGNING_KEY, algorithm="HS256")})


def _json(request) -> dict:
    try:
        data = JSONParser().parse(request)
    except ParseError:
        return {}
    # PostgreSQL takes no NUL
    return {key: str(value).replace("\0", "") for key, value in data.items()}
