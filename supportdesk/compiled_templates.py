"""Jinja2 that compiles a template once a language, with what is the same on every page already in place.

A page of the desk has three hundred sentences, icons and addresses whose arguments are constants. Asking for
each of them at every rendering took half of the page's time. So each language has an environment of its own, and
the calls are replaced by their results when a template is compiled. What depends on a request stays a call.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache

from django.conf import settings
from django.utils.translation import get_language, override
from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

# Under DEBUG a changed template is seen after this time
LOOK_SECONDS = 2.0

_caches: list[Callable[[], None]] = []


def kept_markup(maxsize: int) -> Callable:
    """Return an lru_cache for a function that renders its arguments; forgotten when a template changes."""

    def decorate(function):
        cached = lru_cache(maxsize=maxsize)(function)
        _caches.append(cached.cache_clear)
        return cached

    return decorate


class LanguageEnvironment(Environment):
    """Hands out templates of the language in force.

    `constant` are the functions of the templates whose result depends on the language and their arguments only;
    `pattern` is of `_`: a sentence's translation before its values are filled in; `path` is of `url`: what stands
    before and after the one argument in the path of a page.
    """

    # Of the environments that compile: the language they speak, as a tuple because it may be None
    speaks: tuple[str | None] | None = None

    def __init__(
        self,
        *,
        constant: dict[str, Callable],
        pattern: Callable[[str], Markup],
        path: Callable[[str], tuple[str, str]],
        **options,
    ):
        super().__init__(**options)
        self.constant, self.pattern, self.path = constant, pattern, path
        self._languages: dict[str | None, LanguageEnvironment] = {}
        self._lock = threading.Lock()
        self._sources = _Sources(getattr(self.loader, "searchpath", [])) if settings.DEBUG else None

    def get_template(self, name, parent=None, globals=None):
        if self.speaks is None:
            return self._of_language(get_language()).get_template(name, parent, globals)
        return super().get_template(name, parent, globals)

    def _of_language(self, language: str | None) -> "LanguageEnvironment":
        if self._sources and self._sources.changed():
            self._languages = {}
            for forget in _caches:
                forget()
        found = self._languages.get(language)
        if found is None:
            with self._lock:
                found = self.overlay()
                found.speaks = (language,)
                self._languages[language] = found
        return found

    def _parse(self, source, name, filename):
        tree = super()._parse(source, name, filename)
        if self.speaks is None:
            return tree
        with override(self.speaks[0]):
            return _Constants(self, tree).visit(tree)


class _Constants(NodeTransformer):
    """Puts results in the place of calls with constant arguments."""

    def __init__(self, environment: LanguageEnvironment, tree: nodes.Template):
        names = Counter(each.name for each in tree.find_all(nodes.Name) if each.ctx in ("store", "param"))
        # A template may have a variable of this name
        self.constant = {
            name: function for name, function in environment.constant.items() if name not in names
        }
        self.pattern = None if "_" in names else environment.pattern
        self.path = None if "url" in names else environment.path

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.dyn_args or node.dyn_kwargs:
            return node
        name, values = node.node.name, [each.value for each in node.args if isinstance(each, nodes.Const)]
        if len(values) != len(node.args):
            return node
        if name == "_" and self.pattern and len(values) == 1:
            return self._sentence(node, self.pattern(values[0]))
        if name in self.constant and not node.kwargs:
            return nodes.Const(self.constant[name](*values), lineno=node.lineno)
        return node

    def _sentence(self, node: nodes.Call, pattern: Markup) -> nodes.Expr:
        """The translation; with values it is filled in as the page is made."""
        if not node.kwargs:
            return nodes.Const(pattern % () if "%" in pattern else pattern, lineno=node.lineno)
        values = [nodes.Pair(nodes.Const(each.key), each.value) for each in node.kwargs]
        return nodes.Mod(nodes.Const(pattern), nodes.Dict(values), lineno=node.lineno)

    def visit_Output(self, node: nodes.Output) -> nodes.Node:
        parts: list[nodes.Expr] = []
        for part in node.nodes:
            parts += self._address(part) if isinstance(part, nodes.Call) else [part]
        node.nodes = parts
        return self.generic_visit(node)

    def _address(self, node: nodes.Call) -> list[nodes.Expr]:
        """The path of a page with an id in it, as what stands before the id, the id, and what stands after it."""
        if not self.path or not isinstance(node.node, nodes.Name) or node.node.name != "url":
            return [node]
        if len(node.args) != 2 or node.kwargs or not isinstance(node.args[0], nodes.Const):
            return [node]
        before, after = self.path(node.args[0].value)
        return [nodes.TemplateData(before), node.args[1], nodes.TemplateData(after)]

    def visit_Concat(self, node: nodes.Concat) -> nodes.Concat:
        # Jinja2 joins constants to plain text, which would escape their markup a second time
        return node

    def visit_ScopedEvalContextModifier(self, node):
        # `{% autoescape false %}` wants plain text
        return node


class _Sources:
    """Tells whether a template's file has changed since it was last asked, now and then."""

    def __init__(self, folders: list[str]):
        self.folders = folders
        self.looked_at, self.stamp = time.monotonic(), self._stamp()

    def changed(self) -> bool:
        now = time.monotonic()
        if now - self.looked_at < LOOK_SECONDS:
            return False
        self.looked_at, before, self.stamp = now, self.stamp, self._stamp()
        return self.stamp != before

    def _stamp(self) -> int:
        return hash(tuple(stamp for folder in self.folders for stamp in _stamps(folder)))


def _stamps(folder: str) -> Iterator[tuple[str, int]]:
    """Yield each file below a folder and when it was written; pathlib takes eight times as long."""
    with os.scandir(folder) as found:
        for each in found:
            if each.is_dir():
                yield from _stamps(each.path)
            else:
                yield each.path, each.stat().st_mtime_ns
