"""What was typed as a way to reach somebody and is an e-mail address moves to the field of its own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("agendas", "0007_an_answer_to_an_attendee")]

    operations = [
        migrations.RunSQL(
            sql=r"""
            UPDATE agendas_attendeemessage SET email = lower(btrim(reach)), reach = ''
            WHERE email = '' AND btrim(reach) ~ '^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+$'
            """,
            reverse_sql="UPDATE agendas_attendeemessage SET reach = email WHERE reach = '' AND email <> ''",
        )
    ]
