from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0010_nights_away'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # addresses that somebody typed with signs that nobody sees, before every form took them out
        migrations.RunSQL(
            r"""UPDATE bookings_contact SET "email" = regexp_replace(lower(normalize(bookings_contact."email", NFKC)), '[^!-~]', '', 'g') WHERE "email" <> '' AND "email" !~ '^[!-?\[-~]+@[!-?\[-~]+$'""",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            r"""UPDATE bookings_enquiry SET "email" = regexp_replace(lower(normalize(bookings_enquiry."email", NFKC)), '[^!-~]', '', 'g') WHERE "email" <> '' AND "email" !~ '^[!-?\[-~]+@[!-?\[-~]+$'""",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL('SET CONSTRAINTS ALL IMMEDIATE', migrations.RunSQL.noop),
        AddConstraintNotValid(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('email__regex', '^[!-?\\[-~]+@[!-?\\[-~]+$')), name='contact_email_is_written_one_way', violation_error_message='Enter an email address in the correct format, like name@example.org.'),
        ),
        AddConstraintNotValid(
            model_name='enquiry',
            constraint=models.CheckConstraint(condition=models.Q(('email', ''), ('email__regex', '^[!-?\\[-~]+@[!-?\\[-~]+$'), _connector='OR'), name='enquiry_email_is_written_one_way', violation_error_message='Enter an email address in the correct format, like name@example.org.'),
        ),
    ]
