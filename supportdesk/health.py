"""Is the desk alive? For load balancers and for people at 3 a.m."""

from django.db import connection
from django.db.utils import Error as DatabaseFailure
from django.http import JsonResponse
from django.views.decorators.http import require_safe

from tickets.models import Person


@require_safe
def healthz(request):
    """200 when the database answers, else 503 with the failing part named."""
    try:
        connection.ensure_connection()
        Person.objects.values_list("pk").first()
    except DatabaseFailure as reason:
        failing = {"status": "failing", "database": type(reason).__name__}
        return JsonResponse(failing, status=503, headers={"Retry-After": "5"})
    return JsonResponse({"status": "ok", "database": connection.vendor})
