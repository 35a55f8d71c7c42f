from django.db import migrations, models


class Migration(migrations.Migration):
    """Models and a field take the field's names; tables, columns and rows stay as they are."""

    dependencies = [("tickets", "0063_custom_fields")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("Activity", "InboxEvent"),
                migrations.AlterModelTable("InboxEvent", "tickets_activity"),
                migrations.AlterModelOptions("InboxEvent", {}),
                migrations.RenameModel("Allowance", "RateLimitCounter"),
                migrations.AlterModelTable("RateLimitCounter", "tickets_allowance"),
                migrations.RenameField("AuditEntry", "deed", "action"),
                migrations.AlterField(
                    "AuditEntry",
                    "action",
                    models.CharField(
                        choices=[
                            ("saw", "Saw"),
                            ("changed", "Changed"),
                            ("exported", "Exported"),
                            ("erased", "Erased"),
                        ],
                        db_column="deed",
                        max_length=10,
                    ),
                ),
                migrations.AlterField(
                    "AuditEntry",
                    "actor_id",
                    models.UUIDField(help_text="Empty: a command in a terminal.", null=True),
                ),
            ],
        ),
    ]
