from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outbox', '0002_heartbeat_words'),
    ]

    operations = [
        # addresses that somebody typed with signs that nobody sees, before every form took them out
        migrations.RunSQL(
            r"""UPDATE outbox_message SET "to" = regexp_replace(lower(normalize(outbox_message."to", NFKC)), '[^!-~]', '', 'g') WHERE "to" <> '' AND "to" !~ '^[!-?\[-~]+@[!-?\[-~]+$'""",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL('SET CONSTRAINTS ALL IMMEDIATE', migrations.RunSQL.noop),
        AddConstraintNotValid(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('to__regex', '^[!-?\\[-~]+@[!-?\\[-~]+$')), name='mail_goes_to_an_address_written_one_way', violation_error_message='Enter an email address in the correct format, like name@example.org.'),
        ),
    ]
