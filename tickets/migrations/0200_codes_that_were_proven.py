from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0103_next_responses_and_comments")]

    operations = [
        migrations.AddField(
            model_name="contactcode",
            name="proven_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
