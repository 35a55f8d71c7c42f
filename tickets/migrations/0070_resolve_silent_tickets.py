import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0062_alerts'),
    ]

    operations = [
        migrations.AddField(
            model_name='desksettings',
            name='resolve_hours',
            field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(8760)], verbose_name='resolve silent tickets after (hours)'),
        ),
    ]
