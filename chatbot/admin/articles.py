"""Articles in the admin: written in Markdown with a preview, published now or later, with their versions."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponse
from django.urls import path, reverse, reverse_lazy
from django.utils.html import format_html_join

from chatbot.helpcentre import markdown, publishing
from chatbot.models import Article, ArticleVersion
from tickets.admin import DeskAdmin
from tickets.admin.shop.files import ShopFiles

MAX_PREVIEW = 50_000
# Resolved when a form is shown: the admin's addresses do not exist yet when its forms are made
PREVIEW = reverse_lazy("admin:chatbot_article_preview")


class ArticleForm(forms.ModelForm):
    class Meta:
        model = Article
        fields = (
            "title",
            "slug",
            "category",
            "is_active",
            "publish_at",
            "body",
            "body_hinglish",
            "body_hi",
            "also_asked",
        )
        widgets = {
            "body": forms.Textarea(attrs={"rows": 6, "cols": 100, "data-preview": PREVIEW}),
            "body_hinglish": forms.Textarea(attrs={"rows": 6, "cols": 100, "data-preview": PREVIEW}),
            "body_hi": forms.Textarea(
                attrs={"rows": 6, "cols": 100, "lang": "hi", "data-preview": PREVIEW}
            ),
            "also_asked": forms.Textarea(attrs={"rows": 18, "cols": 100, "spellcheck": "false"}),
        }


@admin.register(Article)
class ArticleAdmin(ShopFiles, DeskAdmin):
    shop_kind = "articles"
    list_display = (
        "title",
        "category",
        "ways_to_ask",
        "languages",
        "found_helpful",
        "is_active",
        "updated_at",
    )
    list_filter = ("is_active", "category")
    search_fields = ("title", "slug", "body", "also_asked")
    search_help_text = "Words of the title, the answer, or a way to ask it."
    prepopulated_fields = {"slug": ("title",)}
    form = ArticleForm
    fieldsets = (
        (None, {"fields": ("title", "slug", "category", "is_active", "publish_at")}),
        (
            "The answer",
            {
                "fields": ("body", "body_hinglish", "body_hi"),
                "description": "Villy says it in the customer's language, else in English.",
            },
        ),
        ("How people ask it", {"fields": ("also_asked",)}),
    )

    class Media:
        js = (forms.widgets.Script("js/article_preview.js", type="module"),)

    @admin.display(description="ways to ask")
    def ways_to_ask(self, article):
        return len(article.variants)

    @admin.display(description="languages")
    def languages(self, article):
        written = {"English": article.body, "Hinglish": article.body_hinglish, "Hindi": article.body_hi}
        return ", ".join(language for language, text in written.items() if text)

    @admin.display(description="helped")
    def found_helpful(self, article):
        votes = article.helped + article.helped_not
        return f"{article.helped} of {votes}" if votes else "–"

    def view_on_site(self, article):
        return reverse("help-article", args=[article.slug]) if article.is_active else None

    def save_model(self, request, obj, form, change):
        if change:
            publishing.keep_version(obj, str(request.user))
        super().save_model(request, obj, form, change)

    def get_urls(self):
        preview = self.admin_site.admin_view(self.preview)
        return [path("preview/", preview, name="chatbot_article_preview"), *super().get_urls()]

    def preview(self, request):
        """Return the text of the form as the help centre shows it."""
        if request.method != "POST" or not self.has_change_permission(request):
            return HttpResponse(status=405 if request.method != "POST" else 403)
        return HttpResponse(markdown.render(request.POST.get("text", "")[:MAX_PREVIEW]).html)


@admin.register(ArticleVersion)
class ArticleVersionAdmin(DeskAdmin):
    """Earlier versions of articles: read-only, restored by an action."""

    purpose = "Earlier versions of articles, and those that wait for their time."
    list_display = ("article", "changed_at", "changed_by")
    list_select_related = ("article",)
    ordering = ("-changed_at",)
    search_fields = ("article__title",)
    search_help_text = "Words of the article's title."
    fields = readonly_fields = ("article", "changed_at", "changed_by", "text")
    actions = ("restore",)

    @admin.display(description="what it said")
    def text(self, version):
        rows = ((name.replace("_", " "), text) for name, text in version.said.items() if text)
        return format_html_join("", "<p><strong>{}</strong><br>{}</p>", rows)

    @admin.action(description="Restore (one version)")
    def restore(self, request, chosen):
        versions = list(chosen[:2])
        if len(versions) != 1:
            self.message_user(request, "Choose one version to restore.", messages.ERROR)
            return
        article = publishing.restore(versions[0], str(request.user))
        self.message_user(request, f"“{article}” says again what it said then.", messages.SUCCESS)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
