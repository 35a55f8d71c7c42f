import django.db.models.deletion
from django.db import migrations, models

from tickets import search

# The words are separated already: FTS5 has to look at spaces only, and `~` begins a sound.
# searchword: the words that tickets have, see search.SqlIndex.
# detail=none: the index knows which ticket has a word and not where, which nobody asks.
SQLITE = """
CREATE VIRTUAL TABLE tickets_searchindex USING fts5(
    words, content='tickets_searchtext', content_rowid='rank',
    tokenize="ascii tokenchars '~'", detail=none, columnsize=0, prefix='1 2 3'
);
CREATE TABLE tickets_searchword (word TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TRIGGER tickets_searchtext_added AFTER INSERT ON tickets_searchtext BEGIN
    INSERT INTO tickets_searchindex(rowid, words) VALUES (new.rank, new.words);
END;
CREATE TRIGGER tickets_searchtext_removed AFTER DELETE ON tickets_searchtext BEGIN
    INSERT INTO tickets_searchindex(tickets_searchindex, rowid, words) VALUES ('delete', old.rank, old.words);
END;
CREATE TRIGGER tickets_searchtext_changed AFTER UPDATE ON tickets_searchtext BEGIN
    INSERT INTO tickets_searchindex(tickets_searchindex, rowid, words) VALUES ('delete', old.rank, old.words);
    INSERT INTO tickets_searchindex(rowid, words) VALUES (new.rank, new.words);
END;
"""
POSTGRES = """
ALTER TABLE tickets_searchtext ADD COLUMN vector tsvector
    GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED;
CREATE INDEX tickets_searchtext_vector ON tickets_searchtext USING gin (vector);
CREATE TABLE tickets_searchword (word TEXT COLLATE "C" PRIMARY KEY);
"""


def install(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for statement in SQLITE.replace("\nCREATE", "\0CREATE").split("\0"):
                cursor.execute(statement)
    elif connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES)
    elif connection.vendor == "mongodb":
        connection.get_collection("tickets_searchtext").create_index([("words", 1)], name="search_by_word")
    search.rebuild(apps.get_model("tickets", "Ticket"), apps.get_model("tickets", "Message"))


def remove(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "sqlite":
        schema_editor.execute("DROP TABLE tickets_searchindex")
    if vendor != "mongodb":
        schema_editor.execute("DROP TABLE IF EXISTS tickets_searchword")


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_text",
                        serialize=False,
                        to="tickets.ticket",
                    ),
                ),
                ("rank", models.BigIntegerField(unique=True)),
                ("words", models.TextField()),
            ],
        ),
        migrations.RunPython(install, remove),
    ]
