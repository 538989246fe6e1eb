import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What a trainer takes along for a topic, and when it should be read again."""

    dependencies = [
        ("courses", "0002_in_welsh"),
    ]

    operations = [
        migrations.CreateModel(
            name="Material",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120)),
                (
                    "kept_at",
                    models.CharField(
                        blank=True,
                        help_text="In words, for the training team only.",
                        max_length=200,
                        verbose_name="where it is kept",
                    ),
                ),
                (
                    "review_due_on",
                    models.DateField(
                        blank=True,
                        help_text="When somebody should read this again: law and practice move.",
                        null=True,
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="materials", to="courses.topic"
                    ),
                ),
            ],
            options={
                "ordering": ["topic", "title", "pk"],
            },
        ),
    ]
