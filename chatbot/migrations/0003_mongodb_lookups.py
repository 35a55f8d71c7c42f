from django.db import migrations

# MongoDB's planner passes over the unique indexes that the backend makes (each holds only values of one type),
# so that what is looked up by a unique key would be looked for in every document. These it uses.
LOOKUPS = [
    ("chatbot_chatmessage", "chat_id", "seq"),
    ("chatbot_chatmessage", "chat_id", "client_id"),
    ("chatbot_chatmessage", "answers_id"),
    ("chatbot_article", "slug"),
    ("chatbot_product", "sku"),
]


def install(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "mongodb":
        for table, *columns in LOOKUPS:
            # The other direction at the end: another index than the unique one, on every version
            keys = [*((column, 1) for column in columns[:-1]), (columns[-1], -1)]
            connection.get_collection(table).create_index(keys, name="_".join(["lookup", *columns]))


class Migration(migrations.Migration):
    dependencies = [("chatbot", "0002_villy_learns")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
