"""Bundles of static files: one script and one style sheet a page, made when files are collected."""

import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings

from supportdesk import checks
from supportdesk.serving import bundles, static

STATIC = Path(settings.BASE_DIR, "static")
DESK = "js/desk.bundle.js"


def read(name: str) -> str:
    return (STATIC / name).read_text("utf-8")


def bundled(**modules: str) -> str:
    return bundles.script("js/start.js", lambda name: modules[name.removeprefix("js/").removesuffix(".js")])


def test_a_bundle_holds_each_module_once_after_those_that_it_imports():
    made = bundled(
        start='import { first } from "./first.js";\nimport { second } from "./second.js";\nfirst(second);\n',
        first='import { second } from "./second.js";\nexport let first = () => second;\n',
        second="// A comment\nexport const second = 2;\n",
    )
    assert made == "const second = 2;\nlet first = () => second;\nfirst(second);\n"


def test_modules_that_import_each_other_stand_in_the_order_of_browsers():
    modules = {
        "js/start.js": 'import { a } from "./a.js";\na();\n',
        "js/a.js": 'import { b } from "./b.js";\nexport function a() { b(); }\n',
        "js/b.js": 'import { a } from "./a.js";\nexport function b() { a(); }\n',
    }
    assert bundles.modules("js/start.js", modules.__getitem__) == ["js/b.js", "js/a.js", "js/start.js"]


def test_string_literals_in_a_script_keep_their_blanks():
    said = "const title = `${number ? `(${number}) ` : ``}${name}`;\n"
    assert bundled(start=said) == said


@pytest.mark.parametrize(
    "declared",
    ["const twice = 1;", "function twice() {}", "async function twice() {}", "class twice {}", "let twice;",
     "export const twice = 1;", "const { other, twice } = window;"],
)  # fmt: skip
def test_two_modules_that_declare_one_name_make_no_bundle(declared):
    with pytest.raises(bundles.CannotBundle, match=r"js/other\.js and js/start\.js both declare twice"):
        bundled(start=f'import "./other.js";\n{declared}\n', other="export const twice = 1;\n")


@pytest.mark.parametrize(
    "form",
    ['import { a as b } from "./other.js";', 'import * as other from "./other.js";', 'import a from "./other.js";',
     'import {\n  a,\n} from "./other.js";', 'const a = await import("./other.js");', 'export * from "./other.js";',
     "export default 1;", "const here = import.meta.url;"],
)  # fmt: skip
def test_a_form_of_import_that_would_be_lost_makes_no_bundle(form):
    with pytest.raises(bundles.CannotBundle, match=r"js/start\.js: write"):
        bundled(start=form + "\n", other="export const a = 1;\n")


def test_the_sheets_of_the_desk_are_one_in_their_order():
    made = bundles.all_bundles(read)["css/desk.bundle.css"]
    rules = [bundles.STYLE_COMMENT.sub("", read(name)) for name in bundles.STYLES["css/desk.bundle.css"]]
    assert made == "\n".join(rules)
    assert "*/" not in made
    # Inside a text, the mark would take the rules behind it away
    written = "".join(map(read, bundles.STYLES["css/desk.bundle.css"]))
    assert not re.search(r'"[^"\n]*/\*[^"\n]*"', written)
    # Where an address or an import stands, it would be another one in a file elsewhere
    assert "@import" not in made
    assert "@charset" not in made
    # In a page an address would be read from the page's own, and an end tag would end it
    assert "url(" not in made
    assert "</" not in made


def test_a_bundle_is_collected_with_its_hash_and_compressed(tmp_path):
    shutil.copytree(STATIC, tmp_path, dirs_exist_ok=True)
    storage = static.ImmutableStatic(location=tmp_path, base_url="/static/")
    list(storage.post_process({}))
    for name in (DESK, *bundles.STYLES):
        hashed = storage.path(storage.stored_name(name))
        assert static._has_hash_in_name("", f"/static/{hashed}")
        for packed in (".gz", ".br"):
            assert Path(hashed + packed).stat().st_size < Path(hashed).stat().st_size / 2


def test_a_sheet_to_put_into_a_page_is_allowed_by_its_hash(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path
    assert static.inline_sheet("css/desk.bundle.css") is None
    (tmp_path / "css").mkdir()
    (tmp_path / "css/desk.bundle.css").write_text("a > b {}\n")
    sheet = static.inline_sheet("css/desk.bundle.css")
    assert (str(sheet.text), sheet.file) == ("a > b {}\n", "desk.bundle.css")
    # printf 'a > b {}\n' | openssl dgst -sha256 -binary | base64
    assert sheet.allowed == "'sha256-aUOwqpRC2NmZu0xVZnOgHM21aurPMeaaUbc11vYMPa8='"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/support/", "/support/{ticket.pk}/"])
def test_the_desk_loads_one_sheet_and_two_scripts(browse, asha, ticket, address):
    answer = browse(asha).get(address.format(ticket=ticket))
    page = answer.content.decode()
    assert answer.status_code == 200
    sheets = re.findall(r'<link[^>]*rel="stylesheet"[^>]*href="([^"]+)"', page)
    scripts = re.findall(r'<script[^>]*\ssrc="([^"]+)"', page)
    assert sheets == ["/static/css/desk.bundle.css"]
    assert scripts == ["/static/django_htmx/htmx-2.min.js", "/static/js/desk.bundle.js"]
    assert "modulepreload" not in page


def test_a_check_names_what_keeps_the_bundle_from_being_made(tmp_path, settings):
    assert checks.can_be_bundled(None) == []
    shutil.copytree(STATIC, tmp_path / "static")
    entry = tmp_path / "static" / "js/dashboard.js"
    entry.write_text(entry.read_text("utf-8") + "const toast = 1;\n", "utf-8")
    settings.BASE_DIR = tmp_path
    [error] = checks.can_be_bundled(None)
    assert error.msg == "js/desk/toast.js and js/dashboard.js both declare toast: rename one"
    assert error.id == "supportdesk.E012"
