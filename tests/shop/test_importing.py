"""Files of the shop's data: what is read, which lines are named, and what a dry run leaves alone."""

import csv
import json
import re
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from chatbot.models import Article, Product
from tickets.models import Order, Person, Role
from tickets.shop import importing, registry

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]


@pytest.fixture
def imported(tmp_path):
    """`imported(text)` is what `import_shop` says of a file with this text."""

    def run(text, *arguments, name="data.csv"):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        out = StringIO()
        call_command("import_shop", str(file), *arguments, stdout=out, stderr=StringIO())
        return out.getvalue().splitlines()

    return run


def table(rows: list[dict]) -> str:
    out = StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_fifty_products_and_two_hundred_orders_come_in(imported):
    products = [
        {"sku": f"S-{n}", "name": f"Makhana {n}", "price": "249.00", "stock": n, "tags": "fox nut, makhane",
         "facts": json.dumps({"vegan": "yes"}), "active": "true"}
        for n in range(50)
    ]  # fmt: skip
    assert imported(table(products))[-1] == "Done: 50 new, 0 changed, 0 unchanged, 0 bad lines."
    items = json.dumps([{"sku": "S-1", "name": "Makhana 1", "quantity": 2, "price": 249}])
    orders = [
        {"number": f"VP-{n}", "customer": f"c-{n % 40}", "status": "shipped", "total": 498, "items": items}
        for n in range(200)
    ]
    assert imported(table(orders))[-1] == "Done: 200 new, 0 changed, 0 unchanged, 0 bad lines."
    assert Product.objects.get(sku="S-7").tags == ["fox nut", "makhane"]
    order = Order.objects.get(number="VP-41")
    assert (order.customer.external_id, order.items.get().quantity) == ("c-1", 2)
    assert Order.objects.count() == 200


def test_stored_rows_are_counted_as_unchanged(imported):
    items = json.dumps([{"sku": "S-1", "name": "Makhana 1", "quantity": 2, "price": 249}])
    rows = [{"number": f"VP-{n}", "customer": "c-1", "status": "shipped", "items": items} for n in range(3)]
    assert "3 new" in imported(table(rows))[-1]
    rows[1] |= {"status": "delivered"}
    rows[2] |= {"items": items.replace("249", "199")}
    for arguments in (["--dry-run"], []):
        assert "0 new, 2 changed, 1 unchanged, 0 bad" in imported(table(rows), *arguments)[-1]
    assert "0 new, 0 changed, 3 unchanged, 0 bad" in imported(table(rows))[-1]


def test_each_bad_line_is_named_and_stops_no_other(imported):
    said = imported(
        "number,customer,status,total,items\n"
        "VP-1,c-1,shipped,498,\n"
        "VP-2,c-1,lost,498,\n"
        ",c-1,shipped,498,\n"
        'VP-4,c-1,shipped,498,"[{""name"": ""Honey"",\n ""quantity"": 1}]"\n'
        "VP-5,c-1,shipped,many,\n"
        "VP-6,c-1,shipped,1,[no json\n"
        "VP-7,,shipped,1,\n"
    )
    assert [line.partition(":")[0] for line in said[:-1]] == [
        "line 3",
        "line 4",
        "line 7",
        "line 8",
        "line 9",
    ]
    assert "status" in said[0]
    assert said[-1] == "Done: 2 new, 0 changed, 0 unchanged, 5 bad lines."
    assert sorted(Order.objects.values_list("number", flat=True)) == ["VP-1", "VP-4"]


def test_a_dry_run_says_what_would_happen_and_writes_nothing(imported):
    text = "sku,name,price\nA,Honey,499\nB,,3\nA,Honey,500\n"
    said = imported(text, "--dry-run")
    assert said[0] == "line 3: name: This field is required."
    assert said[-1].startswith("Would be 1 new")
    assert not Product.objects.exists()
    orders = "number,customer,status\nVP-1,c-9,placed\nVP-2,,placed\n"
    assert imported(orders, "--dry-run")[0].startswith("line 3: customer")
    assert not Person.objects.filter(role=Role.CUSTOMER).exists()


def test_json_lines_of_several_kinds_come_in(imported):
    lines = [
        {"externalId": "c-1", "name": "Priya", "email": "priya@example.com"},
        {"number": "VP-1", "customer": {"email": "ravi@example.com"}, "status": "placed"},
        {"put": "products/A", "body": {"name": "Honey", "price": 499}},
        {"slug": "returns", "title": {"en": "Returns", "hi": "वापसी"}, "body": {"en": "7 days."}},
        {"name": "without a key"},
    ]
    text = "\n".join(json.dumps(line) for line in lines) + "\n\n{broken\n"
    said = imported(text, name="data.jsonl")
    assert [line.partition(":")[0] for line in said[:-1]] == ["line 5", "line 7"]
    assert said[-1].startswith("Done: 4 new")
    assert Order.objects.get().is_unclaimed


def test_articles_have_a_column_a_language(imported):
    text = "slug;title.en;title.hi;body.en;variants\nreturns;Returns;वापसी;7 days.;how do i return, wapas\n"
    assert imported(text)[-1].startswith("Done: 1 new")
    article = Article.objects.get()
    assert (article.title_hi, article.variants) == ("वापसी", ["how do i return", "wapas"])


@pytest.mark.engines
def test_an_empty_cell_leaves_what_is_stored(imported):
    imported("sku,name,price,unit\nA,Honey,499,500 g\n")
    imported("sku,name,price,unit\nA,,450,\n")
    product = Product.objects.get()
    assert (product.name, product.price, product.unit) == ("Honey", 450, "500 g")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", ",;\t")
