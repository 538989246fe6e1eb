import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Audience',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=100)),
                ('name_in_welsh', models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='name in Welsh')),
                ('summary', models.CharField(blank=True, help_text='Who this means, in one line.', max_length=300)),
                ('rank', models.PositiveSmallIntegerField(default=0)),
                ('is_active', models.BooleanField(default=True, verbose_name='offered on forms')),
            ],
            options={
                'ordering': ['rank', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Course',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=200)),
                ('summary', models.TextField(help_text='One or two sentences for the public pages.')),
                ('is_active', models.BooleanField(default=True, verbose_name='on offer')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='PageText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('title', models.CharField(max_length=120)),
                ('body', models.TextField(help_text='A blank line starts a paragraph, “## ” a heading, “- ” an item of a list. Addresses become links. Nothing else is marked up.')),
                ('as_of', models.CharField(blank=True, help_text='Where the facts come from when they may have changed, for example: the training leaflet.', max_length=60, verbose_name='as of')),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'page text',
                'ordering': ['title'],
            },
        ),
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('title', models.CharField(help_text='Our own short title, used on pages and agendas.', max_length=120)),
                ('printed_title', models.CharField(help_text='As the leaflet prints it.', max_length=200)),
                ('summary', models.CharField(help_text='One line in our own words.', max_length=300)),
                ('kind', models.CharField(choices=[('account', 'Personal account'), ('presentation', 'Presentation'), ('workshop', 'Workshop'), ('discussion', 'Discussion')], default='presentation', max_length=12)),
                ('may_be_workshop', models.BooleanField(default=False, verbose_name='may be given as a workshop')),
                ('is_core', models.BooleanField(default=False, verbose_name='always given')),
                ('is_demanding', models.BooleanField(default=False, verbose_name='a demanding topic')),
                ('given_by_host', models.BooleanField(default=False, verbose_name='given by the host agency’s own people')),
                ('least_minutes', models.PositiveSmallIntegerField()),
                ('usual_minutes', models.PositiveSmallIntegerField()),
                ('most_minutes', models.PositiveSmallIntegerField()),
                ('rank', models.PositiveSmallIntegerField(default=0, help_text='The order in lists; smaller comes first.')),
                ('content_notice', models.TextField(blank=True, help_text='What attendees are told beforehand, so that they can choose.')),
                ('outcomes', models.TextField(blank=True, help_text='One a line.', verbose_name='learning outcomes')),
                ('title_in_welsh', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='title in Welsh')),
                ('summary_in_welsh', models.CharField(blank=True, db_default='', default='', max_length=500, verbose_name='summary in Welsh')),
                ('content_notice_in_welsh', models.TextField(blank=True, db_default='', default='', verbose_name='content notice in Welsh')),
                ('outcomes_in_welsh', models.TextField(blank=True, db_default='', default='', help_text='One a line, in the same order. Where there is no Welsh, write the English.', verbose_name='learning outcomes in Welsh')),
                ('nations', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('ew', 'England and Wales'), ('sc', 'Scotland'), ('ni', 'Northern Ireland')], max_length=2), blank=True, default=list, help_text='Where this topic applies. None ticked means everywhere.', size=None)),
                ('is_active', models.BooleanField(default=True, verbose_name='on offer')),
                ('review_due_on', models.DateField(blank=True, help_text='When somebody should read this again: law and practice move.', null=True)),
                ('requires', models.ManyToManyField(blank=True, related_name='required_by', to='courses.topic', verbose_name='needs first')),
            ],
            options={
                'ordering': ['-is_core', 'rank', 'title'],
                'constraints': [models.CheckConstraint(condition=models.Q(('least_minutes__gt', 0), ('usual_minutes__gte', models.F('least_minutes')), ('most_minutes__gte', models.F('usual_minutes'))), name='topic_minutes_are_in_order', violation_error_message='Least, usual and most minutes must rise in that order, from 1 up.')],
            },
        ),
        migrations.CreateModel(
            name='Point',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=250)),
                ('text_in_welsh', models.CharField(blank=True, db_default='', default='', max_length=400, verbose_name='text in Welsh')),
                ('minutes', models.PositiveSmallIntegerField(default=5)),
                ('rank', models.PositiveSmallIntegerField(default=0, help_text='The order within the topic.')),
                ('nations', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('ew', 'England and Wales'), ('sc', 'Scotland'), ('ni', 'Northern Ireland')], max_length=2), blank=True, default=list, help_text='Where this point applies. None ticked means everywhere.', size=None)),
                ('topic', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='points', to='courses.topic')),
            ],
            options={
                'ordering': ['topic', 'rank', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Material',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120)),
                ('kept_at', models.CharField(blank=True, help_text='In words, for the training team only.', max_length=200, verbose_name='where it is kept')),
                ('review_due_on', models.DateField(blank=True, help_text='When somebody should read this again: law and practice move.', null=True)),
                ('topic', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='materials', to='courses.topic')),
            ],
            options={
                'ordering': ['topic', 'title', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='TopicForAudience',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('emphasis', models.PositiveSmallIntegerField(choices=[(0, 'Only when asked for'), (1, 'When there is room'), (2, 'Usually'), (3, 'First choice')], default=1)),
                ('audience', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='emphases', to='courses.audience')),
                ('topic', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='emphases', to='courses.topic')),
            ],
            options={
                'verbose_name': 'emphasis',
                'verbose_name_plural': 'emphasis by audience',
                'ordering': ['topic', 'audience'],
                'constraints': [models.UniqueConstraint(fields=('topic', 'audience'), name='one_emphasis_per_audience'), models.CheckConstraint(condition=models.Q(('emphasis__lte', 3)), name='emphasis_is_0_to_3', violation_error_message='Emphasis must be 0, 1, 2 or 3.')],
            },
        ),
        migrations.CreateModel(
            name='Format',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=60)),
                ('starts_at', models.TimeField(verbose_name='usually starts at')),
                ('ends_at', models.TimeField(verbose_name='usually ends at')),
                ('training_minutes', models.PositiveSmallIntegerField(help_text='Everything but the pauses: welcome, topics, questions and close.')),
                ('longest_sitting_minutes', models.PositiveSmallIntegerField(default=90, help_text='Nobody sits longer than this without a break.')),
                ('break_minutes', models.PositiveSmallIntegerField(default=15)),
                ('lunch_minutes', models.PositiveSmallIntegerField(default=0, help_text='0 where there is no lunch.')),
                ('pause_minutes', models.PositiveSmallIntegerField(default=20, help_text='Time to pause after Alice’s story.')),
                ('welcome_minutes', models.PositiveSmallIntegerField(default=10)),
                ('close_minutes', models.PositiveSmallIntegerField(default=15, verbose_name='questions and close minutes')),
                ('needs_workshop', models.BooleanField(default=False, verbose_name='holds at least one workshop')),
                ('rank', models.PositiveSmallIntegerField(default=0)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='formats', to='courses.course')),
            ],
            options={
                'ordering': ['rank', 'name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='format_ends_after_it_starts', violation_error_message='The end must be after the start.'), models.CheckConstraint(condition=models.Q(('training_minutes__gt', django.db.models.expressions.CombinedExpression(models.F('welcome_minutes'), '+', models.F('close_minutes')))), name='format_has_time_to_teach', violation_error_message='Training must take longer than the welcome and the close together.')],
            },
        ),
        migrations.AddField(
            model_name='topic',
            name='audiences',
            field=models.ManyToManyField(related_name='topics', through='courses.TopicForAudience', to='courses.audience'),
        ),
    ]
