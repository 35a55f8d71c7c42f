"""Templates that are compiled once a language: what is put in place, what stays, and when a changed one is seen."""

import os

import pytest
from django.template import engines
from django.test import RequestFactory
from jinja2 import FileSystemLoader
from markupsafe import Markup

from supportdesk import compiled_templates, languages, templating
from supportdesk.serving import lifecycle


@pytest.fixture
def render(tmp_path, settings):
    """Render a template with this text, in a language."""
    settings.DEBUG = False

    def rendered(text: str, language: str = "en", **values) -> str:
        (tmp_path / "page.html").write_text(text, "utf-8")
        env = _environment(tmp_path)
        with languages.speaking(language):
            return env.get_template("page.html").render(**values)

    return rendered


def _environment(folder):
    return templating.environment(loader=FileSystemLoader(folder))


def test_one_environment_renders_each_reader_in_their_language(tmp_path):
    (tmp_path / "page.html").write_text('<b title="{{ _("Tickets") }}">{{ _("Status") }}</b>', "utf-8")
    env = _environment(tmp_path)
    shown = {}
    for language in ("en", "hi", "en", "hinglish", "hi"):
        with languages.speaking(language):
            shown.setdefault(language, set()).add(env.get_template("page.html").render())
    assert shown["en"] == {'<b title="Tickets">Status</b>'}
    assert len(shown["hi"]) == 1
    assert shown["hi"] != shown["en"]


def test_constant_calls_are_results_once_a_template_is_compiled(tmp_path):
    env = _environment(tmp_path)._of_language("en")
    made = env.compile('{{ _("Tickets") }}{{ icon("x", 14) }}{{ url("dashboard") }}', raw=True)
    assert "context.call" not in made
    assert "Tickets" in made
    assert "<svg" in made
    assert "/support/" in made


def test_values_are_escaped_and_translations_are_not(render):
    text = '{{ _("Assigned to %(agent)s", agent=name) }} {{ _("100 %% <b>") }}'
    assert render(text, name="<i>") == "Assigned to &lt;i&gt; 100 % <b>"


def test_values_are_filled_into_the_translation(render):
    text = '{{ _("Assigned to %(agent)s", agent=name) }}'
    in_hindi = render(text, "hi", name="Asha")
    assert "Asha" in in_hindi
    assert in_hindi != render(text, "en", name="Asha")


def test_a_sentence_without_its_values_is_shown_as_it_is(render):
    assert render("{{ _(said) }}", said="Assigned to %(agent)s") == "Assigned to %(agent)s"


def test_an_address_with_an_id_is_that_of_the_page(render):
    id = "6f1f0c3a-2222-4444-8888-000000000001"
    assert render('{{ url("ticket", id) }}', id=id) == f"/support/{id}/"
    # Anywhere else than in the text it stays a call
    assert render('{% set a = url("ticket", id) %}{{ a }}', id=id) == f"/support/{id}/"
    assert render('{{ url("ticket", id) }}', id='"><') == "/support/&#34;&gt;&lt;/"


def test_a_variable_of_a_template_may_be_called_like_a_function(render):
    text = '{% for _, icon in pairs %}{{ icon("x") }}{{ _("y") }}{% endfor %}'
    assert render(text, pairs=[(str.upper, lambda name: name * 2)]) == "xxY"


def test_joined_and_plain_texts_are_not_escaped_twice(render):
    assert render('{{ icon("x", 14) ~ "<" }}') == templating.icon("x", 14) + Markup("&lt;")
    assert render('{% autoescape false %}{{ _("Tickets & more") }}{% endautoescape %}') == "Tickets & more"


def test_under_debug_a_changed_template_is_seen_and_kept_markup_forgotten(tmp_path, settings, monkeypatch):
    settings.DEBUG = True
    page = tmp_path / "page.html"
    page.write_text("before", "utf-8")
    env = _environment(tmp_path)
    made = []
    kept = compiled_templates.kept_markup(10)(lambda value: made.append(value))
    kept(1)
    assert env.get_template("page.html").render() == "before"
    page.write_text("after", "utf-8")
    os.utime(page, ns=(1, 1))
    monkeypatch.setattr(compiled_templates, "LOOK_SECONDS", 0)
    assert env.get_template("page.html").render() == "after"
    kept(1)
    assert made == [1, 1]


def test_a_page_has_one_token_in_all_forms():
    found = templating.csrf(RequestFactory().get("/"))
    token = str(found["csrf_token"])
    assert len(token) == 64
    assert str(found["csrf_token"]) == token
    assert found["csrf_input"].__html__() == (
        f'<input type="hidden" name="csrfmiddlewaretoken" value="{token}">'
    )


def test_the_desks_templates_are_compiled_before_the_server_listens(monkeypatch):
    env = engines["jinja2"].env
    monkeypatch.setattr(env, "_languages", {})
    for function in lifecycle.before_start:
        if getattr(function, "func", None) is templating.compile_ahead:
            function()
    names = {name for _loader, name in env._of_language("en").cache}
    assert {"tickets/dashboard.html", "tickets/_ticket.html", "tickets/_ticket_row.html"} <= names
