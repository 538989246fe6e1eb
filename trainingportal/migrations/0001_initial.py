import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('bookings', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attempts',
            fields=[
                ('who', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('count', models.PositiveIntegerField()),
                ('ends_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'verbose_name_plural': 'attempts',
            },
        ),
        migrations.CreateModel(
            name='ExampleDay',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('edition', models.CharField(max_length=64)),
                ('question', models.JSONField()),
                ('is_common', models.BooleanField(default=False, verbose_name='made before anybody asked')),
                ('state', models.CharField(choices=[('queued', 'Waiting'), ('working', 'Being made'), ('done', 'Made'), ('failed', 'Could not be made')], default='queued', max_length=7)),
                ('answer', models.JSONField(default=dict)),
                ('paper', models.BinaryField(default=bytes)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('claim', models.UUIDField(help_text='Whoever holds this may write the outcome.', null=True)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('asked_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('made_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'working')), fields=('state',), name='one_example_day_is_made_at_a_time'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'working', 'done', 'failed'])), name='state_of_example_day_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(('answer', {}), _negated=True), _connector='OR'), name='a_made_example_day_says_something')],
            },
        ),
        migrations.CreateModel(
            name='RequestDraft',
            fields=[
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('answers', models.JSONField(default=dict)),
                ('version', models.PositiveIntegerField(default=1)),
                ('touched_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('booking', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='bookings.booking')),
            ],
        ),
        migrations.CreateModel(
            name='Sighting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('reference', 'Addresses of bookings'), ('code', 'Sign-in codes'), ('asked', 'Sign-in codes asked for')], max_length=9)),
                ('who', models.EmailField(max_length=254, verbose_name='mailbox')),
                ('references', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), default=list, size=None)),
                ('tries', models.PositiveIntegerField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'who'), name='a_person_s_tries_stand_in_one_row'), models.CheckConstraint(condition=models.Q(('kind__in', ['reference', 'code', 'asked'])), name='kind_of_sighting_is_known')],
            },
        ),
    ]
