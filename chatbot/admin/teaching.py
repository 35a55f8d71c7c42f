"""In the admin: examples, "Villy did not know", and the page of figures."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path

from chatbot.learning import figures, teaching
from chatbot.learning.teaching import TaughtBefore
from chatbot.models import Article, ChatMessage, Example
from chatbot.nlu import corpus
from tickets.admin import DeskAdmin

INTENTS = [(intent, intent.replace("_", " ")) for intent in corpus.INTENTS]


class ExampleForm(forms.ModelForm):
    intent = forms.ChoiceField(choices=[("", "---------"), *INTENTS], help_text="What the customer wants.")

    class Meta:
        model = Example
        fields = ("text", "intent", "language", "is_issue")
        widgets = {"text": forms.Textarea(attrs={"rows": 3, "cols": 80, "spellcheck": "false"})}

    def clean_text(self):
        return " ".join(self.cleaned_data["text"].split())


class TeachForm(forms.Form):
    """One message: an example of an intent, or one more way to ask for an article."""

    text = forms.CharField(
        max_length=teaching.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80, "spellcheck": "false"}),
        help_text="As it was typed; take out what names a person.",
    )
    article = forms.ModelChoiceField(
        Article.objects.filter(is_active=True),
        required=False,
        label="Answered by",
        help_text="The article becomes known by this wording, and Villy knows it at once.",
    )
    intent = forms.ChoiceField(choices=INTENTS, required=False)
    language = forms.ChoiceField(choices=Example._meta.get_field("language").choices or (), required=False)
    is_issue = forms.BooleanField(
        required=False,
        label="An agent has to act",
        help_text="Not ticked: an answer is enough.",
    )

    def clean(self):
        data = super().clean()
        wanted = "article" if "variant" in self.data else "intent"
        if not data.get(wanted) and wanted not in self.errors:
            self.add_error(wanted, "Choose one.")
        return data

    def teach(self, cluster: teaching.Cluster, by) -> str:
        """Do what the pressed button says; return what was done, in words. Raise TaughtBefore."""
        data = self.cleaned_data
        if "variant" in self.data:
            article = teaching.teach_variant(data["text"], data["article"], cluster=cluster)
            return f"“{article.title}” answers this from now on."
        labels = {name: data[name] for name in ("intent", "language", "is_issue")}
        teaching.teach_example(data["text"], **labels, by=by, cluster=cluster)
        return "Villy learns this at the next training: manage.py train_villy."


@admin.register(Example)
class ExampleAdmin(DeskAdmin):
    """Examples that this shop taught Villy, in addition to the corpus files."""

    purpose = "Messages of your customers with what they meant. Villy learns from them."
    list_display = ("text", "intent", "language", "is_issue", "taught_by_name", "created_at")
    list_filter = ("intent", "language", "is_issue")
    search_fields = ("text",)
    search_help_text = "Words of the example."
    form = ExampleForm
    change_list_template = "admin/chatbot/example/change_list.html"

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("taught_by")

    @admin.display(description="taught by")
    def taught_by_name(self, example):
        return str(example.taught_by or "")

    def save_model(self, request, example, form, change):
        example.taught_by = example.taught_by or request.user
        super().save_model(request, example, form, change)

    def get_urls(self):
        def staff_only(view, route, name):
            def guarded(request, **kwargs):
                if not self.has_change_permission(request):
                    raise PermissionDenied
                return view(request, **kwargs)

            return path(route, self.admin_site.admin_view(guarded), name=f"chatbot_example_{name}")

        return [
            staff_only(self.not_known, "not-known/", "not_known"),
            staff_only(self.teach, "not-known/<uuid:line_id>/", "teach"),
            staff_only(self.figures, "figures/", "figures"),
            *super().get_urls(),
        ]

    def not_known(self, request):
        """List the questions that Villy could not answer, newest first."""
        clusters = teaching.not_known()
        return self._page(
            request,
            "not_known",
            "Villy did not know",
            clusters=clusters,
            days=teaching.DAYS,
            articles=teaching.unhelpful_articles(),
        )

    def teach(self, request, line_id):
        """One question of that list: teach it, or let it be."""
        line = ChatMessage.objects.filter(pk=line_id, answers__isnull=False).first()
        if not line:
            raise Http404
        cluster = teaching.cluster_of(line)
        if request.method == "POST" and "leave" in request.POST:
            teaching.set_aside(cluster)
            return redirect("admin:chatbot_example_not_known")
        form = TeachForm(request.POST or None, initial=teaching.suggestion(line))
        if request.method == "POST" and form.is_valid():
            try:
                messages.success(request, form.teach(cluster, request.user))
                return redirect("admin:chatbot_example_not_known")
            except TaughtBefore as reason:
                form.add_error("text", str(reason))
        return self._page(request, "teach", "Teach Villy", cluster=cluster, line=line, form=form)

    def figures(self, request):
        """Show Villy's figures by day and in total."""
        return self._page(request, "figures", "Villy in figures", report=figures.report())

    def _page(self, request, name, title, **context):
        context |= self.admin_site.each_context(request)
        context |= {"title": title, "opts": self.opts, "media": self.media}
        return TemplateResponse(request, f"admin/chatbot/example/{name}.html", context)
