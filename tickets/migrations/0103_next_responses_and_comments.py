from django.db import migrations, models
from django.db.models import F


def rated_when_closed(apps, schema_editor):
    rated = apps.get_model("tickets", "Ticket").objects.exclude(closed_at=None).exclude(rating=None)
    rated.update(rated_at=F("closed_at"))


class Migration(migrations.Migration):
    dependencies = [("tickets", "0100_tickets_that_leave_a_view")]

    operations = [
        migrations.AddField(
            model_name="dailyfigures",
            name="next_answered",
            field=models.PositiveIntegerField(
                default=0, help_text="Replies after the first response that answered a waiting customer."
            ),
        ),
        migrations.AddField(
            model_name="dailyfigures",
            name="next_response_seconds",
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="ticket",
            name="rated_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["-rated_at", "-id"], name="ratings_by_time"),
        ),
        migrations.RunPython(rated_when_closed, migrations.RunPython.noop),
    ]
