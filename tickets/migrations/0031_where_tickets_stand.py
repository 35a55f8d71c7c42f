"""Tickets of before say in which lane they stand, who waits, and when an answer is due."""

from django.db import migrations

from tickets.clocks.backfill import stand_again


def forwards(apps, schema_editor):
    stand_again(apps.get_model("tickets", "Ticket"), apps.get_model("tickets", "Message"))


class Migration(migrations.Migration):
    dependencies = [("tickets", "0030_the_agents_desk")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
