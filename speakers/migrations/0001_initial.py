import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.operations
import django.db.models.deletion
import django.utils.timezone
import formkit.letters
import pgtrigger.compiler
import places.demo
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('courses', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        django.contrib.postgres.operations.BtreeGistExtension(
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=200, validators=[formkit.letters.check_printable])),
                ('short_name', models.CharField(help_text='How the desk and the run sheet call it.', max_length=60)),
                ('description', models.TextField(blank=True)),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='public e-mail address')),
                ('website', models.URLField(blank=True)),
                ('rank', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ['rank', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Speaker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=200, validators=[formkit.letters.check_printable])),
                ('role', models.CharField(blank=True, help_text='What they do, in a few words.', max_length=200)),
                ('bio', models.TextField(blank=True, verbose_name='public bio')),
                ('is_public', models.BooleanField(default=False, verbose_name='bio is on the public page')),
                ('is_family', models.BooleanField(default=False, help_text='Tells their own story. Never the only speaker of a session.', verbose_name='family member')),
                ('rank', models.PositiveSmallIntegerField(default=0)),
                ('home_outcode', models.CharField(blank=True, help_text='For travel times only.', max_length=4, verbose_name='home, first half of the postcode')),
                ('telephone', models.CharField(blank=True, max_length=40)),
                ('paused_until', models.DateField(blank=True, null=True, verbose_name='no invitations until')),
                ('most_sessions_a_month', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('days_between_accounts', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='least days between personal accounts')),
                ('reach_minutes', models.PositiveSmallIntegerField(blank=True, help_text='Empty: anywhere. 0: online only.', null=True, verbose_name='longest journey each way, minutes')),
                ('only_with_colleague', models.BooleanField(default=False, verbose_name='gives sessions only with a colleague')),
                ('diary_seen_at', models.DateTimeField(blank=True, null=True, verbose_name='last looked at their diary')),
                ('invented', models.BooleanField(default=places.demo.is_demo, editable=False, verbose_name='invented for the demo')),
                ('left_on', models.DateField(blank=True, null=True, verbose_name='left the programme on')),
                ('formats', models.ManyToManyField(blank=True, help_text='None ticked: all.', related_name='+', to='courses.format', verbose_name='formats they give')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='speakers', to='speakers.organisation')),
                ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='speaker', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['organisation__rank', 'rank', 'name'],
                'triggers': [pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."days_between_accounts" IS DISTINCT FROM (NEW."days_between_accounts") OR OLD."home_outcode" IS DISTINCT FROM (NEW."home_outcode") OR OLD."left_on" IS DISTINCT FROM (NEW."left_on") OR OLD."most_sessions_a_month" IS DISTINCT FROM (NEW."most_sessions_a_month") OR OLD."only_with_colleague" IS DISTINCT FROM (NEW."only_with_colleague") OR OLD."paused_until" IS DISTINCT FROM (NEW."paused_until") OR OLD."reach_minutes" IS DISTINCT FROM (NEW."reach_minutes"))', func='INSERT INTO "speakers_speakerevent" ("days_between_accounts", "left_on", "most_sessions_a_month", "only_with_colleague", "paused_until", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reach_minutes") VALUES (NEW."days_between_accounts", NEW."left_on", NEW."most_sessions_a_month", NEW."only_with_colleague", NEW."paused_until", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reach_minutes"); RETURN NULL;', hash='b3855139e2a1a9a6ac5795ab45f86433588795fb', operation='UPDATE', pgid='pgtrigger_update_update_0431d', table='speakers_speaker', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('with_detail', models.BooleanField(default=False, editable=False, verbose_name='place and people too')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('speaker', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='feed', to='speakers.speaker')),
            ],
            options={
                'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "speakers_calendarfeedevent" ("made_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "speaker_id", "with_detail") VALUES (NEW."made_at", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."speaker_id", NEW."with_detail"); RETURN NULL;', hash='536f92f3bd907edce0fc6ee02204dc7bafd7bca4', operation='INSERT', pgid='pgtrigger_insert_insert_db04a', table='speakers_calendarfeed', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."speaker_id" IS DISTINCT FROM (NEW."speaker_id") OR OLD."with_detail" IS DISTINCT FROM (NEW."with_detail"))', func='INSERT INTO "speakers_calendarfeedevent" ("made_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "speaker_id", "with_detail") VALUES (NEW."made_at", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."speaker_id", NEW."with_detail"); RETURN NULL;', hash='c581fd71048144ac5e1d40baccb09a88cfbc19f2', operation='UPDATE', pgid='pgtrigger_update_update_35d80', table='speakers_calendarfeed', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "speakers_calendarfeedevent" ("made_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "speaker_id", "with_detail") VALUES (OLD."made_at", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."speaker_id", OLD."with_detail"); RETURN NULL;', hash='5e1a5763552a89c97c71aab451340e3c3ceae951', operation='DELETE', pgid='pgtrigger_delete_delete_68608', table='speakers_calendarfeed', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='DiaryEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('engagement', 'Session'), ('absence', 'Away'), ('blackout', 'Away, private'), ('own', 'Busy in their own calendar')], max_length=10)),
                ('busy', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('held_until', models.DateTimeField(blank=True, help_text='A hold ends then; empty means that it is agreed.', null=True)),
                ('tells_account', models.BooleanField(default=False, help_text='A session in which they tell their own story: the next one keeps its distance.')),
                ('series', models.UUIDField(blank=True, help_text='Absences written down together, every week until a day, share one.', null=True)),
                ('speaker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='diary', to='speakers.speaker')),
            ],
            options={
                'verbose_name_plural': 'diary entries',
                'indexes': [models.Index(condition=models.Q(('held_until__isnull', False)), fields=['held_until'], name='diary_held')],
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('kind', 'engagement')), expressions=[('speaker', '='), ('busy', '&&')], name='speaker_is_in_one_place', violation_error_message='This speaker is already busy at that time.'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('speaker', '='), ('busy', '&&'), (models.Case(models.When(kind='engagement', then=models.Value(1)), default=models.Value(0), output_field=models.IntegerField()), '<>')], name='speaker_is_not_away_and_speaking', violation_error_message='This speaker is away at that time.'), models.CheckConstraint(condition=models.Q(('kind__in', ['engagement', 'absence', 'blackout', 'own'])), name='diary_kind_is_known'), models.CheckConstraint(condition=models.Q(('held_until__isnull', True), ('kind', 'engagement'), _connector='OR'), name='only_a_session_can_be_held'), models.CheckConstraint(condition=models.Q(('tells_account', False), ('kind', 'engagement'), _connector='OR'), name='only_a_session_tells_an_account'), models.CheckConstraint(condition=models.Q(('busy__endswith__isnull', False), ('busy__isempty', False), ('busy__startswith__isnull', False)), name='diary_entry_has_both_ends')],
                'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."kind" IN (\'engagement\', \'absence\', \'blackout\'))', func='INSERT INTO "speakers_diaryentryevent" ("busy", "held_until", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "series", "speaker_id", "tells_account") VALUES (NEW."busy", NEW."held_until", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."series", NEW."speaker_id", NEW."tells_account"); RETURN NULL;', hash='9ea541a580c13471128a0365bd83143efa77cd40', operation='INSERT', pgid='pgtrigger_insert_insert_0cc73', table='speakers_diaryentry', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "speakers_diaryentryevent" ("busy", "held_until", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "series", "speaker_id", "tells_account") VALUES (NEW."busy", NEW."held_until", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."series", NEW."speaker_id", NEW."tells_account"); RETURN NULL;', hash='bc5a3b155929ba24e78ae53b13aa46f1b147a842', operation='UPDATE', pgid='pgtrigger_update_update_77089', table='speakers_diaryentry', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."kind" IN (\'engagement\', \'absence\', \'blackout\'))', func='INSERT INTO "speakers_diaryentryevent" ("busy", "held_until", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "series", "speaker_id", "tells_account") VALUES (OLD."busy", OLD."held_until", OLD."id", OLD."kind", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."series", OLD."speaker_id", OLD."tells_account"); RETURN NULL;', hash='117a5caf595428da3685f02491fda812b41473b2', operation='DELETE', pgid='pgtrigger_delete_delete_ba3e4', table='speakers_diaryentry', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Expertise',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('topic', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='expertise', to='courses.topic')),
                ('speaker', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='expertise', to='speakers.speaker')),
            ],
            options={
                'verbose_name_plural': 'expertise',
                'ordering': ['topic__rank'],
                'constraints': [models.UniqueConstraint(fields=('speaker', 'topic'), name='a_topic_stands_once_per_speaker')],
            },
        ),
        migrations.CreateModel(
            name='OwnCalendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_address', models.TextField(editable=False)),
                ('host', models.CharField(editable=False, help_text='All of the address that is shown again.', max_length=253)),
                ('added_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('next_read_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('read_at', models.DateTimeField(editable=False, null=True)),
                ('problem', models.CharField(blank=True, choices=[('refused', 'We may not fetch from this address'), ('away', 'Their server does not answer'), ('not_found', 'There is no calendar at this address any more'), ('too_large', 'It is too large to read'), ('unreadable', 'It is not a calendar that we can read')], editable=False, max_length=10)),
                ('etag', models.CharField(blank=True, editable=False, max_length=200)),
                ('last_modified', models.CharField(blank=True, editable=False, max_length=60)),
                ('read_on', models.DateField(editable=False, help_text='The day whose year ahead the rows stand for; a new day reads anew.', null=True)),
                ('left_out', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                ('unknown_zones', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), db_default=[], default=list, editable=False, help_text='Time zones named there that we do not know, until their owner says what they are.', size=None)),
                ('unknown_is_london', models.BooleanField(db_default=False, default=False, editable=False)),
                ('speaker', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='own_calendar', to='speakers.speaker')),
            ],
            options={
                'indexes': [models.Index(fields=['next_read_at'], name='own_calendar_due')],
            },
        ),
        migrations.CreateModel(
            name='DiaryEntryEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('engagement', 'Session'), ('absence', 'Away'), ('blackout', 'Away, private'), ('own', 'Busy in their own calendar')], max_length=10)),
                ('busy', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('held_until', models.DateTimeField(blank=True, help_text='A hold ends then; empty means that it is agreed.', null=True)),
                ('tells_account', models.BooleanField(default=False, help_text='A session in which they tell their own story: the next one keeps its distance.')),
                ('series', models.UUIDField(blank=True, help_text='Absences written down together, every week until a day, share one.', null=True)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='speakers.diaryentry')),
                ('speaker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='speakers.speaker')),
            ],
            options={
                'abstract': False,
                'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='dd3cb175c85087fc47b7e6bf5ad58742b718bd37', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_146d0', table='speakers_diaryentryevent', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='CalendarFeedEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('with_detail', models.BooleanField(default=False, editable=False, verbose_name='place and people too')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='speaker_with_detail_made_at_events', to='speakers.calendarfeed')),
                ('speaker', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='speakers.speaker')),
            ],
            options={
                'abstract': False,
                'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='144e024ac298315f755b7de8a5986023d201a51e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f0f75', table='speakers_calendarfeedevent', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='SpeakerEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('left_on', models.DateField(blank=True, null=True, verbose_name='left the programme on')),
                ('paused_until', models.DateField(blank=True, null=True, verbose_name='no invitations until')),
                ('most_sessions_a_month', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('days_between_accounts', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='least days between personal accounts')),
                ('reach_minutes', models.PositiveSmallIntegerField(blank=True, help_text='Empty: anywhere. 0: online only.', null=True, verbose_name='longest journey each way, minutes')),
                ('only_with_colleague', models.BooleanField(default=False, verbose_name='gives sessions only with a colleague')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='care_events', to='speakers.speaker')),
            ],
            options={
                'abstract': False,
                'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='43b3cacaee699772f044391065d0a2cb1dc0912e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_390dc', table='speakers_speakerevent', when='BEFORE'))],
            },
        ),
        migrations.AddField(
            model_name='speaker',
            name='topics',
            field=models.ManyToManyField(related_name='speakers', through='speakers.Expertise', to='courses.topic'),
        ),
    ]
