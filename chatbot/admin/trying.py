"""In the admin: "Try and test", a chat against drafts and the shop's own conversations run with one button."""

from django import forms
from django.contrib import admin
from django.template.response import TemplateResponse
from django.urls import path

from chatbot.learning import trying
from chatbot.learning.trying import BadScript
from chatbot.models import Article, Example, TestConversation
from tickets.admin import DeskAdmin


class ConversationForm(forms.ModelForm):
    class Meta:
        model = TestConversation
        fields = ("name", "customer", "script")
        widgets = {"script": forms.Textarea(attrs={"rows": 16, "cols": 90, "spellcheck": "false"})}

    def clean_script(self):
        script = self.cleaned_data["script"]
        try:
            trying.read(script)
        except BadScript as reason:
            raise forms.ValidationError(str(reason)) from None
        return script


class TryForm(forms.Form):
    """A chat with Villy that is stored nowhere: what was typed so far goes along with each line."""

    customer = forms.EmailField(
        required=False,
        label="As customer",
        help_text="E-mail of a customer, for their orders. Empty: a guest.",
    )
    drafts = forms.BooleanField(
        required=False,
        initial=True,
        label="With drafts",
        help_text="Articles that are not published yet answer as well.",
    )
    script = forms.CharField(required=False, max_length=8000, widget=forms.HiddenInput)
    message = forms.CharField(
        max_length=500,
        label="Message",
        widget=forms.TextInput(attrs={"size": 80, "autofocus": True, "autocomplete": "off"}),
    )

    def clean(self):
        data = super().clean()
        if "message" in data:
            data["script"] = f"{data.get('script', '')}\n> {data['message']}".strip()
        return data


@admin.register(TestConversation)
class TestConversationAdmin(DeskAdmin):
    """The shop's own conversations with what has to come back."""

    purpose = "Conversations with the answers that you expect. Run them before you publish a change."
    list_display = ("name", "customer", "went", "ran_at")
    search_fields = ("name", "script")
    search_help_text = "Name, or words of the conversation."
    form = ConversationForm
    change_list_template = "admin/chatbot/testconversation/change_list.html"

    @admin.display(description="last run")
    def went(self, conversation):
        if not conversation.ran_at:
            return "Not run yet"
        wrong = sum(bool(turn.get("wrong")) for turn in conversation.last_run)
        return f"{wrong} not as expected" if wrong else "As expected"

    def get_urls(self):
        def staff_only(view, route, name):
            return path(route, self.admin_site.admin_view(view), name=f"chatbot_testconversation_{name}")

        return [
            staff_only(self.try_villy, "try/", "try"),
            staff_only(self.run, "run/", "run"),
            *super().get_urls(),
        ]

    def try_villy(self, request):
        """A chat against drafts, played again with each line: nothing is stored."""
        form = TryForm(request.POST or None, initial={"drafts": True})
        turns = []
        if request.method == "POST" and "restart" in request.POST:
            form = TryForm(
                initial={"drafts": "drafts" in request.POST, "customer": request.POST.get("customer", "")}
            )
        elif request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                turns = trying.play(data["script"], data["customer"], drafts=data["drafts"])
                form = TryForm(initial=data | {"message": ""})
            except BadScript as reason:
                form.add_error(None, str(reason))
        return self._page(request, "try", "Try Villy", form=form, turns=turns, drafts=self._drafts())

    def run(self, request):
        """Every conversation, played with the button: what is not as expected, and what has changed."""
        runs, drafts = None, "drafts" in request.POST
        if request.method == "POST":
            runs = trying.run_all(drafts=drafts, keep=self.has_change_permission(request))
        return self._page(
            request,
            "run",
            "Test conversations",
            runs=runs,
            drafts=self._drafts(),
            with_drafts=drafts,
            right=sum(run.is_right for run in runs or ()),
            count=TestConversation.objects.count(),
        )

    def _drafts(self):
        """Return what is written and not in force: draft articles, and examples for the next training."""
        return {
            "articles": list(Article.objects.filter(is_active=False).values_list("title", flat=True)[:20]),
            "examples": Example.objects.count(),
        }

    def _page(self, request, name, title, **context):
        context |= self.admin_site.each_context(request)
        context |= {"title": title, "opts": self.opts, "media": self.media}
        return TemplateResponse(request, f"admin/chatbot/testconversation/{name}.html", context)
