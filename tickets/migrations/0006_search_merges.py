from django.db import migrations

# Each message is one more piece of SQLite's full-text index. With four pieces of a size it joins them bit by
# bit, and with sixteen at once: at 30,000 tickets one message in some hundreds waited 1.4 seconds for it,
# and everybody behind it. With eight it joins half as often, and never has to do it all at once.
OPTIONS = {"automerge": 8, "crisismerge": 64}
DEFAULTS = {"automerge": 4, "crisismerge": 16}


def set_to(options):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor != "sqlite":
            return
        statement = "INSERT INTO tickets_searchindex(tickets_searchindex, rank) VALUES (%s, %s)"
        for option, value in options.items():
            schema_editor.execute(statement, [option, value])

    return run


class Migration(migrations.Migration):
    dependencies = [("tickets", "0005_mongodb_lookups")]

    operations = [migrations.RunPython(set_to(OPTIONS), set_to(DEFAULTS))]
