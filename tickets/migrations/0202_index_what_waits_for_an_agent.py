from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0201_count_what_waits_for_me")]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["assignee", "is_waiting"], name="waiting_of_assignee"),
        ),
        migrations.RemoveIndex(model_name="ticket", name="view_by_assignee"),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["assignee", "lane", "-updated_at", "-id"], name="view_by_assignee"),
        ),
    ]
