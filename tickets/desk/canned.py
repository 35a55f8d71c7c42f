"""The page on which agents edit canned replies, and what the composer asks for."""

from django.contrib import messages as flash
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from rest_framework.exceptions import ValidationError

from tickets import access
from tickets.api import canned as api
from tickets.pictures import uploads

from .dashboard import page_for_agents
from .many import sentence_of

LANGUAGES = {"en": "English", "hi": "हिन्दी", "hinglish": "Hinglish"}


@page_for_agents
def replies(request):
    """The agent's canned replies and the shared ones, as JSON for the composer."""
    return JsonResponse(
        {"results": [api.shown(reply, request.user) for reply in api.visible_to(request.user)]}
    )


@access.for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def canned_replies(request):
    """The list with a form for each; POST adds one."""
    if request.method == "POST":
        return _saved(request, None, lambda data: api.create(data, request.user))
    return _page(request)


def _page(request, kept: dict | None = None, status: int = 400) -> HttpResponse:
    """The page; `kept` is what was typed into the form that was refused."""
    replies = api.visible_to(request.user).order_by("shortcut")
    context = {"replies": replies, "languages": LANGUAGES, "kept": kept}
    return render(request, "tickets/canned.html", context, status=status if kept else 200)


@require_POST
@access.for_agents
def change(request, reply_id):
    """Change a canned reply, or remove it. What was typed stays when a colleague has changed or removed it."""
    try:
        reply = api.find(request.user, reply_id)
    except Http404:
        if request.POST.get("delete"):
            raise
        flash.error(request, _("This reply is gone. What you typed is in the form for a new one."))
        return _page(request, _typed(request), 404)
    if request.POST.get("delete"):
        api.remove(reply)
        flash.info(request, _("Reply /%(shortcut)s deleted.") % {"shortcut": reply.shortcut})
        return redirect("canned-replies")
    # A form of before this field had no `known`
    if request.POST.get("known", reply.updated_at.isoformat()) != reply.updated_at.isoformat():
        flash.error(request, _("A colleague has changed this reply. Yours is below and not saved yet."))
        return _page(request, _typed(request) | {"id": reply.pk, "stored": reply}, 409)
    return _saved(request, reply.pk, lambda data: api.change(reply, data))


def _typed(request) -> dict:
    """Return what stands in the form, for the page that shows it again."""
    sent = _sent(request)
    return sent | {"id": None, "texts": sent["text"], "is_shared": sent["shared"]}


def _sent(request) -> dict:
    texts = {code: request.POST.get(f"text-{code}", "").replace("\r\n", "\n") for code in LANGUAGES}
    return {
        "shortcut": request.POST.get("shortcut", ""),
        "title": request.POST.get("title", ""),
        "text": texts,
        "shared": bool(request.POST.get("shared")),
        "image": request.FILES.get("image"),
    }


def _saved(request, reply_id, store):
    sent = _sent(request)
    serializer = api.NewCannedReplySerializer(data=sent, context={"agent": request.user})
    try:
        serializer.is_valid(raise_exception=True)
        store(dict(serializer.validated_data))
    except ValidationError as reason:
        said = sentence_of(reason)
    except (uploads.BadPicture, uploads.NoRoom) as reason:
        said = str(reason)
    else:
        flash.info(request, _("Saved."))
        return redirect("canned-replies")
    flash.error(request, said)
    return _page(request, _typed(request) | {"id": reply_id})


@require_POST
@access.for_agents
def used(request, reply_id):
    """Count one use."""
    api.count_use(api.find(request.user, reply_id))
    return HttpResponse(status=204)


@page_for_agents
def picture(request, reply_id):
    """The picture that goes with a canned reply."""
    try:
        file, name = api.picture_of(request.user, reply_id)
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(file, content_type=uploads.content_type(name))
