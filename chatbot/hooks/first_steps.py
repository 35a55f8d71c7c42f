"""What Villy needs of a new shop: the steps of the admin's checklist that are about products and articles."""

from django.urls import reverse
from django.utils.translation import gettext as _

from tickets.operations.checklist import Step

from ..models import Article, Product


def products_step() -> Step:
    """Return whether the shop has products that Villy can show."""
    link = reverse("admin:chatbot_product_changelist")
    return Step(
        "products", _("First products are there"), Product.objects.filter(is_active=True).exists(), link
    )


def article_step() -> Step:
    """Return whether Villy has an article to answer from."""
    link = reverse("admin:chatbot_article_changelist")
    return Step(
        "article", _("First article is written"), Article.objects.filter(is_active=True).exists(), link
    )