def test_a_table_is_read_as_spreadsheets_save_it(imported, encoding, delimiter):
    mark = "\ufeff" if encoding[-2:] in ("le", "be") else ""
    text = f"{mark}sku,name,price\r\nS-1,Łódź तिल,249\r\n".replace(",", delimiter)
    assert imported(text.encode(encoding)) == ["Done: 1 new, 0 changed, 0 unchanged, 0 bad lines."]
    assert Product.objects.get(sku="S-1").name == "Łódź तिल"


def test_a_line_that_is_not_utf8_is_named(imported):
    said = imported(b"sku,name,price\nA,Honey,499\nB," + b"\xe9t\xe9,3\n")
    assert said[0].startswith("line 3: name: This is not encoded in UTF-8")
    assert said[-1].startswith("Done: 1 new")


@pytest.mark.parametrize("text", ["", "name,price\nHoney,3\n", "sku,sku\nA,B\n"])
def test_a_file_that_tells_nothing_is_refused_with_a_sentence(imported, text):
    with pytest.raises(CommandError):
        imported(text)


def test_a_file_that_is_not_there_is_refused_with_a_sentence():
    with pytest.raises(CommandError):
        call_command("import_shop", "/nowhere/at/all.csv", stdout=StringIO())


@pytest.mark.parametrize("kind", ["customers", "products", "orders", "articles"])
def test_the_sample_file_of_each_kind_comes_in_as_csv_and_as_xlsx(imported, kind):
    kind = registry.KINDS[kind]
    names = importing.columns(kind)
    row = importing.cells(importing.SAMPLES[kind.name], names)
    assert (
        imported("".join(importing.as_csv(names, [row])))[-1]
        == "Done: 1 new, 0 changed, 0 unchanged, 0 bad lines."
    )
    said = imported(importing.as_xlsx(names, [row]), name="sample.xlsx")
    assert said[-1].startswith("Done: 0 new"), said
    assert said[-1].endswith("0 bad lines.")


def test_an_export_holds_no_formulas():
    row = {"name": "=1+1", "phone": "+91 90000 00110", "unit": "-2+cmd|'/C calc'!A0"}
    assert importing.cells(row, list(row)) == ["'=1+1", "+91 90000 00110", "'-2+cmd|'/C calc'!A0"]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "  =1+1", "＝1+1", "@SUM(A1)", "a;=1+1", 'a;"=1+1', "a|@x", "a\n=1+1", "-x", "a; b", "it's; 'so'", "2 kg",
    ],
)  # fmt: skip
def test_an_exported_cell_never_starts_a_formula_and_is_imported_unchanged(imported, text):
    put = {
        "sku": "A-1",
        "name": "Honey",
        "price": 499,
        "description": text,
        "facts": {"note": text.strip()},
    }
    lines = "".join(importing.as_csv(list(put), [importing.cells(put, list(put))]))
    for separator in ",;|\t\n":
        for cell in lines.removeprefix("\ufeff").split(separator):
            assert not re.match(r'[\s"]*[=+\-@＝＋－＠]', cell), cell
    assert imported(lines)[-1].startswith("Done: 1 new")
    product = Product.objects.get(sku="A-1")
    assert (product.description, product.facts) == (text.strip(), {"note": text.strip()})


# --- In the admin ----------------------------------------------------------------

PAGES = {
    "customers": "/admin/tickets/person/",
    "products": "/admin/chatbot/product/",
    "orders": "/admin/tickets/order/",
    "articles": "/admin/chatbot/article/",
}


@pytest.mark.engines
@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_sample_is_looked_at_then_imported_then_exported(browse, meera, kind, form):
    staff, page = browse(meera), PAGES[kind]
    assert f"{page}import/" in staff.get(page).content.decode()
    sample = b"".join(staff.get(f"{page}sample.{form}"))
    file = SimpleUploadedFile(f"data.{form}", sample)
    seen = staff.post(f"{page}import/", {"file": file}).content.decode()
    assert "1 new" in seen
    model = registry.KINDS[kind].model
    before = model.objects.count()
    told = staff.post(f"{page}import/", {"confirm": "1"}, follow=True).content.decode()
    assert "1 new" in told
    assert model.objects.count() == before + 1
    assert "choose it again" in staff.post(f"{page}import/", {"confirm": "1"}, follow=True).content.decode()
    exported = b"".join(staff.get(f"{page}export.{form}"))
    again = SimpleUploadedFile(f"data.{form}", exported)
    seen = staff.post(f"{page}import/", {"file": again}).content.decode()
    assert "0 new, 0 changed, 1 as before" in seen, seen


def test_the_preview_names_each_bad_line(browse, meera):
    file = SimpleUploadedFile("data.csv", b"sku,name,price\nA,Honey,499\nB,Honey,much\n")
    seen = browse(meera).post("/admin/chatbot/product/import/", {"file": file}).content.decode()
    assert "<td>3</td>" in seen
    assert "1 new" in seen
    assert not Product.objects.exists()


@pytest.mark.parametrize("name", ["data.exe", "data.xlsx"])
def test_a_file_of_another_kind_is_refused(browse, meera, name):
    file = SimpleUploadedFile(name, b"MZ nothing of ours")
    answer = browse(meera).post("/admin/chatbot/product/import/", {"file": file})
    assert answer.status_code == 200
    assert "errornote" in answer.content.decode() or "errorlist" in answer.content.decode()


def test_import_and_export_are_for_staff(browse, asha):
    for page in PAGES.values():
        assert browse(asha).get(f"{page}import/").status_code == 302
        assert browse(asha).get(f"{page}export.csv").status_code == 302
