from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0200_codes_that_were_proven")]

    operations = [
        migrations.RemoveIndex(model_name="ticket", name="view_by_assignee"),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["assignee", "lane", "-updated_at", "-id", "is_waiting"], name="view_by_assignee"
            ),
        ),
    ]
