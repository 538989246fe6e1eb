"""Indexes behind what needs somebody at the desk today: late, at once, promised."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0002_changes'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at', 'id'], name='booking_due'),
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(condition=models.Q(('next_step__in', ('replace_speaker', 'settle_condition', 'second_look', 'record_delivery'))), fields=['waiting_since', 'id'], name='booking_at_once'),
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(condition=models.Q(('next_step__in', ('confirm_mailbox', 'call_back', 'make_offer'))), fields=['answer_due_on', 'id'], name='booking_promised'),
        ),
    ]
