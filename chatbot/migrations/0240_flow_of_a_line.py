from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chatbot", "0051_needs_a_person")]

    operations = [
        migrations.AddField(
            "chatmessage",
            "flow",
            models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.AddField("chatmessage", "offered", models.BooleanField(default=None, null=True)),
    ]
