"""Render an answer of Villy as plain text, for channels without cards: e-mail, WhatsApp, terminals."""

from supportdesk import money

MOST_PRODUCTS = 8
MOST_CHOICES = 3
# Of more products the addresses of pictures would be most of the message
MOST_PICTURES = 3


def plain_text(reply: dict, text: str = "", *, choices: bool = False) -> str:
    """Return a stored reply (`ChatMessage.reply`) with its cards in words.

    `text` is said in place of the reply's own. With `choices` the suggestions follow, numbered, for
    channels that have no buttons: a typed number is what `chosen` resolves.
    """
    parts = [text or reply.get("text", "")]
    if products := reply.get("products"):
        pictures = len(products) <= MOST_PICTURES
        shown = products[:MOST_PRODUCTS]
        parts.append("\n".join(f"• {_product(product, picture=pictures)}" for product in shown))
    if order := reply.get("order"):
        parts.append(_order(order))
    if choices:
        listed = enumerate((reply.get("suggestions") or [])[:MOST_CHOICES], 1)
        parts.append("\n".join(f"{place}. {choice}" for place, choice in listed))
    return "\n\n".join(part for part in parts if part)


def chosen(reply: dict, text: str) -> str:
    """Return the suggestion that a bare number means ("2"), else the text as it is."""
    number = text.strip().strip(".)")
    choices = (reply.get("suggestions") or [])[:MOST_CHOICES]
    if number.isascii() and number.isdigit() and 1 <= int(number) <= len(choices):
        return choices[int(number) - 1]
    return text


def _product(product: dict, *, picture: bool) -> str:
    price = money.formatted(product["price"], product.get("currency") or "")
    unit = f" / {product['unit']}" if product.get("unit") else ""
    url = product.get("imageUrl") if picture else ""
    return "\n  ".join(filter(None, (f"{product['name']}: {price}{unit}", url)))


def _order(order: dict) -> str:
    items = [f"{item['quantity']} x {item['name']}" for item in order.get("items", [])]
    tracking = " ".join(filter(None, (order.get("carrier"), order.get("trackingNumber"))))
    lines = [
        f"{order['number']}: {order.get('statusText', '')}",
        *items,
        tracking,
        order.get("trackingUrl") or "",
    ]
    return "\n".join(filter(None, lines))
