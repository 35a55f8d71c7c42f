from django.db import migrations

from tickets.privacy.plain_text import NO_PART_OF_A_LINE, one_line

# What people outside the desk call themselves and things, and its copies. Names that are unique stay: two may become one
NAMES = {
    "Person": ["name"],
    "Ticket": ["requester_name", "assignee_name", "subject"],
    "Message": ["sender_name"],
    "TicketEvent": ["actor_name"],
    "Follower": ["name"],
    "Order": ["contact_name"],
    "OrderItem": ["name"],
    "SavedView": ["name"],
    "CannedReply": ["title"],
}
BREAKS = "[\t\n\r\x0b\x0c\x85\u2028\u2029]"


def clean(apps, schema_editor):
    """Store names from before 0.2.0 as new ones are: U+202E in one turned the rest of its row."""
    pattern = f"{NO_PART_OF_A_LINE.pattern}|{BREAKS}"
    for model, fields in NAMES.items():
        rows = apps.get_model("tickets", model).objects.using(schema_editor.connection.alias)
        for field in fields:
            found = rows.filter(**{f"{field}__regex": pattern}).values_list("pk", field)
            for pk, name in list(found):
                if seen := one_line(name):
                    # Unless another process has changed it meanwhile
                    rows.filter(pk=pk, **{field: name}).update(**{field: seen})


class Migration(migrations.Migration):
    dependencies = [("tickets", "0202_index_what_waits_for_an_agent")]

    operations = [migrations.RunPython(clean, migrations.RunPython.noop)]
