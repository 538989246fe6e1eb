import django.db.migrations.operations.special
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


# Functions from the following migrations need manual copying.
# Move them and any dependencies into this file, then update the
# RunPython operations to refer to the local versions:
# accounts.migrations.0002_roles_and_second_factor_trail

def make_roles(apps, schema_editor):
    """A speaker's or requester's standing follows from their rows and needs no group."""
    for name in ["Coordinators", "Readers", "Auditors"]:
        apps.get_model("auth", "Group").objects.get_or_create(name=name)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('mfa', '0003_authenticator_type_uniq'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='SecondFactor',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('mfa.authenticator',),
        ),
        migrations.CreateModel(
            name='SecondFactorEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('type', models.CharField(choices=[('recovery_codes', 'Recovery codes'), ('totp', 'TOTP Authenticator'), ('webauthn', 'WebAuthn')], max_length=20)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='user_type_events', to='accounts.secondfactor')),
            ],
            options={
                'abstract': False,
                'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='416cdc417a9e5a6fcfc7f186030520f0f2851697', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_877e2', table='accounts_secondfactorevent', when='BEFORE'))],
            },
        ),
        migrations.RunPython(
            code=make_roles,
            reverse_code=django.db.migrations.operations.special.RunPython.noop,
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondfactor',
            trigger=pgtrigger.compiler.Trigger(name='added_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_secondfactorevent" ("pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "type", "user_id") VALUES (_pgh_attach_context(), NOW(), \'added\', NEW."id", NEW."type", NEW."user_id"); RETURN NULL;', hash='2d1daa2b1bf591909e1664352aaa513a63611b95', operation='INSERT', pgid='pgtrigger_added_insert_cbf29', table='mfa_authenticator', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondfactor',
            trigger=pgtrigger.compiler.Trigger(name='removed_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_secondfactorevent" ("pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "type", "user_id") VALUES (_pgh_attach_context(), NOW(), \'removed\', OLD."id", OLD."type", OLD."user_id"); RETURN NULL;', hash='f284e6582d88f83d4741c5da95e67486891129d0', operation='DELETE', pgid='pgtrigger_removed_delete_fff71', table='mfa_authenticator', when='AFTER')),
        ),
    ]
