"""Products of one kind: the two pickles, the makhanas."""

from chatbot.models import Product

from . import products


def kind_of(product: Product) -> str:
    """Return the last word of a product's name, which says what it is: "pickle"."""
    return product.name.split()[-1].casefold()


def sibling(product: Product) -> Product | None:
    """Return the one other product on sale of the same kind; None where there are more, or none."""
    beside = [
        each
        for each in products.on_sale()
        if each.pk != product.pk and each.category == product.category and kind_of(each) == kind_of(product)
    ]
    return beside[0] if len(beside) == 1 else None
