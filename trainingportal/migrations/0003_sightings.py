import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trainingportal", "0002_request_drafts")]

    operations = [
        migrations.CreateModel(
            name="Sighting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("reference", "Addresses of bookings"), ("code", "Sign-in codes")],
                        max_length=9,
                    ),
                ),
                ("who", models.EmailField(max_length=254, verbose_name="mailbox")),
                (
                    "references",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12), default=list, size=None
                    ),
                ),
                ("tries", models.PositiveIntegerField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "who"), name="a_person_s_tries_stand_in_one_row"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["reference", "code"])),
                        name="kind_of_sighting_is_known",
                    ),
                ],
            },
        ),
    ]
