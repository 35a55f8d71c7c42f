"""Import and export of the shop's data in the admin: CSV and XLSX, with a preview before anything is written."""

import tempfile
import uuid
from pathlib import Path

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from tickets import rate_limits
from tickets.models import AuditAction
from tickets.privacy import audit
from tickets.shop import importing, registry
from tickets.visibility import require

ENDINGS = {".csv", ".xlsx", ".jsonl", ".ndjson"}
MOST_BYTES = 4 * 1024 * 1024
ERRORS_SHOWN = 100
BATCH = 500
# Where a file waits between its preview and the yes
FOLDER = "imports"
SESSION = "shop-import"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FileForm(forms.Form):
    file = forms.FileField(
        label="File", help_text="CSV or XLSX, up to 4 MB. Larger ones: manage.py import_shop FILE."
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if Path(file.name).suffix.lower() not in ENDINGS:
            raise forms.ValidationError("Choose a file that ends in .csv or .xlsx.")
        if file.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 4 MB: use manage.py import_shop.")
        return file


class ShopFiles(admin.ModelAdmin):
    """Adds Import and Export to the admin of a table that the shop fills; `shop_kind` is its name in the API."""

    shop_kind: str
    change_list_template = "admin/shop_change_list.html"

    @property
    def kind(self) -> registry.Kind:
        return registry.KINDS[self.shop_kind]

    def get_urls(self):
        pages = [
            path("import/", self.admin_site.admin_view(self.import_view), name=f"{self.shop_kind}_import"),
            path(
                "sample.<str:form>",
                self.admin_site.admin_view(self.sample_view),
                name=f"{self.shop_kind}_sample",
            ),
            path(
                "export.<str:form>",
                self.admin_site.admin_view(self.export_view),
                name=f"{self.shop_kind}_export",
            ),
        ]
        return [*pages, *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        more = {
            "shop_import": reverse(f"admin:{self.shop_kind}_import"),
            "shop_exports": [
                (form.upper(), reverse(f"admin:{self.shop_kind}_export", args=[form]))
                for form in ("csv", "xlsx")
            ],
        }
        return super().changelist_view(request, (extra_context or {}) | more)

    # --- In ---

    def import_view(self, request):
        if not self.has_change_permission(request):
            raise PermissionDenied
        if "confirm" in request.POST:
            return self.imported(request)
        form = FileForm(request.POST or None, request.FILES or None)
        result, problem = None, ""
        if form.is_valid():
            _forget(request)
            name = default_storage.save(
                f"{FOLDER}/{uuid.uuid4().hex}{Path(form.cleaned_data['file'].name).suffix.lower()}",
                form.cleaned_data["file"],
            )
            try:
                result = _run(name, dry_run=True)
            except importing.BadFile as reason:
                default_storage.delete(name)
                problem = str(reason)
            else:
                request.session[SESSION] = {"name": name, "kind": self.shop_kind}
        context = self.admin_site.each_context(request) | {
            "title": f"Import {self.shop_kind}",
            "opts": self.opts,
            "form": form,
            "problem": problem,
            "result": result,
            "errors": result.errors[:ERRORS_SHOWN] if result else [],
            "more_errors": max(0, len(result.errors) - ERRORS_SHOWN) if result else 0,
            "good": result.new + result.changed if result else 0,
            "columns": importing.columns(self.kind),
            "samples": [
                (form.upper(), reverse(f"admin:{self.shop_kind}_sample", args=[form]))
                for form in ("csv", "xlsx")
            ],
        }
        return TemplateResponse(request, "admin/shop_import.html", context)

    def imported(self, request):
        """Write the file that was looked at."""
        waiting = request.session.pop(SESSION, None)
        back = redirect(reverse(f"admin:{self.shop_kind}_import"))
        if not waiting or waiting["kind"] != self.shop_kind or not default_storage.exists(waiting["name"]):
            self.message_user(request, "The file is no longer here: choose it again.", messages.ERROR)
            return back
        result = _run(waiting["name"], dry_run=False)
        default_storage.delete(waiting["name"])
        audit.note(request, AuditAction.CHANGED, f"imported {self.shop_kind}")
        said = f"{result.new} new, {result.changed} changed, {result.unchanged} as before."
        if result.errors:
            line, reason = result.errors[0]
            said += f" {len(result.errors)} lines were left, the first is line {line}: {reason}"
        self.message_user(request, said, messages.WARNING if result.errors else messages.SUCCESS)
        return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))

    def sample_view(self, request, form):
        names = importing.columns(self.kind)
        rows = [importing.cells(importing.SAMPLES[self.shop_kind], names)]
        return _file(f"sample-{self.shop_kind}", form, names, rows)

    # --- Out ---

    def export_view(self, request, form):
        if not self.has_view_permission(request):
            raise PermissionDenied
        require(request.user, "export")
        rate_limits.consume(request, "export")
        audit.note(request, AuditAction.EXPORTED, self.shop_kind)
        names = importing.columns(self.kind)
        return _file(f"{self.shop_kind}-{timezone.localdate()}", form, names, self._rows(names))

    def _rows(self, names: list[str]):
        """Yield all rows of the table, a batch at a time in the order of their keys."""
        column, last = self.kind.column, None
        # A visitor has no id in the shop
        rows = self.kind.rows().exclude(**{column: None}).order_by(column)
        while True:
            batch = list((rows.filter(**{f"{column}__gt": last}) if last else rows)[:BATCH])
            for row in batch:
                yield importing.cells(self.kind.as_json(row), names)
            if len(batch) < BATCH:
                return
            last = getattr(batch[-1], column)


def _run(name: str, *, dry_run: bool) -> importing.Result:
    with tempfile.NamedTemporaryFile(suffix=Path(name).suffix) as copy:
        with default_storage.open(name) as stored:
            copy.write(stored.read())
        copy.flush()
        return importing.run(importing.read(Path(copy.name)), dry_run=dry_run)


def _forget(request) -> None:
    if waiting := request.session.pop(SESSION, None):
        default_storage.delete(waiting["name"])


def _file(name: str, form: str, names: list[str], rows) -> HttpResponse | StreamingHttpResponse:
    if form not in ("csv", "xlsx"):
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    if form == "xlsx":
        return HttpResponse(importing.as_xlsx(names, rows), content_type=XLSX, headers=headers)
    return StreamingHttpResponse(
        importing.as_csv(names, rows), content_type="text/csv; charset=utf-8", headers=headers
    )
