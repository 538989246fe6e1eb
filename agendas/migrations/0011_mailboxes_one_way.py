from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agendas', '0010_welsh_topics'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # addresses that somebody typed with signs that nobody sees, before every form took them out
        migrations.RunSQL(
            r"""UPDATE agendas_attendeemessage SET "email" = regexp_replace(lower(normalize(agendas_attendeemessage."email", NFKC)), '[^!-~]', '', 'g') WHERE "email" <> '' AND "email" !~ '^[!-?\[-~]+@[!-?\[-~]+$'""",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL('SET CONSTRAINTS ALL IMMEDIATE', migrations.RunSQL.noop),
        AddConstraintNotValid(
            model_name='attendeemessage',
            constraint=models.CheckConstraint(condition=models.Q(('email', ''), ('email__regex', '^[!-?\\[-~]+@[!-?\\[-~]+$'), _connector='OR'), name='attendee_email_is_written_one_way', violation_error_message='Enter an email address in the correct format, like name@example.org.'),
        ),
    ]
