"""The tables of an empty desk in one step, see the one of `tickets`.
"""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models
from importlib import import_module
from supportdesk.db.tables import CreateModels

# A name that begins with a digit
lookups = import_module("chatbot.migrations.0003_mongodb_lookups")


class Migration(migrations.Migration):

    replaces = [
        ('chatbot', '0001_initial'),
        ('chatbot', '0002_villy_learns'),
        ('chatbot', '0003_mongodb_lookups'),
        ('chatbot', '0004_the_shops_data'),
        ('chatbot', '0005_delivery_areas'),
        ('chatbot', '0006_help_centre'),
        ('chatbot', '0050_test_conversations'),
        ('chatbot', '0051_needs_a_person'),
        ('chatbot', '0240_flow_of_a_line'),
    ]

    initial = True

    dependencies = [
        ('tickets', '0002_search'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='DeliveryArea',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('name', models.CharField(help_text='As Villy says it: North-East, big cities.', max_length=80, unique=True)),
                    ('pin_prefixes', models.TextField(blank=True, help_text='Whole PIN codes or their beginnings, separated by spaces or lines: 78 79 682555. The longest that fits counts. No PIN codes and no places: this row is for the rest.', verbose_name='PIN codes')),
                    ('places', models.TextField(blank=True, help_text='Cities and states in it, one a line, any spelling.')),
                    ('is_served', models.BooleanField(default=True, verbose_name='we deliver there')),
                    ('days_from', models.PositiveSmallIntegerField(default=3, verbose_name='working days, from')),
                    ('days_to', models.PositiveSmallIntegerField(default=5, verbose_name='working days, to')),
                    ('cash_on_delivery', models.BooleanField(default=True)),
                    ('charge', models.DecimalField(blank=True, decimal_places=2, help_text='Empty: not known.', max_digits=10, null=True, verbose_name='delivery charge')),
                    ('free_from', models.DecimalField(blank=True, decimal_places=2, help_text='Empty: never free.', max_digits=10, null=True, verbose_name='free delivery from')),
                    ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                ],
                options={
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='Product',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('sku', models.CharField(max_length=64, unique=True)),
                    ('name', models.CharField(max_length=255)),
                    ('category', models.CharField(blank=True, max_length=100)),
                    ('price', models.DecimalField(decimal_places=4, max_digits=16)),
                    ('currency', models.CharField(blank=True, help_text='ISO 4217, as in INR. Empty: the currency of the shop.', max_length=3)),
                    ('unit', models.CharField(blank=True, help_text='What the price is for, as in "100 g".', max_length=60)),
                    ('stock', models.PositiveIntegerField(blank=True, default=0, help_text='Empty: the shop does not count it; always available.', null=True)),
                    ('description', models.TextField(blank=True)),
                    ('ingredients', models.TextField(blank=True)),
                    ('facts', models.JSONField(blank=True, default=dict, help_text='What else there is to know, as in {"allergens": "nuts"}.')),
                    ('tags', models.JSONField(blank=True, default=list, help_text='The shop\'s tags, as in ["vegan"].')),
                    ('shelf_life', models.CharField(blank=True, max_length=120)),
                    ('also_called', models.TextField(blank=True, help_text='Other names and spellings, one a line: makhane, मखाना, fox nut.')),
                    ('image', models.CharField(blank=True, help_text='Path below static/.', max_length=120)),
                    ('image_url', models.URLField(blank=True, help_text='The picture in the shop.', max_length=500)),
                    ('is_active', models.BooleanField(default=True, verbose_name='on sale')),
                    ('shop_updated_at', models.DateTimeField(blank=True, editable=False, help_text="When the shop last changed it, by the shop's own clock.", null=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                ],
                options={
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='SpentIdentity',
                fields=[
                    ('jti', models.CharField(max_length=190, primary_key=True, serialize=False)),
                    ('expires_at', models.DateTimeField(db_index=True)),
                ],
            ),
            migrations.CreateModel(
                name='TestConversation',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('name', models.CharField(max_length=120)),
                    ('customer', models.EmailField(blank=True, help_text='E-mail of the customer whose orders Villy looks at. Empty: a guest.', max_length=254, verbose_name='as customer')),
                    ('script', models.TextField(help_text='A line that begins with ">" is what the customer types. Below it what has to come back, one thing a line: "says: any of | these", "never: …", "order: VP-10234" or "order: none", "offers: yes" or "no" (a person), "source: title of an article", "language: en, hinglish or hi".')),
                    ('last_run', models.JSONField(blank=True, default=list, editable=False)),
                    ('ran_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ],
                options={
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='Article',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('slug', models.SlugField(max_length=80, unique=True)),
                    ('title', models.CharField(max_length=140, verbose_name='title (English)')),
                    ('title_hinglish', models.CharField(blank=True, max_length=140, verbose_name='title (Hinglish)')),
                    ('title_hi', models.CharField(blank=True, max_length=140, verbose_name='title (Hindi)')),
                    ('category', models.CharField(choices=[('product-issue', 'Product issue'), ('delivery', 'Delivery'), ('payment', 'Payment'), ('refund', 'Refund'), ('order', 'Order'), ('account', 'Account'), ('feedback', 'Feedback'), ('other', 'Other')], default='other', max_length=16)),
                    ('body', models.TextField(verbose_name='answer (English)')),
                    ('body_hinglish', models.TextField(blank=True, verbose_name='answer (Hinglish)')),
                    ('body_hi', models.TextField(blank=True, verbose_name='answer (Hindi)')),
                    ('also_asked', models.TextField(blank=True, help_text='Other ways to ask this, one a line, in any language, with their typos. The more variants, the more often Villy finds it.', verbose_name='also asked as')),
                    ('is_active', models.BooleanField(default=True, verbose_name='published')),
                    ('publish_at', models.DateTimeField(blank=True, help_text='A draft is published at this time, within a minute. Empty: when you tick “published”.', null=True, verbose_name='publish on')),
                    ('helped', models.PositiveIntegerField(default=0, editable=False, help_text='“Yes” in the help centre.')),
                    ('helped_not', models.PositiveIntegerField(default=0, editable=False, help_text='“No” in the help centre.')),
                    ('shop_updated_at', models.DateTimeField(blank=True, editable=False, help_text="When the shop last changed it, by the shop's own clock.", null=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                ],
                options={
                    'ordering': ['title'],
                    'indexes': [models.Index(fields=['is_active', 'publish_at'], name='articles_to_publish')],
                },
            ),
            migrations.CreateModel(
                name='Chat',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='chats', to=settings.AUTH_USER_MODEL)),
                    ('ticket', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='chats', to='tickets.ticket')),
                    ('language', models.CharField(default='en', max_length=10)),
                    ('memory', models.JSONField(blank=True, default=dict)),
                    ('last_seq', models.PositiveIntegerField(default=0)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ],
                options={
                    'ordering': ['-created_at'],
                    'indexes': [models.Index(fields=['person', '-created_at'], name='chats_of_person'), models.Index(fields=['-updated_at'], name='chats_by_use')],
                },
            ),
            migrations.CreateModel(
                name='ChatMessage',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('chat', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='chatbot.chat')),
                    ('seq', models.PositiveIntegerField()),
                    ('client_id', models.CharField(default=None, max_length=64, null=True)),
                    ('sender', models.CharField(choices=[('customer', 'customer'), ('ai', 'ai')], max_length=8)),
                    ('text', models.TextField()),
                    ('answers', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='answer', to='chatbot.chatmessage')),
                    ('reply', models.JSONField(blank=True, default=dict)),
                    ('intent', models.CharField(blank=True, max_length=20)),
                    ('rule', models.CharField(blank=True, max_length=30)),
                    ('flow', models.CharField(blank=True, default='', max_length=20)),
                    ('offered', models.BooleanField(default=None, null=True)),
                    ('helped', models.BooleanField(blank=True, help_text='The answer to "Did this help?"', null=True)),
                    ('reviewed', models.BooleanField(default=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ],
                options={
                    'ordering': ['seq'],
                    'indexes': [models.Index(fields=['-created_at'], name='lines_by_age'), models.Index(fields=['intent', '-created_at'], name='lines_by_intent'), models.Index(fields=['helped', '-created_at'], name='lines_by_helped')],
                    'constraints': [models.UniqueConstraint(fields=('chat', 'seq'), name='one_line_a_seq'), models.UniqueConstraint(fields=('chat', 'client_id'), name='one_line_a_client_id')],
                },
            ),
            migrations.CreateModel(
                name='Example',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('text', models.CharField(max_length=500, unique=True)),
                    ('intent', models.CharField(max_length=20)),
                    ('language', models.CharField(choices=[('en', 'English'), ('hinglish', 'Hinglish'), ('hi', 'Hindi')], max_length=10)),
                    ('is_issue', models.BooleanField(verbose_name='needs a person')),
                    ('taught_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ],
                options={
                    'ordering': ['-created_at'],
                },
            ),
            migrations.CreateModel(
                name='OrderCode',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('chat', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='order_codes', to='chatbot.chat')),
                    ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.order')),
                    ('number', models.CharField(max_length=32)),
                    ('digest', models.CharField(max_length=64)),
                    ('tries_left', models.PositiveSmallIntegerField()),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('expires_at', models.DateTimeField()),
                    ('proven_at', models.DateTimeField(null=True)),
                ],
            ),
            migrations.CreateModel(
                name='ArticleVersion',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('article', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='chatbot.article')),
                    ('said', models.JSONField(default=dict)),
                    ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('changed_by', models.CharField(blank=True, max_length=120)),
                ],
                options={
                    'ordering': ['-changed_at'],
                    'indexes': [models.Index(fields=['article', '-changed_at'], name='versions_of_article')],
                },
            ),
        ]),
        migrations.RunPython(lookups.install, migrations.RunPython.noop),
    ]
