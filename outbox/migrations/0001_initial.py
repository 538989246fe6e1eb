import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('seen_at', models.DateTimeField()),
                ('words', models.TextField(blank=True, db_default='')),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('key', models.CharField(help_text='kind, object, recipient and occasion', max_length=600)),
                ('to', models.EmailField(max_length=254, verbose_name='to')),
                ('subject', models.CharField(max_length=200)),
                ('text', models.TextField(blank=True)),
                ('html', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('queued', 'Waiting to leave'), ('handing_over', 'Being handed over'), ('sent', 'Sent'), ('failed', 'Refused'), ('unsure', 'Unsure'), ('withheld', 'Not sent, on purpose'), ('missed', 'Too late to send')], default='queued', max_length=12)),
                ('about', models.CharField(help_text='"app.model:pk"', max_length=100)),
                ('reference', models.CharField(blank=True, max_length=20)),
                ('occasion', models.CharField(help_text='offer version, issue number, due moment, code id', max_length=120)),
                ('is_code', models.BooleanField(default=False)),
                ('queued_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('not_before', models.DateTimeField(blank=True, null=True)),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next try')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='too late after')),
                ('claim', models.UUIDField(blank=True, help_text='whoever holds this may write the outcome', null=True)),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('data_started_at', models.DateTimeField(blank=True, null=True, verbose_name='text handed over from')),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('error', models.TextField(blank=True, verbose_name='what happened')),
                ('message_id', models.CharField(max_length=255, verbose_name='Message-ID')),
            ],
            options={
                'verbose_name': 'mail',
                'verbose_name_plural': 'mail',
                'ordering': ['-pk'],
                'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['due_at', 'id'], name='message_due'), models.Index(condition=models.Q(('state', 'handing_over')), fields=['claimed_at'], name='message_in_hand'), models.Index(condition=models.Q(('state', 'sent')), fields=['-sent_at'], name='message_last_sent'), models.Index(fields=['state', '-id'], name='message_by_state'), models.Index(fields=['to', '-id'], name='message_by_mailbox'), models.Index(fields=['about', '-id'], name='message_by_object'), models.Index(fields=['reference', '-id'], name='message_by_reference')],
                'constraints': [models.CheckConstraint(condition=models.Q(('to__regex', '^[!-?\\[-~]+@[!-?\\[-~]+$')), name='mail_goes_to_an_address_written_one_way', violation_error_message='Enter an email address in the correct format, like name@example.org.'), models.UniqueConstraint(fields=('key',), name='message_is_queued_once'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='message_sent_has_its_moment'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'handing_over'), _negated=True), models.Q(('claim__isnull', False), ('claimed_at__isnull', False)), _connector='OR'), name='message_in_hand_is_claimed'), models.CheckConstraint(condition=models.Q(('is_code', False), ('state__in', ['draft', 'queued', 'handing_over']), models.Q(('html', ''), ('text', '')), _connector='OR'), name='code_is_blank_once_over')],
                'triggers': [pgtrigger.compiler.Trigger(name='message_moves', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{draft:queued,draft:withheld,queued:handing_over,queued:withheld,queued:missed,handing_over:sent,handing_over:queued,handing_over:withheld,handing_over:missed,handing_over:failed,handing_over:unsure,unsure:sent,unsure:queued,unsure:withheld,unsure:missed,failed:queued,failed:withheld,withheld:queued}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='0b4ea206fa6f2d004db5080647876b9fb542e15f', operation='UPDATE', pgid='pgtrigger_message_moves_9c4ae', table='outbox_message', when='BEFORE')), pgtrigger.compiler.Trigger(name='code_moves', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."is_code")', declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{draft:withheld,queued:handing_over,queued:withheld,queued:missed,handing_over:sent,handing_over:queued,handing_over:withheld,handing_over:missed,handing_over:failed,handing_over:unsure,unsure:sent,unsure:withheld,unsure:missed,failed:withheld}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='2eda1476cedfa7bb15addb66c398ba6a20043733', operation='UPDATE', pgid='pgtrigger_code_moves_d985e', table='outbox_message', when='BEFORE')), pgtrigger.compiler.Trigger(name='message_begins_waiting', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (NEW."state" IN (\'draft\', \'queued\')))', func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='ec0f2964c5a63a054fb22d42480320aa9b9a4e6f', operation='INSERT', pgid='pgtrigger_message_begins_waiting_85909', table='outbox_message', when='BEFORE')), pgtrigger.compiler.Trigger(name='decided_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state IS DISTINCT FROM NEW.state AND OLD.state NOT IN ('handing_over') AND NEW.state IN ('queued', 'withheld'))", func='INSERT INTO "outbox_messageevent" ("kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "state") VALUES (NEW."kind", _pgh_attach_context(), NOW(), \'decided\', NEW."id", NEW."reference", NEW."state"); RETURN NULL;', hash='138ff1e2f6e021cbc4e7dfec212322537afcd7e4', operation='UPDATE', pgid='pgtrigger_decided_update_40d0f', table='outbox_message', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='MessageEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('kind', models.CharField(max_length=40)),
                ('reference', models.CharField(blank=True, max_length=20)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('queued', 'Waiting to leave'), ('handing_over', 'Being handed over'), ('sent', 'Sent'), ('failed', 'Refused'), ('unsure', 'Unsure'), ('withheld', 'Not sent, on purpose'), ('missed', 'Too late to send')], default='queued', max_length=12)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='kind_reference_state_events', to='outbox.message')),
            ],
            options={
                'abstract': False,
                'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b1f0dd18c6a9913576e01f81eed825a676265fe7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fa5f1', table='outbox_messageevent', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filename', models.CharField(max_length=120)),
                ('content_type', models.CharField(help_text='with parameters: text/calendar; method=REQUEST', max_length=120)),
                ('content', models.BinaryField()),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='outbox.message')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('message', 'filename'), name='attachment_names_differ')],
            },
        ),
    ]
