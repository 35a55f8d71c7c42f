"""What a browser without scripts makes of a page: elements, texts, and forms that can be sent."""

from django.test.html import Element, parse_html


class Node:
    """An element of a page; `all` and `one` find elements below it."""

    def __init__(self, element: Element):
        self.element = element
        self.tag = element.name
        self.attributes = {name: value or "" for name, value in element.attributes}

    def __getitem__(self, attribute: str) -> str:
        return self.attributes[attribute]

    def __contains__(self, attribute: str) -> bool:
        return attribute in self.attributes

    @property
    def text(self) -> str:
        """The text in it, blanks as a reader sees them."""
        return " ".join(" ".join(_texts(self.element)).split())

    def all(self, tag: str = "", /, *, text: str = "", **attributes: str) -> list["Node"]:
        """The elements with this tag, this text and these attributes: `aria_label`, `_class` (one of it)."""
        wanted = {key.strip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            node
            for node in map(Node, _below(self.element))
            if (not tag or node.tag == tag)
            and (not text or node.text == text)
            and all(_has(node, key, value) for key, value in wanted.items())
        ]

    def one(self, tag: str = "", /, *, text: str = "", **attributes: str) -> "Node":
        found = self.all(tag, text=text, **attributes)
        assert len(found) == 1, f"{len(found)} of <{tag} {attributes}> {text!r}"
        return found[0]

    def fields(self) -> dict:
        """What this form sends when nothing was changed, by name; lists where a name comes twice."""
        sent: dict[str, list] = {}
        for node in self.all():
            if node.attributes.get("name") and "disabled" not in node and _is_sent(node):
                sent.setdefault(node["name"], []).append(_value(node))
        return {name: values[0] if len(values) == 1 else values for name, values in sent.items()}


def page(response) -> Node:
    """The page of a response, as a tree. A page that is not well-formed fails here."""
    root = parse_html(response.content.decode())
    if isinstance(root, Element) and root.name:
        whole = Element(None, ())
        whole.append(root)
        root = whole
    return Node(root)


def _has(node: Node, attribute: str, value: str) -> bool:
    if attribute == "class":
        return value in node.attributes.get("class", "").split()
    return node.attributes.get(attribute) == value


def _below(element: Element):
    for child in element.children:
        if isinstance(child, Element):
            yield child
            # What a script may show later is not on the page
            if child.name != "template":
                yield from _below(child)


def _texts(element: Element):
    for child in element.children:
        if isinstance(child, Element):
            yield from _texts(child)
        else:
            yield child


def _is_sent(node: Node) -> bool:
    if node.tag == "input":
        kind = node.attributes.get("type", "text")
        return kind not in ("submit", "file", "button") and (
            kind not in ("radio", "checkbox") or "checked" in node
        )
    return node.tag in ("select", "textarea")


def _value(node: Node) -> str:
    if node.tag == "input":
        ticked = node.attributes.get("type") in ("checkbox", "radio")
        return node.attributes.get("value", "on" if ticked else "")
    if node.tag == "textarea":
        return node.text
    options = node.all("option")
    chosen = [option for option in options if "selected" in option] or options[:1]
    return chosen[0]["value"] if chosen else ""
