from django.db import migrations

# SQLite has had this table from the beginning, PostgreSQL only where it was set up after that was seen to
# help there as well
WORDS = """
CREATE TABLE IF NOT EXISTS tickets_searchword (word TEXT COLLATE "C" PRIMARY KEY);
INSERT INTO tickets_searchword
    SELECT DISTINCT word COLLATE "C" FROM tickets_searchtext, unnest(string_to_array(words, ' ')) word
    WHERE word !~ '^[0-9]*$' AND word NOT LIKE '~%'
    ON CONFLICT DO NOTHING;
"""


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(WORDS, None)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0006_search_merges")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
