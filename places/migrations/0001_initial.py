import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Region',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True)),
                ('nation', models.CharField(choices=[('ew', 'England and Wales'), ('sc', 'Scotland'), ('ni', 'Northern Ireland')], help_text='Whose bank holidays count, and whose law a session starts from.', max_length=2)),
                ('allowance_minutes', models.PositiveSmallIntegerField(default=0, help_text='Added to a journey into or out of this region: check-in, the crossing and waiting.', verbose_name='crossing allowance (minutes)')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='ShippedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=80)),
                ('name', models.CharField(max_length=300)),
                ('row', models.CharField(max_length=40)),
                ('values', models.JSONField()),
                ('shipped_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('model', 'name'), name='shipped_row_is_remembered_once')],
            },
        ),
        migrations.CreateModel(
            name='Force',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('ons_code', models.CharField(blank=True, help_text="The police force area's code, where it has one.", max_length=9, verbose_name='ONS code')),
                ('nation', models.CharField(blank=True, choices=[('ew', 'England and Wales'), ('sc', 'Scotland'), ('ni', 'Northern Ireland')], help_text='Empty for a force that works across nations.', max_length=2)),
                ('email_domains', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='A hint for the desk, never proof of who is writing. Separate with commas.', size=None)),
                ('hq_town', models.CharField(blank=True, max_length=60, verbose_name='headquarters town')),
                ('lat', models.FloatField(blank=True, null=True, verbose_name='latitude')),
                ('lon', models.FloatField(blank=True, null=True, verbose_name='longitude')),
                ('starts_on', models.DateField(blank=True, help_text='Its first day. Empty: before our records begin.', null=True)),
                ('ends_on', models.DateField(blank=True, help_text='The first day on which it is no more.', null=True)),
                ('successor', models.ForeignKey(blank=True, help_text='The force that took over its area.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='places.force')),
                ('region', models.ForeignKey(blank=True, help_text='Empty for a force that works across regions.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='forces', to='places.region')),
            ],
            options={
                'ordering': ['name', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='force_ends_after_it_starts', violation_error_message='A force ends after it starts.'), models.CheckConstraint(condition=models.Q(('successor__isnull', True), ('ends_on__isnull', False), _connector='OR'), name='force_with_a_successor_has_ended', violation_error_message='Give the day this force ends before you name its successor.'), models.CheckConstraint(condition=models.Q(('successor__isnull', True), models.Q(('successor', models.F('pk')), _negated=True), _connector='OR'), name='force_is_not_its_own_successor', violation_error_message='A force cannot follow itself.')],
            },
        ),
    ]
