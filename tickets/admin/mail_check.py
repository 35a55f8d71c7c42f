"""The admin page that sends a test e-mail to the signed-in member of staff."""

from smtplib import SMTPException

from django.conf import settings
from django.contrib import admin, messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tickets import rate_limits
from tickets.operations import checklist
from tickets.visibility import require


@require_http_methods(["GET", "HEAD", "POST"])
def mail_check(request):
    """GET: ask. POST: send it, and say what the mail server answered."""
    require(request.user, "change_settings")
    context = admin.site.each_context(request) | {
        "title": _("Test e-mail"),
        "mail_goes_out": settings.MAIL_GOES_OUT,
    }
    if request.method == "POST":
        try:
            rate_limits.consume(request, "export")
            checklist.send_test_email(request.user.login_email)
        except rate_limits.TooMany as reason:
            context["failed"] = str(reason)
        except (OSError, SMTPException) as reason:
            context["failed"] = f"{type(reason).__name__}: {reason}"[:300]
        else:
            said = _("The mail server took the e-mail to %s. Look into your mailbox.")
            messages.success(request, said % request.user.login_email)
            return redirect("admin:index")
    return TemplateResponse(request, "admin/test_email.html", context)


def _with_test_email(urls):
    own = [path("test-letter/", admin.site.admin_view(mail_check), name="desk-test-email")]
    return lambda: own + urls()


# The one site of the project, which Django has made before us
admin.site.get_urls = _with_test_email(admin.site.get_urls)  # type: ignore[method-assign]
