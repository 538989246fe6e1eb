from django.db import migrations, models


class Migration(migrations.Migration):
    """What hosts have said and nobody has seen to is found without reading what was ever said."""

    dependencies = [
        ("agendas", "0008_addresses_stand_alone"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("is_from_host", True), ("settled_at__isnull", True)),
                fields=["at", "id"],
                name="comment_of_a_host_waits",
            ),
        ),
    ]
