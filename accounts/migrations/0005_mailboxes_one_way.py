from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_remembered_devices'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        # addresses that somebody typed with signs that nobody sees, before every form took them out
        migrations.RunSQL(
            r"""UPDATE accounts_user SET "email" = regexp_replace(lower(normalize(accounts_user."email", NFKC)), '[^!-~]', '', 'g') WHERE "email" <> '' AND "email" !~ '^[!-?\[-~]+@[!-?\[-~]+$' AND NOT EXISTS (SELECT FROM accounts_user AS other WHERE other."email" = regexp_replace(lower(normalize(accounts_user."email", NFKC)), '[^!-~]', '', 'g'))""",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL('SET CONSTRAINTS ALL IMMEDIATE', migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name='user',
            name='user_email_is_lower_case',
        ),
        AddConstraintNotValid(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('email__regex', '^[!-?\\[-~]+@[!-?\\[-~]+$')), name='user_email_is_written_one_way', violation_error_message='Enter an email address in the correct format, like name@example.org.'),
        ),
    ]
